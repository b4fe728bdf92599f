"""The spine without a database: proceed drives each published procedure, replay does it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.audit.replay import replay
from engine.clock import VIETNAM
from engine.commands import CompleteTask, DossierCommand, RegisterDossier
from engine.flow.load import Flow, load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.history import Entry, seal
from engine.law.rules import rules_on
from engine.proceed import Before, Facts, Outcome, Registration, after, proceed, register
from engine.worktime import DEFAULT, Calendar, working_minutes

ROOT = Path(__file__).resolve().parent.parent
WALKS = {path.parent.name: json.loads(path.read_text(encoding="utf-8"))
         for path in sorted((ROOT / "bpmn").glob("*/walks.json"))}
COMMUNE = "000.21.30.H41"
DESKS = {
    "dossier.receiving_agency": COMMUNE, "dossier.competent_agency": COMMUNE,
    "dossier.receiving_agency.police": "000.41.21.G01",
    "dossier.receiving_agency.social_insurance": "000.41.21.G34",
}


def flow_of(name: str) -> Flow:
    lowered, _ = lower(read((ROOT / WALKS[name]["diagram"]).read_bytes()))
    return load(lowered.content)


class Everyone(dict[str, Calendar]):
    """Every agency works by the public calendar."""

    def __missing__(self, agency: str) -> Calendar:
        self[agency] = DEFAULT
        return DEFAULT


@dataclass
class Desk:
    """Plays a dossier in memory, as the office does with a database."""

    flow: Flow
    procedure: str
    now: datetime = datetime(2026, 11, 9, 8, 0, tzinfo=VIETNAM)
    entries: list[Entry] = field(default_factory=list)
    before: Before | None = None
    last: Outcome | None = None

    def facts(self) -> Facts:
        salt = len(self.entries).to_bytes(16, "big")
        return Facts(self.now, "can-bo", self.flow, rules_on(self.now.date()), Everyone(), salt)

    def keep(self, outcome: Outcome) -> None:
        entry = seal(outcome.draft)
        self.before = after(self.before or Before(outcome.dossier), outcome, entry)
        self.entries.append(entry)
        self.last = outcome

    def register(self) -> None:
        command = RegisterDossier(self.procedure, COMMUNE, "direct", {"name": "Nguyễn Văn A"})
        desks = {
            text: DESKS.get(text, text)
            for text in {p.agency for p in self.flow.pools} - {None}
        }
        born = Registration("000.21.30.H41-261109-0001", 1, desks)
        self.keep(register(command, born, self.facts()))

    def do(self, command: DossierCommand) -> None:
        assert self.before is not None
        self.keep(proceed(self.before, command, self.facts()))

    def task(self, element: str) -> str:
        assert self.before is not None
        return next(t.id for t in self.before.tasks if t.element == element)


@dataclass
class Shelf:
    """What replay finds: the flow and the calendar."""

    kept: Flow

    def flow(self, flow_hash: str) -> Flow:
        assert flow_hash == self.kept.hash
        return self.kept

    def calendar(self, version: str) -> Calendar:
        assert version == DEFAULT.version
        return DEFAULT


def walk(name: str, path: str) -> Desk:
    desk = Desk(flow_of(name), WALKS[name]["procedure"])
    desk.register()
    plan: Mapping[str, Any] = WALKS[name]["paths"][path]
    left = {element: list(answers) for element, answers in plan["answers"].items()}
    for element in plan["order"]:
        desk.now += timedelta(minutes=20)
        assert desk.before is not None
        if desk.before.dossier.standing.hold is not None:
            desk.do(CompleteTask(desk.task("motcua.act.receive-supplement"), {}))
        desk.do(CompleteTask(desk.task(element), left[element].pop(0)))
    return desk


CASES = [(name, path) for name, w in WALKS.items() for path in w["paths"]]


@pytest.mark.parametrize(("name", "path"), CASES)
def test_a_published_procedure_runs_to_its_end_and_can_be_done_again(name: str, path: str) -> None:
    desk = walk(name, path)
    assert desk.before is not None
    standing = desk.before.dossier.standing
    assert standing.status == ("not_accepted" if path == "not_accept" else "returned")
    assert desk.before.tasks == ()
    assert desk.before.parts == ()
    assert desk.before.kept == ()
    again = replay(desk.before.dossier.code, desk.entries, Shelf(desk.flow))
    assert again.whole, again.entries[-1].difference


@pytest.mark.parametrize("name", sorted(WALKS))
def test_a_history_with_one_changed_answer_is_not_what_comes_out_again(name: str) -> None:
    desk = walk(name, "happy")
    assert desk.before is not None
    entries = list(desk.entries)
    broken = replace(entries[1], body=entries[1].body.replace(b'"can-bo"', b'"can-bx"'))
    entries[1] = broken
    assert not replay(desk.before.dossier.code, entries, Shelf(desk.flow)).whole


def test_p088_runs_as_three_parts_of_three_agencies() -> None:
    flow = flow_of("p088")
    assert [pool.lead for pool in flow.pools] == [True, False, False]
    assert {pool.agency for pool in flow.pools} == {
        "dossier.receiving_agency", "000.00.17.H41", "000.00.00.H41",
    }


def test_p088_is_due_96_working_hours_after_acceptance() -> None:
    desk = walk("p088", "happy")
    assert desk.before is not None
    standing = desk.before.dossier.standing
    assert standing.clock_from is not None
    assert standing.due is not None
    assert working_minutes(standing.clock_from, standing.due, DEFAULT) == 96 * 60
