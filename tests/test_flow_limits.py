"""Size does not show: long, wide and deep drawings run without recursion or walks over history."""

from __future__ import annotations

from threading import Thread
from time import process_time
from typing import Any

import pytest
from flow_drawings import AT, drawing
from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.workflow import Workflow

from engine.flow.load import Flow, load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.flow.run import FlowFailed, Setting, complete, start
from engine.flow.specs.private import METHODS, TASK_ATTRIBUTES
from engine.step import Step


def flow_of(lines: list[str]) -> Flow:
    return load(lower(read(drawing("\n".join(lines))))[0].content)


def ran(lines: list[str]) -> Step:
    return start(flow_of(lines), "P", Setting("s", AT))


def test_forty_consecutive_parallel_diamonds_run() -> None:
    lines = ["start S", "S -> F0", "end F40"]
    for n in range(40):
        lines += [f"and F{n}", f"script A{n} x = 1", f"script B{n} x = 1", f"and J{n}",
                  f"F{n} -> A{n}", f"F{n} -> B{n}", f"A{n} -> J{n}", f"B{n} -> J{n}",
                  f"J{n} -> F{n + 1}"]
    assert ran(lines).finished


@pytest.mark.parametrize("gateway", ["and", "or"])
def test_a_fan_of_three_hundred_branches_joins(gateway: str) -> None:
    condition = " : true" if gateway == "or" else ""
    lines = ["start S", f"{gateway} F", f"{gateway} J", "S -> F", "end E", "J -> E"]
    for n in range(300):
        lines += [f"script A{n} x = 1", f"F -> A{n}{condition}", f"A{n} -> J"]
    step = ran(lines)
    assert step.finished
    assert [item.element for item in step.trace].count("E") == 2


def test_a_chain_of_a_thousand_nodes_runs() -> None:
    lines = ["start S", "S -> A0", "end A1000"]
    for n in range(1_000):
        lines += [f"script A{n} x = 1", f"A{n} -> A{n + 1}"]
    assert ran(lines).finished


def test_a_hundred_nested_sub_processes_run_and_can_be_left() -> None:
    lines = ["start S", "S -> X0", *(f"sub X{n} {{" for n in range(100)), "user A", *["}"] * 100]
    flow = flow_of(lines)
    first = start(flow, "P", Setting("s", AT))
    assert not first.finished
    assert complete(flow, first.state, first.opened[0].id, {}, Setting("t", AT)).finished


def test_a_loop_without_a_wait_stops_at_the_budget_and_names_a_node() -> None:
    flow = flow_of(["start S", "xor A", "xor B", "S -> A", "A -> B", "B -> A"])
    with pytest.raises(FlowFailed) as failure:
        start(flow, "P", Setting("s", AT, budget=50))
    assert failure.value.facts["element"] in {"A", "B"}


def test_a_seed_used_twice_still_gives_each_visit_an_id_of_its_own() -> None:
    flow = flow_of(["start S", "user A", "user B", "S -> A", "A -> B"])
    setting = Setting("same", AT)
    first = start(flow, "P", setting)
    second = complete(flow, first.state, first.opened[0].id, {}, setting)
    assert complete(flow, second.state, second.opened[0].id, {}, setting).finished


def test_ten_million_instances_are_refused() -> None:
    marks = ("<multiInstanceLoopCharacteristics><loopCardinality>1000000000</loopCardinality>"
             "</multiInstanceLoopCharacteristics>")
    with pytest.raises(FlowFailed, match="repeat"):
        ran(["start S", f"task A {marks}", "S -> A"])


def test_specs_are_shared_between_threads_and_never_changed_by_running() -> None:
    lines = ["start S", "user A", "boundary B on=A soft signal:Go", "task C", "S -> A", "B -> C",
             "sub X event {", "start S1 soft message:M", "task H", "S1 -> H", "}"]
    flow = flow_of(lines)
    before = _facts_of(flow)
    threads = [Thread(target=start, args=(flow, "P", Setting(str(n), AT))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert load(lower(read(drawing("\n".join(lines))))[0].content) is flow
    assert _facts_of(flow) == before


def _facts_of(flow: Flow) -> dict[str, Any]:
    return {
        f"{level}/{name}": {key: repr(value) for key, value in sorted(vars(node).items())}
        for level, spec in flow.levels.items() for name, node in spec.task_specs.items()
    }


@pytest.mark.parametrize(("owner", "name"), [
    (owner, name) for owner, names in METHODS.items() for name in names])
def test_every_private_method_that_we_rely_on_exists(owner: type, name: str) -> None:
    assert callable(getattr(owner, name))


def test_every_private_attribute_that_we_rely_on_exists() -> None:
    class Bare:
        passive = True
        manual = False

    workflow: Any = Workflow.__new__(Workflow)
    workflow.tasks = {}
    task = Task(workflow, Bare())  # type: ignore[arg-type]
    assert set(TASK_ATTRIBUTES) <= set(vars(task))
    assert WorkflowSpec("w").task_specs == {}


def nested_inclusive(depth: int) -> list[str]:
    lines, before = ["start S", "end E", "script M x = 1"], "S"
    for n in range(depth):
        lines += [f"or O{n}", f"or J{n}", f"script T{n} x = 1", f"{before} -> O{n}",
                  f"O{n} -> T{n} : true", f"T{n} -> J{n}", f"J{n} -> {f'J{n - 1}' if n else 'E'}"]
        before = f"O{n}"
    return [*lines, f"{before} -> M : true", f"M -> J{depth - 1}"]


def test_inclusive_gateways_in_one_another_join_in_time() -> None:
    flow = flow_of(nested_inclusive(300))
    began = process_time()
    assert start(flow, "P", Setting("s", AT)).finished
    assert process_time() - began < 5  # it was the third power: two minutes at six hundred


def test_quantities_that_multiply_are_refused_before_anything_runs() -> None:
    lines = ["start S", "task A completionQuantity=100", "task B completionQuantity=50", "end E",
             "S -> A", "A -> B", "B -> E"]
    assert [f.code for f in lower(read(drawing("\n".join(lines))))[1]] == ["token-flood"]


def test_quantities_that_are_gathered_again_are_not() -> None:
    lines = ["start S", "task A completionQuantity=100", "task B startQuantity=100", "S -> A",
             "task C completionQuantity=100", "A -> B", "B -> C", "xor X", "C -> X", "X -> A : x"]
    assert lower(read(drawing("\n".join(lines))))[1] == []


def test_tokens_that_multiply_in_a_loop_end_with_a_reason() -> None:
    lines = ["start S", "xor X", "script A x = 1", "user U", "S -> X", "X -> A", "A -> X",
             "A -> U"]
    with pytest.raises(FlowFailed) as refused:
        start(flow_of(lines), "P", Setting("s", AT, budget=1_000_000))
    assert refused.value.facts["reason"] == "tokens"


def test_more_open_tasks_than_a_dossier_can_carry_end_with_a_reason() -> None:
    marks = ("<multiInstanceLoopCharacteristics><loopCardinality>10000</loopCardinality>"
             "</multiInstanceLoopCharacteristics>")
    with pytest.raises(FlowFailed) as refused:
        ran(["start S", f"user A {marks}", f"user B {marks}", "S -> A", "S -> B"])
    assert refused.value.facts["reason"] == "tokens"
