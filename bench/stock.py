"""SpiffWorkflow as its documentation shows it (bản gốc): parser, serializer, script engine.

Nothing here subclasses, patches or configures anything of the library.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow


@dataclass(frozen=True)
class StockStep:
    """What a stock step leaves: the state as JSON, open tasks by element, data at the end."""

    state: str
    open: dict[str, str]
    data: dict[str, Any] | None
    workflow: Any


class Stock:
    """One process definition, parsed once; instances live as JSON between steps."""

    def __init__(self, content: bytes, process: str) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(content)
        self._spec = parser.get_spec(process)
        self._inner = parser.get_subprocess_specs(process)
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())

    def start(self) -> StockStep:
        """Begin an instance and run it to its first tasks."""
        workflow = BpmnWorkflow(self._spec, self._inner, script_engine=PythonScriptEngine())
        workflow.do_engine_steps()
        return self._saved(workflow)

    def complete(self, state: str, task_id: str, answers: dict[str, Any]) -> StockStep:
        """Restore the instance, complete one task, run on, and serialize it again."""
        workflow = self._serializer.deserialize_json(state)
        task = workflow.get_task_from_id(UUID(task_id))
        task.data.update(answers)
        task.run()
        workflow.do_engine_steps()
        return self._saved(workflow)

    def _saved(self, workflow: Any) -> StockStep:
        ready = workflow.get_tasks(state=TaskState.READY, manual=True)
        return StockStep(
            state=self._serializer.serialize_json(workflow),
            open={task.task_spec.bpmn_id: str(task.id) for task in ready},
            data=workflow.data if workflow.completed else None, workflow=workflow,
        )


@cache
def _watched() -> tuple[type, ...]:
    names = (
        "task.Task", "workflow.Workflow", "util.task.TaskIterator", "specs.base.TaskSpec",
        "bpmn.workflow.BpmnWorkflow", "bpmn.util.subworkflow.BpmnSubWorkflow",
        "bpmn.serializer.workflow.BpmnWorkflowSerializer", "util.deep_merge.DeepMerge",
    )
    found = []
    for name in names:
        module, _, kind = name.rpartition(".")
        found.append(getattr(import_module(f"SpiffWorkflow.{module}"), kind))
    return tuple(found)


def foreign_methods() -> list[str]:
    """Return the methods of the library's classes that did not come with it: there must be none."""
    return [
        f"{kind.__name__}.{name}" for kind in _watched() for name, member in vars(kind).items()
        if inspect.isfunction(member) and not member.__module__.startswith("SpiffWorkflow.")
    ]
