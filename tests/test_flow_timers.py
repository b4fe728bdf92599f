"""Times in drawings: elapsed for ISO 8601, working time for "04 giờ"; fired from outside only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flow_drawings import drawing, played

from engine.errors import Conflict, Invalid
from engine.flow.load import load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.flow.run import FlowFailed, Setting, fire, start
from engine.flow.timers import MAX_ROUNDS, read_timer
from engine.step import Step

#: Friday 30 January 2026, 16:00 in Viet Nam.
AT = datetime(2026, 1, 30, 9, 0, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00")


@pytest.mark.parametrize(("kind", "text", "due"), [
    ("duration", "PT90M", "2026-01-30T17:30:00"),
    ("duration", "P1D", "2026-01-31T16:00:00"),
    ("duration", "P1M", "2026-02-28T16:00:00"),
    ("duration", "P1Y2M10DT2H30M", "2027-04-09T18:30:00"),
    ("duration", "P2W", "2026-02-13T16:00:00"),
    ("duration", "PT0,5H", "2026-01-30T16:30:00"),
    ("date", "2026-02-02T08:00:00+07:00", "2026-02-02T08:00:00"),
    ("date", "2026-02-02T08:00:00", "2026-02-02T08:00:00"),
    ("date", "2026-02-02", "2026-02-02T00:00:00"),
    ("duration", "02 giờ", "2026-02-02T08:00:00"),
    ("duration", "1 ngày làm việc", "2026-02-02T17:30:00"),
])
def test_a_time_as_drawn_is_due_when_it_says(kind: str, text: str, due: str) -> None:
    assert read_timer(kind, text, AT, None).due == local(due)


def test_values_of_expressions_are_taken_as_they_are() -> None:
    assert read_timer("date", local("2026-02-02T08:00:00"), AT, None).due == local(
        "2026-02-02T08:00:00")
    assert read_timer("duration", timedelta(hours=1), AT, None).due == AT + timedelta(hours=1)


@pytest.mark.parametrize("text", ["", "tomorrow", "P", "PT", "5", "0 0 12 * * ?"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_timer("duration", text, AT, None)


def test_a_duration_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(Invalid, match="too long"):
        read_timer("duration", "P99999Y", AT, None)


@pytest.mark.parametrize(("text", "again"), [
    ("R3/PT1H", 2), ("R/PT1H", MAX_ROUNDS - 1), ("R1000000000/PT1H", MAX_ROUNDS - 1),
    ("R1/2026-02-02T08:00:00/PT1H", 0),
])
def test_a_cycle_is_bounded_however_it_is_drawn(text: str, again: int) -> None:
    assert read_timer("cycle", text, AT, None).again == again


def begun(lines: str, **data: object) -> tuple[Step, str]:
    flow = load(lower(read(drawing(lines)))[0].content)
    step = start(flow, "P", Setting("0", AT), data)
    return step, flow.hash


def test_a_timer_is_announced_and_happens_only_when_it_is_fired() -> None:
    lines = "start S\ncatch T timer:PT1H\nS -> T"
    flow = load(lower(read(drawing(lines)))[0].content)
    step = start(flow, "P", Setting("0", AT))
    assert [(w.element, w.kind, w.due) for w in step.waits] == [
        ("T", "timer", AT + timedelta(hours=1))]
    late = Setting("1", AT + timedelta(days=30))
    done = fire(flow, step.state, step.waits[0].id, late)
    assert done.finished
    with pytest.raises(Conflict) as refusal:
        fire(flow, done.state, step.waits[0].id, late)
    assert refusal.value.code == "wait-not-open"


def test_a_repeating_timer_counts_from_its_own_moments_not_from_when_it_was_fired() -> None:
    lines = "start S\nuser A\nboundary B on=A soft cycle:R2/PT1H\ntask H\nS -> A\nB -> H"
    flow = load(lower(read(drawing(lines)))[0].content)
    step = start(flow, "P", Setting("0", AT))
    again = fire(flow, step.state, step.waits[0].id, Setting("1", AT + timedelta(hours=5)))
    assert [wait.due for wait in again.waits] == [AT + timedelta(hours=2)]
    last = fire(flow, again.state, again.waits[0].id, Setting("2", AT + timedelta(hours=5)))
    assert last.waits == ()


def test_a_timer_may_be_an_expression_over_the_data() -> None:
    lines = ("start S\ncatch T <timerEventDefinition><timeDate>deadline</timeDate>"
             "</timerEventDefinition>\nS -> T")
    step, _ = begun(lines, deadline="2026-02-02T08:00:00+07:00")
    assert step.waits[0].due == local("2026-02-02T08:00:00")
    with pytest.raises(FlowFailed) as failure:
        begun(lines, deadline="soon")
    assert failure.value.facts["element"] == "T"


@pytest.mark.parametrize(("cycle", "refused"), [
    ("R3/PT1H", True), ("R/PT1H", True), ("R1/PT1H", False), ("R01/PT1H", False),
    ("PT1H", False),
])
def test_a_timer_in_the_flow_that_repeats_is_refused(cycle: str, refused: bool) -> None:
    answer = played(f"start S\ncatch C cycle:{cycle}\ntask A\nS -> C\nC -> A", fire_timers=True)
    code = answer["error"] and answer["error"]["code"]
    assert code == ("timer-repeats-in-flow" if refused else None)


@pytest.mark.parametrize(("lines", "refused"), [
    ("start S cycle:R3/PT1H\ntask A\nS -> A", True),
    ("start S timer:PT1H\ntask A\nS -> A", False),
    ("start S\nuser A\nS -> A\nsub H event {\nstart HS soft cycle:R2/PT1H\ntask B\nHS -> B\n}",
     False),
])
def test_a_process_is_not_begun_again_and_again_by_a_timer(lines: str, refused: bool) -> None:
    answer = played(lines, fire_timers=True)
    code = answer["error"] and answer["error"]["code"]
    assert code == ("timer-start-repeats" if refused else None)
