"""Supplements (hồ sơ bổ sung) as DongBoHoSoMC lists them: what was asked for, and what came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from engine.links.portal.configuration import Portal
from engine.links.portal.picture import Picture, Step
from engine.links.portal.written import moment, short

_ASKED, _CAME = "request-supplement", "receive-supplement"


def supplements(picture: Picture, portal: Portal) -> list[dict[str, Any]]:
    """Return each request for a supplement that still stands, in order."""
    return [
        _supplement(picture, portal, number, since, until)
        for number, (since, until) in enumerate(_spans(picture), start=1)
    ]


def _spans(picture: Picture) -> Iterator[tuple[datetime, datetime | None]]:
    standing = picture.standing
    for pause in standing.pauses:
        if pause.act == _ASKED:
            yield pause.since, pause.until
    if standing.hold is not None and standing.hold.act == _ASKED:
        yield standing.hold.since, None


def _supplement(
    picture: Picture, portal: Portal, number: int, since: datetime, until: datetime | None,
) -> dict[str, Any]:
    asked, came = picture.step_of(_ASKED, since), picture.step_of(_CAME, until)
    items = [str(item) for item in asked.content.get("items") or ()] if asked else []
    people = picture.names.people
    return {
        "HoSoBoSungId": f"{picture.dossier.code}.{number}",
        "NguoiYeuCauBoSung": people.get(asked.actor, asked.actor) if asked else "",
        "NoiDungBoSung": short(asked.content.get("reason"), ", ".join(items)) if asked else "",
        "NgayBoSung": moment(since),
        "NguoiTiepNhanBoSung": people.get(came.actor, came.actor) if came else "",
        "ThongTinTiepNhan": short(*_notes(came)),
        "NgayTiepNhanBoSung": moment(came.at) if came else "",
        "TrangThaiBoSung": portal.codes["supplement"]["received" if came else "waiting"],
        "DanhSachGiayToBoSung": [{"TenGiayTo": short(item)} for item in items],
        "DanhSachLePhiBoSung": [],
        "NgayHenTraTruoc": moment(_due_before(picture, came or asked)),
        "NgayHenTraMoi": moment(came.standing.due) if came else "",
    }


def _notes(came: Step | None) -> tuple[object, ...]:
    return (came.content.get("reason"), came.content.get("note")) if came else ()


def _due_before(picture: Picture, step: Step | None) -> datetime | None:
    """Return the due date that stood before a step."""
    earlier = [s.standing.due for s in picture.steps if step and s.number < step.number]
    return earlier[-1] if earlier else None
