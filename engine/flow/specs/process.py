"""A process or sub-process as drawn (quy trình): its nodes by id and where its tokens begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs import WorkflowSpec

from engine.flow.specs.node import Node
from engine.flow.specs.undoing import undo_next

if TYPE_CHECKING:
    from engine.flow.specs.task import Visit


class Root(Node):
    """The root of an instance's visits; stands in no drawing and has no element."""

    passive = True

    def undone(self, visit: Visit) -> None:
        """Go on with the next compensation of a sub-process that is undone from inside."""
        undo_next(visit)


class ProcessSpec(BpmnProcessSpec):
    """The nodes of one process level; built once by the loader and never changed at run time.

    The base would add nodes named Start and End, names that a drawing may use itself.
    """

    def __init__(self, name: str, element: str) -> None:
        WorkflowSpec.__init__(self, name=name)
        self.bpmn_start_events: list[Any] = []
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.io_specification = None
        self.svg = None
        self.element = element
        self.start = Root(self, f"motcua.{name}.root")
        self.begins: tuple[str, ...] = ()
        self.guards: tuple[str, ...] = ()
        self.triggered: tuple[str, ...] = ()
        #: The event sub-process that undoes this level, and its start event.
        self.undoer: tuple[str, str] | None = None
        self.called = False
