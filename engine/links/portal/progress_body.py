"""The body of CapNhatTienDoHoSoMC (cập nhật tiến độ): one item for each status gone through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.law.acts import ACTS
from engine.law.status import NAMES_VI, STATUSES, Status
from engine.links.portal.configuration import Portal
from engine.links.portal.picture import Picture, Step
from engine.links.portal.written import moment, short


def progress_body(
    picture: Picture, statuses: Sequence[int], portal: Portal,
) -> list[dict[str, Any]]:
    """Return the items that tell how a dossier went on at the picture's last entry.

    `statuses` are the codes of the law's floor, in order; what was done stands with the last.
    """
    names = [STATUSES[code - 1] for code in statuses]
    return [
        _item(picture, name, portal, last=number == len(names))
        for number, name in enumerate(names, start=1)
    ]


def _item(picture: Picture, status: Status, portal: Portal, *, last: bool) -> dict[str, Any]:
    step = picture.steps[-1]
    agency = step.agency or picture.dossier.receiving_agency
    standing = picture.standing
    return {
        "MaHoSo": picture.dossier.code,
        "NguoiXuLy": picture.names.people.get(step.actor, step.actor),
        "ChucDanh": portal.titles.get(step.role, step.role),
        "ThoiDiemXuLy": moment(step.at),
        "PhongBanXuLy": agency_name(picture, agency, portal),
        "NoiDungXuLy": _said(step, status) if last else label(status),
        "TrangThai": portal.codes["status"][status],
        "NgayBatDau": moment(standing.clock_from or standing.accepted_at or step.at),
        "NgayKetThucTheoQuyDinh": moment(standing.due),
    }


def agency_name(picture: Picture, code: str, portal: Portal) -> str:
    """Return what an agency is called at the portal."""
    return portal.agencies.get(code) or picture.names.agencies.get(code, code)


def label(status: Status) -> str:
    """Return the name of a status as a sentence begins."""
    name = NAMES_VI[status]
    return name[0].upper() + name[1:]


def _said(step: Step, status: Status) -> str:
    done = [ACTS[act].vi for act in step.acts if act in ACTS]
    return short("; ".join(done) or label(status), step.content.get("reason") if done else None)
