"""A small procedure with timers of every kind, brought into force, and dossiers that run on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import town
from sketch import body, diagram, process, timer
from town import open_tasks

from engine.commands import CompleteTask, PerformAct, RegisterDossier
from engine.history import read_body
from engine.office import Office
from engine.office.result import task_etag
from engine.store import Store, entries

CODE, BROKEN = "9.000001", "9.000002"
OFFICER = town.official(town.COMMUNE, "one_stop_officer")
ROLE = 'motcua:role="one_stop_officer"'


def border(key: str, host: str, text: str, kind: str = "timeDuration", ends: str = "true") -> str:
    """Return a timer on the border of a task."""
    return (
        f'<bpmn:boundaryEvent id="{key}" attachedToRef="{host}" cancelActivity="{ends}">'
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}>"
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def procedure_of(code: str, inside: str) -> Mapping[str, bytes]:
    """Return the files of a procedure of five working days around a process body."""
    attributes = (
        f'motcua:procedureCode="{code}" motcua:timeLimit="5 ngày làm việc" '
        'motcua:decision="1/QĐ-UBND" motcua:field="Thử" motcua:level="xã"'
    )
    return {"main.bpmn": diagram(process(inside, attributes))}


#: `check` for four working hours, then `overtime`; done in time, two hours of rest, then `finish`,
#: with three reminders an hour apart.
DRAWING = procedure_of(CODE, body(
    "start:s user:check catch:rest user:finish user:overtime user:remind end:e end:e2 end:e3",
    "s>check check>rest rest>finish finish>e late>overtime overtime>e2 again>remind remind>e3",
    check=ROLE, finish=ROLE, overtime=ROLE, remind=ROLE, rest=timer("PT2H"),
) + border("late", "check", "04 giờ") + border("again", "finish", "R3/PT1H", "timeCycle", "false"))

#: The timer of `check` leads to a gateway that nobody can decide from what was answered.
FAILING = procedure_of(BROKEN, body(
    "start:s user:check xor:which user:one user:two end:e end:e1 end:e2",
    "s>check check>e late>which which>one[size > 1] which>two[size < 1] one>e1 two>e2",
    check=ROLE, one=ROLE, two=ROLE,
) + border("late", "check", "PT1H"))


def bring(office: Office, clock: Any) -> Office:
    """Bring both procedures into force."""
    town.bring_into_force(office, CODE, DRAWING, clock)
    town.bring_into_force(office, BROKEN, FAILING, clock)
    return office


def register(office: Office, procedure: str = CODE) -> str:
    """Register a dossier and return its code."""
    command = RegisterDossier(procedure, town.COMMUNE, "direct", {"name": "Nguyễn Văn A"})
    return str(office.execute(command, OFFICER).body["code"])


def perform(office: Office, code: str, act: str, **content: str) -> None:
    """Perform an act of the law."""
    office.execute(PerformAct(code, act, content), OFFICER, if_match=frozenset({"*"}))


def elements(store: Store, code: str) -> list[str]:
    """The elements of the open tasks, sorted."""
    return sorted(task.element for task in open_tasks(store, code))


def complete(office: Office, store: Store, code: str, element: str) -> None:
    """Complete the one open task of an element."""
    (task,) = (t for t in open_tasks(store, code) if t.element == element)
    office.execute(CompleteTask(task.id), OFFICER, if_match=frozenset({task_etag(task)}))


def fired(store: Store, code: str) -> int:
    """How many timers of a dossier have fired, by its history."""
    with store.reading() as connection:
        chain = entries.chain(connection, code)
    return sum(read_body(entry)["content"]["command"]["kind"] == "fire" for entry in chain)
