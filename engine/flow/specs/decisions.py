"""Decisions in a flow (quyết định): a business rule task whose table stands in the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import MotcuaError
from engine.flow.dmn.evaluation import decide
from engine.flow.dmn.model import Decisions
from engine.flow.dmn.tasks import Called
from engine.flow.specs.activities import Activity
from engine.flow.specs.stuck import failed

if TYPE_CHECKING:
    from engine.flow.specs.task import Visit


@dataclass(frozen=True)
class Ruling:
    """A decision with the table that was approved, and where its result goes."""

    decisions: Decisions
    call: Called


class Deciding(Activity):
    """A business rule task: decides at once, and the result becomes data."""

    def __init__(self, process: Any, name: str, *, ruling: Ruling, **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.ruling = ruling

    def perform(self, visit: Visit) -> bool:
        """Decide over what the task sees; raise FlowFailed naming task, rule and column."""
        scope, call = visit.workflow, self.ruling.call
        around = scope.top_workflow.surroundings
        try:
            answer = decide(self.ruling.decisions, call.decision, scope.names(visit), around)
            result = call.data(answer)
        except MotcuaError as error:
            raise failed(self.element or "", error.vi, error.en, "decision") from error
        scope.merge(visit, result)
        return True
