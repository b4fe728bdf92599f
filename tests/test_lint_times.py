"""A timer that is no time is an error that says what to write instead."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from sketch import codes, draw, only


def timed(kind: str, text: str) -> bytes:
    return draw("start:s catch:c end:e", "s>c c>e", c=(
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{escape(text)}</bpmn:{kind}>"
        "</bpmn:timerEventDefinition>"))


@pytest.mark.parametrize(("text", "instead"), [
    ("0 0/5 * * * ?", "R/PT5M"), ("*/15 * * * *", "R/PT15M"), ("0 0 */2 * * ?", "R/PT2H"),
    ("0 0 9 * * ?", "T09:00:00+07:00/P1D"), ("30 7 * * *", "T07:30:00+07:00/P1D"),
    ("0 0 9 ? * MON", "T09:00:00+07:00/P1W"), ("0 0 9 1 * ?", "T09:00:00+07:00/P1M"),
    ("@daily", "R/P1D"), ("0 0 9 ? * MON-FRI", "1 ngày làm việc"), ("0 9 29 2 *", "R/"),
])
def test_a_cron_cycle_is_refused_with_the_cycle_that_says_the_same(
    text: str, instead: str,
) -> None:
    found = only(timed("timeCycle", text), "timer-cron")
    assert (found.severity, found.line) == ("error", 5)
    assert instead in found.hint_vi
    assert instead in found.hint_en


@pytest.mark.parametrize(("kind", "text", "hint"), [
    ("timeDate", "31/12/2026", "2026-12-31"), ("timeDate", "1.2.2026", "2026-02-01"),
    ("timeDuration", "3 days", "P3D"), ("timeDuration", "2 Hours", "PT2H"),
    ("timeDuration", "5", "5 ngày làm việc"), ("timeDuration", "R3/P1D", "timeCycle"),
    ("timeCycle", "R3/PBOGUS", "R3/P1D"), ("timeCycle", "R/P1D/2026-12-31", "R3/P1D"),
    ("timeCycle", "R-1/PT5M", "R3/P1D"), ("timeDuration", "PT", "P3D"),
    ("timeDuration", "1/2", "3 ngày làm việc"), ("timeDate", "2026-02-30", "2026-12-31"),
    ("timeDuration", "P" + "9" * 5_000 + "Y", "P3D"), ("timeDuration", "ba ngày", "P3D"),
    ("timeDuration", "working_days('x')", "working_days(3)"),
])
def test_what_is_no_time_is_told_with_what_was_probably_meant(
    kind: str, text: str, hint: str,
) -> None:
    found = only(timed(kind, text), "timer-unreadable")
    assert found.severity == "error"
    assert hint in found.hint_vi
    assert hint in found.hint_en
    assert len(found.vi) < 500


@pytest.mark.parametrize(("kind", "text"), [
    ("timeDuration", "3 ngày làm việc"), ("timeDuration", "1/2 ngày"), ("timeDuration", "P3D"),
    ("timeDuration", '"P3D"'), ("timeDuration", "working_days(3)"), ("timeDate", "2026-12-31"),
    ("timeDuration", "${timeout}"), ("timeCycle", "R3/PT1H"), ("timeCycle", "R/2026-02-02/P1D"),
    ("timeCycle", "R" + "9" * 5_000 + "/P1D"), ("timeDate", "due if due else today()"),
])
def test_what_can_be_reckoned_is_no_finding(kind: str, text: str) -> None:
    # That a cycle waits in the flow, where it comes once only, is another finding.
    assert codes(timed(kind, text), "error", "warning") <= {"timer-repeats-in-flow"}


def test_a_timer_with_two_times_is_refused() -> None:
    content = timed("timeDate", "2026-12-31").replace(
        b"</bpmn:timerEventDefinition>",
        b"<bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>")
    assert only(content, "timer-with-several-times").severity == "error"


def test_a_parallel_event_gateway_is_refused_with_what_to_draw() -> None:
    content = draw("start:s events:g catch:a catch:b end:e", "s>g g>a g>b a>e b>e",
                   g='eventGatewayType="Parallel"', a="<bpmn:messageEventDefinition/>",
                   b="<bpmn:messageEventDefinition/>")
    found = only(content, "parallel-event-gateway")
    assert (found.element, found.line) == ("g", 5)
    assert "cổng song song" in found.hint_vi
    begins = draw("events:g catch:a catch:b end:e", "g>a g>b a>e b>e",
                  g='instantiate="true" eventGatewayType="Parallel"',
                  a="<bpmn:messageEventDefinition/>", b="<bpmn:messageEventDefinition/>")
    assert "start event" in only(begins, "parallel-event-gateway").hint_en


def test_a_process_start_of_several_events_at_once_is_refused_with_what_to_draw() -> None:
    content = draw("start:s user:a end:e", "s>a a>e", s=(
        "<bpmn:messageEventDefinition/><bpmn:messageEventDefinition/>")).replace(
        b'id="s"', b'id="s" parallelMultiple="true"')
    found = only(content, "parallel-multiple-start")
    assert (found.element, found.line) == ("s", 4)
    assert "catching event" in found.hint_en
