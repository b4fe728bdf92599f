"""A dossier of P088 goes from the commune to Sở Nội vụ, to UBND tỉnh and back, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import town
from town import open_tasks

from engine.audit import desk
from engine.clock import FixedClock
from engine.commands import CompleteTask, RegisterDossier
from engine.dossier import Task
from engine.errors import Conflict, Forbidden, NotFound
from engine.office import Office
from engine.office.result import task_etag
from engine.people import Actor
from engine.store import Store, dossiers, entries, tasks

P088 = "2.002755"


def register(office: Office) -> str:
    command = RegisterDossier(P088, town.COMMUNE, "direct", {"name": "Nguyễn Văn A"})
    result = office.execute(command, town.official(town.COMMUNE, "one_stop_officer"))
    assert result.created
    assert result.body["status"] == 1
    return str(result.body["code"])


def complete(office: Office, task: Task, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    actor = town.official(task.agency, task.role or "specialist")
    command = CompleteTask(task.id, answers)
    return office.execute(command, actor, if_match=frozenset({task_etag(task)})).body


def play(office: Office, store: Store, clock: FixedClock, path: str) -> str:
    code = register(office)
    plan = town.walk("p088")["paths"][path]
    left = {element: list(answers) for element, answers in plan["answers"].items()}
    for element in plan["order"]:
        clock.advance(timedelta(minutes=20))
        for act in [t for t in open_tasks(store, code) if t.act]:
            complete(office, act, {})
        (task,) = [t for t in open_tasks(store, code) if t.element == element]
        complete(office, task, left[element].pop(0))
    return code


@pytest.mark.parametrize("path", ["happy", "send_back", "supplement", "not_accept"])
def test_a_dossier_runs_to_its_end_and_every_entry_can_be_done_again(
    ready: Office, store: Store, clock: FixedClock, path: str,
) -> None:
    code = play(ready, store, clock, path)
    with store.reading() as connection:
        dossier = dossiers.by_code(connection, code)
        parts = dossiers.parts(connection, code)
        chain = entries.chain(connection, code)
    assert dossier is not None
    assert dossier.standing.status == ("not_accepted" if path == "not_accept" else "returned")
    assert {p.status for p in parts} <= {"finished", "cancelled"}
    assert len(parts) == (1 if path == "not_accept" else 3)
    assert (dossier.entries, dossier.head) == (len(chain), chain[-1].hash)
    assert open_tasks(store, code) == []
    again = desk.replay_stored(store, code)
    assert again.whole, again.entries[-1].difference


def test_three_parts_speak_through_four_envelopes_with_declared_payload_only(
    ready: Office, store: Store, clock: FixedClock,
) -> None:
    code = play(ready, store, clock, "happy")
    with store.reading() as connection:
        sent = connection.execute(
            "SELECT number, state, payload::jsonb FROM envelope WHERE dossier = %s ORDER BY number",
            (code,)).fetchall()
    assert [(number, state) for number, state, _ in sent] == [
        (number, "delivered") for number in (1, 2, 3, 4)]
    assert set(sent[0][2]) == {"council_result", "council_amount", "dispatch_number"}


def test_an_official_of_another_agency_neither_sees_nor_touches_a_task(
    ready: Office, store: Store,
) -> None:
    code = register(ready)
    (task,) = open_tasks(store, code)
    stranger: Actor = town.official(town.PROVINCE)
    with store.reading() as connection:
        assert tasks.page(connection, stranger, tasks.Filter(), None, 50) == []
    with pytest.raises(NotFound):
        ready.execute(CompleteTask(task.id, {}), stranger, if_match=frozenset({"*"}))


def test_an_official_without_the_role_may_see_but_not_do(ready: Office, store: Store) -> None:
    (task,) = open_tasks(store, register(ready))
    clerk = town.official(town.COMMUNE, "records_clerk")
    with pytest.raises(Forbidden):
        ready.execute(CompleteTask(task.id, {}), clerk, if_match=frozenset({"*"}))


def test_a_task_is_completed_once(ready: Office, store: Store) -> None:
    (task,) = open_tasks(store, register(ready))
    accept = {"papers_complete": True, "paper_copies": 1, "Gateway_B1": "Tiếp nhận"}
    complete(ready, task, accept)
    with pytest.raises(Conflict) as refused:
        complete(ready, task, accept)
    assert refused.value.code == "task-not-open"


def test_a_result_decided_as_refused_is_settled_as_refused(
    ready: Office, store: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = town.walk("p088")
    plan["paths"]["happy"]["answers"]["Task_B11"][0]["result"] = "refused"
    monkeypatch.setattr(town, "walk", lambda _: plan)
    code = play(ready, store, clock, "happy")
    with store.reading() as connection:
        dossier = dossiers.by_code(connection, code)
    assert dossier is not None
    assert (dossier.standing.status, dossier.standing.result) == ("returned", "refused")
