"""The demo's report (báo cáo): timeline, control slip, clocks, as the API tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.demo.client import Desk, Refused
from engine.worktime.wording import hours_text

VERDICTS = {
    "early": "trước hạn", "on_time": "đúng hạn", "near_due": "sắp đến hạn", "late": "QUÁ HẠN",
    "overdue": "QUÁ HẠN", "cancelled": "hủy", "uncounted": "không tính",
}


def seen_by_all(code: str, desks: Sequence[Desk]) -> dict[str, Any]:
    """Return a dossier with every step's name: each official sees those of their own agency.

    Here and below `desks` are of those who may see the dossier.
    """
    views = [desk.get(f"/dossiers/{code}") for desk in desks]
    whole: dict[str, Any] = dict(views[0])
    whole["slip"] = [
        {**rows[0], "name": next((row["name"] for row in rows if row["name"]), None)}
        for rows in zip(*(view["slip"] for view in views), strict=True)
    ]
    return whole


def timeline(code: str, desks: Sequence[Desk]) -> list[str]:
    """Return one line per entry of the history: when, who, what, and the status after it."""
    lines = []
    names = {desk.person: desk.name for desk in desks}
    steps = _step_names(code, desks)
    for item in _history(code, desks):
        acts = ", ".join(act["act"] for act in item["acts"] if "skipped" not in act)
        what = steps.get(item["number"], item["command"]["kind"])
        lines.append(
            f"{item['number']:3}  {_moment(item['at'])}  "
            f"{names.get(item['actor'], item['actor']):20} {what:34} {item['status']:21} {acts}"
            .rstrip(),
        )
    return lines


def slip(dossier: Mapping[str, Any], agencies: Mapping[str, str]) -> list[str]:
    """Return the control slip (phiếu kiểm soát): agency, given, received, due, used, verdict."""
    head = f"{'Cơ quan':30} {'Bước':5} {'Giao':12} {'Xong':12} {'Hạn':12} {'Phút':>6} Kết quả"
    return [head, *(
        f"{agencies.get(row['agency'], row['agency']):30} {row['step'] or '-':5} "
        f"{_moment(row['given']):12} {_moment(row['finished']):12} {_moment(row['due']):12} "
        f"{row['used_minutes']:6} {VERDICTS[row['verdict']]}{_by(row['late_minutes'])}"
        for row in dossier["slip"]
    )]


def clocks(dossier: Mapping[str, Any], agencies: Mapping[str, str]) -> list[str]:
    """Return both clocks of a dossier (hai đồng hồ) and whose its working time is."""
    told = dossier["clocks"]
    legal, by_766 = told["legal"], told["decision766"]
    late = _by(legal["late_minutes"])
    stands = ", đang dừng" if legal["stands"] else ""
    took, less = map(hours_text, (by_766["elapsed_minutes"], by_766["supplement_minutes"]))
    spent = (told["worked"], told["waiting_for_citizen"], told["idle"])
    worked, waiting, idle = map(hours_text, spent)
    verdict = VERDICTS[by_766["verdict"]]
    return [
        f"Hạn theo luật: {VERDICTS[legal['standing']]}{late}{stands}",
        f"Theo Quyết định 766: {verdict}, {took} làm việc, đã trừ {less} chờ bổ sung",
        f"Từ tiếp nhận: giải quyết {worked}, chờ công dân {waiting}, không ai giữ {idle}",
        *(_share(one, agencies) for one in told["agencies"]),
    ]


def _history(code: str, desks: Sequence[Desk]) -> list[dict[str, Any]]:
    """Return the entries with who did each, gathered from those who may know it."""
    views = [
        desk.get(f"/dossiers/{code}/history", limit="200")["items"]
        for desk in desks
    ]
    return [
        {**items[0], "actor": next((i["actor"] for i in items if i["actor"]), "")}
        for items in zip(*views, strict=True)
    ]


def _step_names(code: str, desks: Sequence[Desk]) -> dict[int, str]:
    """Return, per entry, the step that it closed, gathered from those who may know its name."""
    found: dict[int, str] = {}
    for desk in desks:
        rows = {row["finished"]: row for row in desk.get(f"/dossiers/{code}")["slip"]
                if row["name"] and row["finished"]}
        for item in desk.get(f"/dossiers/{code}/history", limit="200")["items"]:
            row = rows.get(item["at"])
            if item["command"]["kind"] == "complete" and row is not None:
                found[item["number"]] = f"{row['step'] or ''} {row['name']}".strip()
    return found


def taking_part(code: str, desks: Sequence[Desk]) -> list[Desk]:
    """Return the officials who may see a dossier: those of the agencies that work on it."""
    found = []
    for desk in desks:
        try:
            desk.get(f"/dossiers/{code}")
        except Refused:
            continue
        found.append(desk)
    return found


def _share(one: Mapping[str, Any], agencies: Mapping[str, str]) -> str:
    late = one["late_minutes"]
    beyond = f", trong đó quá hạn {hours_text(late)}" if late else ""
    return f"  {agencies.get(one['agency'], one['agency']):30} {hours_text(one['minutes'])}{beyond}"


def _by(late: int) -> str:
    return f" {hours_text(late)}" if late else ""


def _moment(at: str | None) -> str:
    return "" if at is None else f"{datetime.fromisoformat(at):%d/%m %H:%M}"
