"""Links to papers (đường tải giấy tờ): signed, of limited life, for one paper and one node.

A link is a JWS by the node that holds the file: which paper, of which envelope, for whom, until
when. It opens nothing by itself: whoever uses it proves to be that node, as with every call.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from engine.errors import Forbidden
from engine.history import canonical
from engine.links.identity import Identity, key_id
from engine.proof import ALGORITHM, REGISTRY, header

#: Where papers are given out, and the hours for which a link holds unless configured otherwise.
PATH, HOURS = "/api/v1/handoffs/papers/", 72
KIND = "motcua-paper-link"
#: What an envelope has in its canonical bytes if it carries papers.
_CARRIES = b'"papers":['


def make_link(
    identity: Identity, paper: str, envelope: str, to: str, until: datetime,
) -> str:
    """Return the path under which a node may fetch a paper of an envelope until a moment."""
    key = identity.keys[0]
    head = {"alg": ALGORITHM, "kid": key_id(key), "typ": KIND}
    said = {"by": identity.node, "paper": paper, "envelope": envelope, "to": to,
            "exp": int(until.timestamp())}
    token = jws.serialize_compact(head, canonical(said), key, registry=REGISTRY)
    return f"{PATH}{paper}?link={token}"


def links_for(identity: Identity, body: bytes, to: str, until: datetime) -> str:
    """Return the links to all papers of an envelope with blanks between, "" for one without any."""
    if _CARRIES not in body:
        return ""
    event = json.loads(body)
    papers = dict.fromkeys(one["sha256"] for one in event["data"]["message"].get("papers", ()))
    return " ".join(make_link(identity, sha, event["id"], to, until) for sha in papers)


def envelope_of(identity: Identity, paper: str, token: str, by: str, now: datetime) -> str:
    """Return the envelope of a paper that a link lets a node fetch.

    Raises Forbidden for a link that is not ours, was bent, has expired, or is another node's.
    """
    said = _said(identity, token)
    if said is None or (said.get("by"), said.get("paper")) != (identity.node, paper):
        raise Forbidden(
            "Đường tải này không đúng hoặc đã bị sửa.", "This link is not ours, or was bent.",
            code="link-invalid",
        )
    if said.get("to") != by:
        raise Forbidden(
            f"Đường tải này không phải của nút {by}.", f"This link is not for node {by}.",
            code="link-of-another",
        )
    if int(said["exp"]) <= now.timestamp():
        raise Forbidden(
            "Đường tải đã hết hạn; hãy xin đường mới.",
            "The link has expired; ask for a fresh one.", code="link-expired",
        )
    return str(said["envelope"])


def _said(identity: Identity, token: str) -> dict[str, Any] | None:
    try:
        head = header(token)
        key = OKPKey.import_key(dict(identity.public()[str(head["kid"])]))
        found = jws.deserialize_compact(token, key, registry=REGISTRY)
        said: dict[str, Any] = json.loads(found.payload or b"")
        return said if head.get("typ") == KIND else None
    except (JoseError, KeyError, ValueError, TypeError):
        return None
