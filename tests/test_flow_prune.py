"""Pruning changes nothing that anybody can see: the same walk with and without it, step by step."""

from __future__ import annotations

from typing import Any

from flow_drawings import AT, drawing
from flow_random import drawings, open_tasks, walk_through
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.flow.load import load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.flow.run import Setting, complete, start
from engine.flow.specs.instance import Instance
from engine.flow.state import seal
from engine.flow.stepping import waits


def seen(instance: Instance) -> dict[str, Any]:
    """Return all that a step would hand upwards, and the tokens that wait at joins."""
    record = instance.record
    return {
        "trace": record.trace, "data": instance.data, "finished": instance.completed,
        "open": [(str(v.id), v.task_spec.element) for v in open_tasks(instance)],
        "waits": waits(instance), "acts": record.acts,
        "joins": sorted((v.task_spec.name, v.internal_data.get("via", ""))
                        for s in instance.scopes() for v in s.tasks.values() if v.waiting),
    }


@settings(max_examples=60, deadline=None)
@given(text=drawings(), seed=st.integers(0, 2**32))
def test_a_walk_with_pruning_equals_the_same_walk_without(text: str, seed: int) -> None:
    flow = load(lower(read(drawing(text)))[0].content)
    with_it = [seen(instance) for instance in walk_through(flow, seed, pruned=True)]
    without = [seen(instance) for instance in walk_through(flow, seed, pruned=False)]
    assert with_it == without


def test_a_thousand_send_backs_leave_the_state_as_small_as_one() -> None:
    flow = load(lower(read(drawing("""
        start S
        user A
        xor G
        end E
        S -> A
        A -> G
        done: G -> E
        back: G -> A
    """)))[0].content)
    step = start(flow, "P", Setting("0", AT))
    sizes = []
    for number in range(1_000):
        task = step.opened[0].id
        step = complete(flow, step.state, task, {"G": "back"}, Setting(str(number), AT))
        sizes.append(len(step.state))
    assert max(sizes) - min(sizes) < 20
    step = complete(flow, step.state, step.opened[0].id, {"G": "done"}, Setting("end", AT))
    assert step.finished


def test_a_pruned_state_is_never_larger() -> None:
    flow = load(lower(read(drawing("""
        start S
        user A
        user B
        S -> A
        A -> B
    """)))[0].content)
    pruned = [len(seal(i)[0]) for i in walk_through(flow, 1, pruned=True)]
    plain = [len(seal(i)[0]) for i in walk_through(flow, 1, pruned=False)]
    assert all(small <= large for small, large in zip(pruned, plain, strict=True))
