"""`motcua node compare` (đối chiếu): what two nodes have of each other after one was restored.

A node restored from yesterday's backup has forgotten what it sent and took in since. What the other
sent it is sent again; what it sent itself only people can tell, from the other's dossier.
"""

from __future__ import annotations

from datetime import datetime

from engine.links.calling import Neighbour
from engine.store import Store, positions
from engine.store.nodes import Node
from engine.store.positions import Position

#: Dossiers of one page of this node's own.
PAGE = 500


def compare(store: Store, node: Node, neighbour: Neighbour, now: datetime) -> int:
    """Print where the two differ and send again what the other lacks; 1 where something is lost."""
    theirs = {one.dossier: one for one in neighbour.positions(now)}
    ours = {one.dossier: one for one in _all(store, node.id)}
    lost = False
    for code in sorted(theirs.keys() | ours.keys()):
        there, here = theirs.get(code, Position(code, 0, 0)), ours.get(code, Position(code, 0, 0))
        again, gone = _send_again(store, node.id, code, there.received)
        for line in _told(here, there, again):
            print(f"{code}: {line}")
        if gone:
            print(f"{code}: {gone} phong bì nơi kia không còn đã xóa theo quyết định, không gửi "
                  f"lại được / {gone} erased by decision cannot be sent again")
        lost = lost or there.received > here.sent or here.received > there.sent
    print(f"{node.id}: {len(theirs.keys() | ours.keys())} hồ sơ chung đã đối chiếu (dossiers)")
    return int(lost)


def _told(here: Position, there: Position, again: int) -> list[str]:
    """Return what differs in a dossier, in both languages, each with what to do."""
    said = []
    if there.received > here.sent:
        said.append(
            f"nơi kia đã nhận tới số {there.received}, ở đây chỉ còn {here.sent}: nút này mất "
            "lịch sử; làm lại các bước, rồi bỏ qua thư chết (give-up). / They have up to "
            f"{there.received}, here are only {here.sent}: history is lost here; do the steps "
            "again, then give up the dead letters.")
    if again:
        said.append(f"gửi lại {again} phong bì nơi kia không còn / {again} sent again")
    if there.sent > here.received:
        said.append(
            f"nơi kia đã gửi tới số {there.sent}, ở đây nhận tới {here.received}: đang trên "
            "đường, hoặc chạy compare ở nút kia. / They sent up to "
            f"{there.sent}, {here.received} came: under way, or run compare there.")
    if here.received > there.sent:
        said.append(
            f"ở đây đã nhận tới số {here.received}, nơi kia chỉ còn {there.sent}: nút kia mất "
            f"lịch sử. / {here.received} came from them, they know of {there.sent}: history is "
            "lost there.")
    return said


def _send_again(store: Store, node: str, code: str, received: int) -> tuple[int, int]:
    """Return how many envelopes are sent again, and how many a decision has erased."""
    with store.unit() as unit:
        count = positions.send_again(unit.connection, node, code, received)
        gone = positions.erased(unit.connection, node, code, received)
        unit.commit()
    return count, gone


def _all(store: Store, node: str) -> list[Position]:
    found: list[Position] = []
    while True:
        after = found[-1].dossier if found else ""
        with store.reading() as connection:
            page = positions.with_node(connection, node, after, PAGE)
        found += page
        if len(page) < PAGE:
            return found
