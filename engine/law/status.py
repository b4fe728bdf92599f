"""Statuses of a dossier (trạng thái hồ sơ) and the only moves between them.

The ten codes are those of the National Public Service Portal; nothing but these moves
moves a dossier (docs/decisions.md, 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from engine.errors import Conflict

Status = Literal[
    "newly_registered", "received", "not_accepted", "in_process", "supplement_requested",
    "payment_requested", "withdrawn", "stopped", "settled", "returned",
]

STATUSES: tuple[Status, ...] = get_args(Status)
CODES: Mapping[str, int] = {status: number for number, status in enumerate(STATUSES, start=1)}
NAMES_VI: Mapping[str, str] = dict(zip(STATUSES, (
    "mới đăng ký", "được tiếp nhận", "không được tiếp nhận", "đang xử lý", "yêu cầu bổ sung",
    "yêu cầu nghĩa vụ tài chính", "công dân rút", "dừng xử lý", "đã xử lý xong", "đã trả kết quả",
), strict=True))

MOVES: Mapping[Status, tuple[Status, ...]] = {
    "newly_registered": ("received", "not_accepted", "supplement_requested", "withdrawn"),
    "received": (
        "in_process", "supplement_requested", "payment_requested", "withdrawn", "stopped",
    ),
    "in_process": (
        "supplement_requested", "payment_requested", "withdrawn", "stopped", "settled",
    ),
    "supplement_requested": ("received", "in_process", "withdrawn", "stopped"),
    "payment_requested": ("in_process", "withdrawn", "stopped"),
    "settled": ("returned",),
    "not_accepted": (), "withdrawn": (), "stopped": (), "returned": (),
}

#: Statuses after which no part of the dossier runs on.
ENDED: frozenset[Status] = frozenset({"not_accepted", "withdrawn", "stopped"})


def may_move(now: Status, then: Status) -> bool:
    """Tell whether the table allows the move."""
    return then in MOVES[now]


def passed(now: Status, then: Status) -> tuple[Status, ...]:
    """Return the statuses that a move goes through, the last included.

    An act may go over several at once: settling on the spot receives and processes too.
    """
    straight: tuple[Status, ...] = ("newly_registered", "received", "in_process", "settled")
    if now in straight and then in straight and straight.index(now) < straight.index(then):
        return straight[straight.index(now) + 1:straight.index(then) + 1]
    return (then,)


def move(now: Status, then: Status) -> Status:
    """Return the new status; raise Conflict when the table does not allow the move."""
    if not may_move(now, then):
        allowed = ", ".join(NAMES_VI[s] for s in MOVES[now]) or "không còn trạng thái nào"
        raise Conflict(
            f"Hồ sơ đang «{NAMES_VI[now]}», không thể chuyển sang «{NAMES_VI[then]}»; "
            f"chỉ có thể: {allowed}.",
            f"A dossier that is {now} cannot become {then}; it may become: "
            f"{', '.join(MOVES[now]) or 'nothing more'}.",
            code="status-move", status=now,
        )
    return then
