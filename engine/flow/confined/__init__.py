"""Confinement (phòng kín): what strangers upload is read, linted and rehearsed in a child process.

Each upload has a child of its own with bounds of CPU, wall time and memory. A child that passes
them is killed and the answer is a finding; nothing an upload does touches another, or the server.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from engine.flow.confined.answers import Exceeded
from engine.flow.confined.direct import directly
from engine.flow.confined.forkserver import SERVER
from engine.flow.findings import Sentence, finding
from engine.flow.limits import Bounds, Limits
from engine.flow.lint import Known, Report
from engine.flow.lint import lint as lint_diagram
from engine.step import Finding

if TYPE_CHECKING:
    from engine.flow.play import PlayRequest

__all__ = ["Bounds", "Confinement", "Exceeded", "directly"]

_T = TypeVar("_T")
#: How work comes into a child: from the fork server, or `directly`.
Runner = Callable[[Callable[[], Any], Bounds], Any]
_SMALLER: Sentence = (
    "Chia nhỏ sơ đồ, bớt nhánh song song và biểu thức dài.",
    "Divide the diagram; use fewer parallel branches and shorter expressions.",
)
_TELL: Sentence = (
    "Hãy gửi tệp này cho người quản trị hệ thống.", "Send this file to the administrators.",
)


@dataclass(frozen=True)
class Confinement:
    """Where uploads are examined: `runner` makes the children, `bounds` are each child's."""

    runner: Runner = SERVER.run
    bounds: Bounds = field(default_factory=Bounds)

    def lint(
        self, files: Mapping[str, bytes], main: str, known: Known | None = None, *,
        documentation: bool = False,
    ) -> Report:
        """Return what lint finds in one diagram, or the finding that it took too much."""
        work = partial(lint_diagram, files, main, known, documentation=documentation,
                       limits=self.bounds.limits)
        found = self._done(work)
        return Report((found,)) if isinstance(found, Finding) else found

    def lint_each(
        self, files: Mapping[str, bytes], names: Sequence[str], known: Known | None = None,
    ) -> tuple[Report, ...]:
        """Return the reports of these diagrams of one upload, which share one child's bounds."""
        found = self._done(partial(_lint_each, files, tuple(names), known, self.bounds.limits))
        return (Report((found,)),) if isinstance(found, Finding) else found

    def play(
        self, files: Mapping[str, bytes], main: str, request: PlayRequest,
    ) -> dict[str, Any]:
        """Return the rehearsal of a diagram in the shape told in docs/commands.md."""
        from engine.flow.play import play as play_diagram  # lint alone needs no SpiffWorkflow

        found = self._done(partial(play_diagram, files, main, request, self.bounds.limits))
        return _failed(found) if isinstance(found, Finding) else found

    def _done(self, work: Callable[[], _T]) -> _T | Finding:
        try:
            done: _T = self.runner(work, self.bounds)
        except Exceeded as exceeded:
            return _exceeded(exceeded, self.bounds)
        return done


def _lint_each(
    files: Mapping[str, bytes], names: Sequence[str], known: Known | None, limits: Limits,
) -> tuple[Report, ...]:
    return tuple(lint_diagram(files, name, known, limits=limits) for name in names)


def _exceeded(exceeded: Exceeded, bounds: Bounds) -> Finding:
    if exceeded.cause == "time":
        seconds = f"{min(bounds.cpu, bounds.wall):g}"
        return finding("error", "too-much-time", None, (
            f"Soát tệp này cần hơn {seconds} giây nên đã bị dừng.",
            f"Examining this file needs more than {seconds} seconds and was stopped.",
        ), _SMALLER)
    if exceeded.cause == "memory":
        return finding("error", "too-much-memory", None, (
            f"Soát tệp này cần hơn {bounds.megabytes} MB bộ nhớ nên đã bị dừng.",
            f"Examining this file needs more than {bounds.megabytes} MB and was stopped.",
        ), _SMALLER)
    logging.getLogger(__name__).error("examination failed: %s", exceeded.detail)
    return finding("error", "examination-failed", None, (
        "Chương trình soát bị hỏng giữa chừng vì tệp này.", "Examining this file failed halfway.",
    ), _TELL)


def _failed(found: Finding) -> dict[str, Any]:
    error = {"code": found.code, "element": None, "message": {"vi": found.vi, "en": found.en}}
    return {"status": "failed", "trace": [], "waiting": [], "data": {}, "error": error,
            "findings": [found.as_json()]}
