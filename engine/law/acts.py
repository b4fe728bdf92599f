"""The acts of the office (hành vi) by name: the table of contents of the law's floor."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import NotFound
from engine.law.accept import accept
from engine.law.not_accept import not_accept
from engine.law.receive_supplement import receive_supplement
from engine.law.request_supplement import request_supplement
from engine.law.return_result import return_result
from engine.law.settle import settle
from engine.law.standing import Act, Standing

ACTS: Mapping[str, Act] = {
    "accept": accept,
    "not-accept": not_accept,
    "request-supplement": request_supplement,
    "receive-supplement": receive_supplement,
    "settle": settle,
    "return": return_result,
}

#: What an act task is called in an official's list.
TITLES: Mapping[str, tuple[str, str]] = {
    "receive-supplement": ("Nhận hồ sơ bổ sung", "Receive the supplement"),
}


def act_named(name: str) -> Act:
    """Return the act; raise NotFound for a name that the law's floor does not know."""
    if name not in ACTS:
        raise NotFound(
            f"Không có hành vi «{name}»; có: {', '.join(ACTS)}.",
            f"There is no act {name!r}; there are: {', '.join(ACTS)}.",
            code="unknown-act",
        )
    return ACTS[name]


def already_done(name: str, standing: Standing) -> bool:
    """Tell whether a drawn act would only repeat what stands, performed earlier by hand."""
    return (
        (name == "accept" and standing.accepted_at is not None and standing.hold is None)
        or (name == "settle" and standing.status in ("settled", "returned"))
        or (name == "return" and standing.status == "returned")
    )
