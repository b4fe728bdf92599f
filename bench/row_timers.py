"""Rows of timers: firing what is due among a hundred thousand, finding it, and more workers.

Ours: a due timer is claimed and fired through the office, its task cancelled and the next opened,
an entry written. The floor of a fired timer is one durable completion in the same drawing.
"""

from __future__ import annotations

import time
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier

import psycopg

from bench.measure import Times, milliseconds, ratio, settle
from bench.premises import CLOCK, COMMUNE, OFFICIAL, Premises, publish
from bench.table import Row
from engine.clock import FixedClock
from engine.commands import CompleteTask, RegisterDossier
from engine.jobs import Timers
from engine.office import Office
from engine.store import Store, embedded, timers

PROCEDURE = "9.000002"
PENDING = 100_000
#: Two hours after everything was registered: what was set for an hour is due.
LATER = FixedClock(CLOCK.now() + timedelta(hours=2))
_DRAWING = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:motcua="urn:motcua:bpmn:1" id="d" targetNamespace="urn:bench">
  <bpmn:process id="main" isExecutable="true" motcua:procedureCode="{PROCEDURE}"
      motcua:timeLimit="5 ngày làm việc" motcua:decision="1/QĐ-UBND" motcua:field="Thử"
      motcua:level="xã">
    <bpmn:startEvent id="s" />
    <bpmn:userTask id="check" name="Kiểm tra" motcua:role="one_stop_officer" />
    <bpmn:boundaryEvent id="late" attachedToRef="check"><bpmn:timerEventDefinition>
      <bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
    <bpmn:userTask id="overtime" name="Quá hạn" motcua:role="one_stop_officer" />
    <bpmn:userTask id="finish" name="Xong" motcua:role="one_stop_officer" />
    <bpmn:endEvent id="e" /><bpmn:endEvent id="e2" />
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="check" />
    <bpmn:sequenceFlow id="f2" sourceRef="check" targetRef="finish" />
    <bpmn:sequenceFlow id="f3" sourceRef="finish" targetRef="e" />
    <bpmn:sequenceFlow id="f4" sourceRef="late" targetRef="overtime" />
    <bpmn:sequenceFlow id="f5" sourceRef="overtime" targetRef="e2" />
  </bpmn:process>
</bpmn:definitions>
"""
_FIND = """\
SELECT dossier, part, wait FROM timer WHERE held = 0 AND due <= %(now)s
    AND (not_before IS NULL OR not_before <= now()) ORDER BY due LIMIT 20 FOR UPDATE SKIP LOCKED
"""
_BARE = """\
SELECT dossier, part, wait FROM timer WHERE held = 0 AND due <= %(now)s ORDER BY due LIMIT 20
"""


def due_timers(place: Premises, rounds: int) -> list[Row]:
    """Measure firing, finding, and one, two and three workers."""
    place.copy("timers", "seed")
    _publish(place)
    with place.office("timers") as (office, store):
        tasks = [_register(office) for _ in range(rounds * 2)]
        _pend(place, "timers")
        firing, completing = Times(), Times()
        worker = Timers(store, Office(store, LATER), LATER)
        settle()
        for task, etag in tasks[:rounds]:
            command = CompleteTask(task, {})
            completing.take(lambda c=command, e=etag: office.execute(  # type: ignore[misc]
                c, OFFICIAL, if_match=frozenset({e})))
        fired = firing.take(worker.drain)
        assert fired == rounds, fired
        each = [firing.cpu[0] / rounds], [firing.wall[0] / rounds]
    return [
        Row("+", f"one due timer fired among {PENDING:,} pending (CPU)",
            "one durable completion of a task", rounds,
            f"{milliseconds(each[1])} / {milliseconds(each[0])}", completing.text(),
            ratio(each[0], completing.cpu), 3, "less"),
        _finding(place, rounds), *_curve(place, rounds),
    ]


def _finding(place: Premises, rounds: int) -> Row:
    times = {"ours": Times(), "bare": Times()}
    with psycopg.connect(_plain(place.url("timers")), prepare_threshold=1) as connection:
        for _ in range(rounds):
            for name, text in (("ours", _FIND), ("bare", _BARE)):
                times[name].take(
                    lambda t=text: connection.execute(  # type: ignore[misc]
                        t, {"now": LATER.now()}).fetchall())
                connection.rollback()
    return Row("+", "finding the due timers, locked and in order (wall)",
               "the bare indexed query", rounds, times["ours"].text(), times["bare"].text(),
               ratio(times["ours"].wall, times["bare"].wall), 1.2, "less")


def _curve(place: Premises, rounds: int) -> list[Row]:
    """Return how much faster two and three workers empty the same queue than one."""
    walls = {}
    for workers in (1, 2, 3):
        name = f"timers{workers}"
        place.copy(name, "seed")
        _publish(place, name)
        with place.office(name) as (office, _):
            for _ in range(rounds * 2):
                _register(office)
        walls[workers] = _drained(place.url(name), workers)
    return [
        Row("+", f"{rounds * 2} due timers, {workers} worker processes (wall)",
            "one worker process, on the same cores", rounds * 2,
            milliseconds([walls[workers]]), milliseconds([walls[1]]),
            walls[1] / walls[workers], 1 if workers == 2 else 0.8, "more", "times as fast")
        for workers in (2, 3)
    ]


def _drained(url: str, workers: int) -> float:
    context = get_context("spawn")
    ready, over = context.Barrier(workers + 1), context.Barrier(workers + 1)
    running = [
        context.Process(target=_work, args=(url, ready, over), daemon=True)
        for _ in range(workers)
    ]
    for process in running:
        process.start()
    ready.wait()
    begun = time.perf_counter()
    over.wait()
    spent = time.perf_counter() - begun
    for process in running:
        process.join()
    return spent


def _work(url: str, ready: Barrier, over: Barrier) -> None:
    store = Store(url)
    office = Office(store, LATER)
    with store.reading() as connection:
        timers.next_due(connection)
    ready.wait()
    Timers(store, office, LATER).drain()
    over.wait()
    store.close()


def _register(office: Office) -> tuple[str, str]:
    command = RegisterDossier(PROCEDURE, COMMUNE, "direct", {"name": "Nguyễn Văn An"})
    task = office.execute(command, OFFICIAL).body["opened"][0]
    return task["id"], task["etag"]


def _publish(place: Premises, database: str = "timers") -> None:
    publish(place, database, PROCEDURE, {"main.bpmn": _DRAWING.encode()})


def _pend(place: Premises, database: str) -> None:
    """Set timers that are due in years, so that what is due must be found among them."""
    owner = _plain(embedded.address(place.home, database=database))
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO timer (dossier, part, wait, due) SELECT 'none', 'none', n::text,"
            " now() + interval '5 years' + n * interval '1 second'"
            " FROM generate_series(1, %s) n", (PENDING,),
        )
        connection.execute("ANALYZE timer")


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
