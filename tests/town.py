"""A small town for tests: its agencies, its officials, and how a procedure comes into force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from engine import packs
from engine.clock import FixedClock, local
from engine.commands import ApproveVersion, PublishVersion, SubmitVersion, UploadVersion
from engine.dossier import Task
from engine.office import Office
from engine.people import Actor, Agency, Post
from engine.store import Store, calendars, people, tasks
from engine.worktime import DEFAULT

ROOT = Path(__file__).resolve().parent.parent
ISSUER = "urn:test:issuer"
COMMUNE, DEPARTMENT, PROVINCE = "000.21.30.H41", "000.00.17.H41", "000.00.00.H41"
POLICE, INSURANCE = "000.41.21.G01", "000.41.21.G34"
HANOI_DEPARTMENT, HANOI = "000.00.25.H26", "000.00.00.H26"
NAMES = {
    COMMUNE: "UBND xã Kim Liên", DEPARTMENT: "Sở Nội vụ Nghệ An", PROVINCE: "UBND tỉnh Nghệ An",
    POLICE: "Công an xã Kim Liên", INSURANCE: "BHXH cơ sở Kim Liên",
    HANOI_DEPARTMENT: "Sở Dân tộc và Tôn giáo Hà Nội", HANOI: "UBND thành phố Hà Nội",
}
LINKS = {COMMUNE: {"parent_dept": DEPARTMENT, "police": POLICE, "social_insurance": INSURANCE}}
ROLES = (
    "one_stop_officer", "division_head", "specialist", "leader", "records_clerk", "office_head",
)
SINCE = date(2025, 1, 1)


def official(agency: str, *roles: str) -> Actor:
    """One official of an agency who holds these roles (all of the pack's when none is named)."""
    held = roles or ROLES
    name = f"{agency}.{'+'.join(roles) or 'all'}"
    return Actor(name, name, tuple(Post(agency, role, SINCE) for role in held))


AUTHOR = official(DEPARTMENT, "procedure_author")
APPROVER = official(DEPARTMENT, "procedure_approver")
EVERYBODY = [
    *(official(agency) for agency in NAMES), *(official(a, r) for a in NAMES for r in ROLES),
    AUTHOR, APPROVER,
]


def settle_town(store: Store) -> None:
    """Write the register: every agency on the public calendar, every official."""
    with store.reading() as connection:
        version = calendars.add(connection, DEFAULT)
        people.put(
            connection,
            [(Agency(code, name, LINKS.get(code, {})), version) for code, name in NAMES.items()],
            [(actor, ISSUER, actor.id) for actor in EVERYBODY],
        )


def pack_files(name: str) -> Mapping[str, bytes]:
    """The files of a built-in procedure: its diagram and its forms."""
    return packs.procedure("builtin", name).files


def bring_into_force(
    office: Office, code: str, files: Mapping[str, bytes], clock: FixedClock,
) -> int:
    """Upload, submit, approve and publish a version from today on; return its number."""
    number = int(office.execute(UploadVersion(code, files), AUTHOR).body["number"])
    today = local(clock.now()).date()
    office.execute(SubmitVersion(code, number), AUTHOR)
    decided = ApproveVersion(code, number, "3854/QĐ-UBND", today - timedelta(days=1))
    office.execute(decided, APPROVER)
    office.execute(PublishVersion(code, number, today), APPROVER)
    return number


def walk(name: str) -> Mapping[str, Any]:
    """The written-down walks through a built-in procedure."""
    found: Mapping[str, Any] = json.loads(
        (ROOT / "bpmn" / name / "walks.json").read_text(encoding="utf-8"),
    )
    return found


def open_tasks(store: Store, code: str) -> list[Task]:
    """The tasks of a dossier that stand open."""
    with store.reading() as connection:
        return [t for t in tasks.of_dossier(connection, code) if t.state == "open"]
