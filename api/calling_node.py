"""The calling node (nút gọi): who calls as a node, proven before anything else is looked at."""

from __future__ import annotations

from flask import request

from api.performing import services
from engine.errors import Forbidden, NotFound, Unauthenticated
from engine.links.identity import Identity, caller, issuer_of
from engine.store import nodes
from engine.store.nodes import Node


def calling_node(body: bytes) -> tuple[Node, Identity]:
    """Return the node that calls, proven by its token; raise Unauthenticated otherwise."""
    identity = own_identity()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or len(token) > 4_096 or not token.isascii():
        raise Unauthenticated(
            "Nút gọi phải gửi Authorization: Bearer <JWT>.",
            "A calling node sends Authorization: Bearer <JWT>.", code="no-token",
        )
    with services().store.reading() as connection:
        found = nodes.calling(connection, issuer_of(token))
    if found is None:
        raise Unauthenticated(
            "Nút gọi không được biết ở đây; hãy nhờ người vận hành nút này chạy motcua node add.",
            "The calling node is not known here; ask its operator to run motcua node add.",
            code="node-unknown",
        )
    if caller(token, body, identity.node, found.keys, services().clock.now()) != found.id:
        raise Unauthenticated("Mã không phải của nút này.", "The token is another node's.",
                              code="node-not-proven")
    if not found.active:
        raise Forbidden(
            f"Nút {identity.node} đang tạm ngừng trao đổi với {found.id}.",
            f"Node {identity.node} has suspended talking to {found.id}.", code="node-suspended",
        )
    return found, identity


def own_identity() -> Identity:
    """Return who this node is; raise NotFound where it is linked to none."""
    identity = services().identity
    if identity is None:
        raise NotFound(
            "Máy chủ này không nối với nút nào.", "This server is linked to no node.",
            code="not-linked",
        )
    return identity()
