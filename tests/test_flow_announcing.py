"""The behavior of multi-instance activities: what their instances throw as they end.

Expected traces follow BPMN 2.0.2 section 13.3.7: None throws for each instance, One for the first,
All never, Complex where its conditions hold; events on the activity's border hear it.
"""

from __future__ import annotations

from typing import Any

import pytest
from flow_drawings import done, played

SIGNAL = '<signal id="Sg" name="Sg"/><signalEventDefinition id="SD" signalRef="Sg"/>'
ERROR = '<error id="Er" errorCode="Er"/><errorEventDefinition id="SD" errorRef="Er"/>'


def many(behavior: str, border: str = "soft <signalEventDefinition signalRef='Sg'/>",
         extra: str = SIGNAL, inside: str = "", sequential: str = "true") -> dict[str, Any]:
    return played(f"""
        start S
        task A <multiInstanceLoopCharacteristics isSequential="{sequential}" {behavior}>\
<loopCardinality>3</loopCardinality>{inside}</multiInstanceLoopCharacteristics>
        boundary B on=A {border}
        task T
        S -> A
        A -> T
        B -> U
        task U
    """, extra=extra)


@pytest.mark.parametrize(("behavior", "expected"), [
    ("behavior='All'", ["S", "A", "A", "A", "T"]),
    ("behavior='None' noneBehaviorEventRef='SD'",
     ["S", "A", "B", "U", "A", "B", "U", "A", "B", "T", "U"]),
    ("behavior='One' oneBehaviorEventRef='SD'", ["S", "A", "B", "U", "A", "A", "T"]),
])
def test_each_behavior_throws_as_often_as_the_standard_says(
    behavior: str, expected: list[str],
) -> None:
    told = many(behavior)
    assert told["status"] == "completed"
    assert sorted(done(told)) == sorted(expected)
    assert done(told).count("B") == expected.count("B")


def test_an_interrupting_border_ends_the_activity_at_the_first_instance() -> None:
    told = many("behavior='One' oneBehaviorEventRef='SD'",
                "<signalEventDefinition signalRef='Sg'/>")
    assert done(told) == ["S", "A", "B", "U"]


def test_parallel_instances_are_cancelled_by_the_border_that_hears_the_first() -> None:
    told = many("behavior='One' oneBehaviorEventRef='SD'",
                "<signalEventDefinition signalRef='Sg'/>", sequential="false")
    assert (done(told), done(told, "cancelled")) == (["S", "A", "B", "U"], ["A", "A"])


def test_an_error_thrown_by_an_instance_is_caught_on_the_border() -> None:
    told = many("behavior='None' noneBehaviorEventRef='SD'",
                "<errorEventDefinition errorRef='Er'/>", ERROR)
    assert done(told) == ["S", "A", "B", "U"]


def test_complex_behavior_throws_where_its_condition_holds() -> None:
    inside = ("<complexBehaviorDefinition><condition>numberOfCompletedInstances == 2</condition>"
              "<event id='Im'><signalEventDefinition signalRef='Sg'/></event>"
              "</complexBehaviorDefinition>")
    told = many("behavior='Complex'", inside=inside)
    assert done(told) == ["S", "A", "A", "B", "U", "A", "T"]


@pytest.mark.parametrize("behavior", [
    "behavior='None'", "behavior='One' oneBehaviorEventRef='gone'", "behavior='Complex'",
    "behavior='none'",
])
def test_a_behavior_that_names_no_event_is_refused_with_a_reason(behavior: str) -> None:
    told = many(behavior)
    assert (told["status"], told["error"]["code"]) == ("failed", "multi-instance-behavior")


def test_an_event_for_each_instance_that_stops_the_first_is_refused() -> None:
    told = many("behavior='None' noneBehaviorEventRef='SD'",
                "<signalEventDefinition signalRef='Sg'/>")
    assert (told["status"], told["error"]["code"]) == ("failed", "multi-instance-stopped")


def test_a_condition_may_ask_for_the_counts_in_camundas_words() -> None:
    told = played("""
        start S
        task A <multiInstanceLoopCharacteristics><loopCardinality>4</loopCardinality>\
<completionCondition>${nrOfCompletedInstances / nrOfInstances >= 0.5}</completionCondition>\
</multiInstanceLoopCharacteristics>
        S -> A
    """.replace(">=", "&gt;="))
    assert (done(told), done(told, "cancelled")) == (["S", "A", "A"], ["A", "A"])
