"""Playing (diễn thử): an analyst's rehearsal of a drawing, without database, people or clock.

The answer has the shape told in docs/commands.md. Only what cannot be read, lowered or computed
refuses a play.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import Invalid, MotcuaError
from engine.flow.beside import called_diagrams
from engine.flow.dmn.folder import decisions_beside
from engine.flow.findings import finding
from engine.flow.limits import Limits
from engine.flow.lint import lint
from engine.flow.load import Flow, load
from engine.flow.lower import lower
from engine.flow.prompting import Script, forms_beside
from engine.flow.read import read
from engine.flow.rehearsal import Rehearsal
from engine.step import Finding

#: Errors of soundness, law, deadlines and staffing: they forbid submission, not a rehearsal.
_TOLERATED = frozenset({
    "deadlock", "lack-of-synchronisation", "no-way-to-end", "soundness-undecided", "dead-end",
    "message-never-sent", "message-may-never-come", "message-flow-not-sent",
    "gateway-without-conditions", "condition-missing", "unknown-act", "unknown-status",
    "act-never-allowed", "status-never-moves", "law-no-answer", "law-no-receiving-step",
    "duration-unreadable", "duration-over-limit", "parameter-unreadable", "act-unsaid",
    "form-unreadable", "form-missing",
    "unknown-role", "unknown-agency", "task-without-role", "in-no-lane", "in-two-lanes",
})


@dataclass(frozen=True)
class PlayRequest:
    """What to rehearse: `answers` by task id, `messages` one at a time, `at` an aware instant."""

    at: datetime
    process: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    messages: tuple[Mapping[str, Any], ...] = ()
    fire_timers: bool = False


def play(
    files: Mapping[str, bytes], main: str, request: PlayRequest, limits: Limits | None = None,
) -> dict[str, Any]:
    """Rehearse the diagram `main`, finding called diagrams and forms among the other files.

    Returns status, trace, waiting, data, error and findings as plain JSON; never raises for what
    is wrong with the drawing, the answers or the messages.
    """
    flow, findings = _prepare(files, main, limits)
    if flow is None:
        return _refused(findings)
    script = Script(request.at, request.data, request.answers, request.messages,
                    fire_timers=request.fire_timers, forms=forms_beside(flow, files))
    rehearsal = Rehearsal(flow, script)
    error = None
    try:
        rehearsal.play(request.process)
    except MotcuaError as failure:
        vi, en = rehearsal.why(failure)
        error = {"code": failure.code, "element": failure.facts.get("element"),
                 "message": {"vi": vi, "en": en}}
    stage = rehearsal.stage
    return {
        "status": "failed" if error else stage.status(), "trace": rehearsal.told(),
        "waiting": stage.waiting(), "data": stage.data(), "error": error,
        "findings": [remark.as_json() for remark in findings],
    }


def _prepare(
    files: Mapping[str, bytes], main: str, limits: Limits | None,
) -> tuple[Flow | None, list[Finding]]:
    """Return the flow, or None with what forbids running it; all findings either way."""
    report = lint(files, main, limits=limits)
    found = list(report.findings)
    if any(_forbids(remark) for remark in found):
        return None, found
    lowered = report.lowered
    try:
        if lowered is None:
            document = read(files[main], limits)
            beside = called_diagrams(document, files)
            tables = decisions_beside([document, *beside], files, document.limits.tables)
            lowered, said = lower(document, beside, tables)
            found += [remark for remark in said if remark not in found]
        if any(_forbids(remark) for remark in found):
            return None, found
        return load(lowered.content), found
    except Invalid as error:
        return None, [*found, finding("error", error.code, None, (error.vi, error.en))]


def _forbids(remark: Finding) -> bool:
    """Tell whether a finding refuses a play: those of reading, lowering and expressions do."""
    return remark.severity == "error" and remark.code not in _TOLERATED


def _refused(findings: list[Finding]) -> dict[str, Any]:
    """Return the answer for a drawing that cannot run, the first error in front."""
    first = next(found for found in findings if _forbids(found))
    error = {"code": first.code, "element": first.element,
             "message": {"vi": first.vi, "en": first.en}}
    return {"status": "failed", "trace": [], "waiting": [], "data": {}, "error": error,
            "findings": [remark.as_json() for remark in findings]}
