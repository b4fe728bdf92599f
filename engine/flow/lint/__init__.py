"""Lint (soát sơ đồ): all findings of one diagram at once, with place and what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from engine.flow.building.drawing import Drawing
from engine.flow.building.notes import facts, pools
from engine.flow.dmn import check_decisions
from engine.flow.findings import Refused
from engine.flow.limits import Limits
from engine.flow.lint.beginning import beginning_findings
from engine.flow.lint.carried import carried_findings
from engine.flow.lint.compensating import compensation_findings
from engine.flow.lint.components import component_findings
from engine.flow.lint.connected import connected_findings
from engine.flow.lint.deadline import duration_findings, limit_findings
from engine.flow.lint.deciding import decision_findings
from engine.flow.lint.elements import element_findings
from engine.flow.lint.encoding import encoding_findings
from engine.flow.lint.events import event_findings
from engine.flow.lint.forbidden import forbidden_findings
from engine.flow.lint.gateways import gateway_findings
from engine.flow.lint.identity import identity_findings
from engine.flow.lint.ignored import ignored_findings
from engine.flow.lint.lawful import law_findings
from engine.flow.lint.parameters import parameter_findings
from engine.flow.lint.readings import reading_findings
from engine.flow.lint.repeats import repeat_findings
from engine.flow.lint.report import Known, Report, Subject
from engine.flow.lint.schema import schema_findings
from engine.flow.lint.sound import soundness_findings
from engine.flow.lint.staff import staff_findings
from engine.flow.lint.structure import structure_findings
from engine.flow.lint.uncaught import uncaught_findings
from engine.flow.lint.unrun import unrun_findings
from engine.flow.lint.unsaid import unsaid_findings
from engine.flow.lint.words import word_findings
from engine.flow.lower import lower
from engine.flow.read import read
from engine.step import Finding

__all__ = ["Known", "Report", "lint"]

#: More findings than this say nothing new.
MOST = 1_000
#: Errors that leave nothing to be read.
_UNREADABLE = frozenset({
    "not-xml", "not-dmn", "doctype", "too-large", "nested-too-deep", "encoding",
    "too-many-attributes"})
_FAMILIES: tuple[Callable[[Subject], list[Finding]], ...] = (
    encoding_findings, schema_findings, identity_findings, element_findings, structure_findings,
    event_findings, compensation_findings, uncaught_findings, forbidden_findings,
    beginning_findings, repeat_findings, gateway_findings, word_findings, decision_findings,
    staff_findings, connected_findings, duration_findings, component_findings, carried_findings,
    parameter_findings, ignored_findings, unrun_findings, reading_findings, law_findings,
    unsaid_findings, soundness_findings,
)


def lint(
    files: Mapping[str, bytes], main: str, known: Known | None = None, *,
    documentation: bool = False, limits: Limits | None = None,
) -> Report:
    """Return everything found in the diagram `files[main]`, beside its forms and other diagrams.

    A file that ends in .dmn is linted as decisions. `known` is the register: with it, unknown
    roles, agencies, forms, decisions and connectors are errors. With `documentation` the drawing
    is not meant to run, and errors of running become infos; `limits` bound what the file may hold.
    Never raises for what the files hold; raises KeyError when `main` is not among them.
    """
    if main.lower().endswith(".dmn"):
        tables = (limits or Limits()).tables
        said = check_decisions(files[main], tables)
        return Report(tuple(_in_order(map(_documentary, said) if documentation else said)))
    try:
        subject = Subject(read(files[main], limits), files, known)
    except Refused as refused:
        return Report(refused.findings)
    found = [finding for family in _FAMILIES for finding in family(subject)]
    report = Report(()) if _broken(found) else _lowered(subject, found)
    if documentation:
        found = [_documentary(finding) for finding in found]
    return replace(report, findings=tuple(_in_order(found)))


def _lowered(subject: Subject, found: list[Finding]) -> Report:
    """Return what is known of the drawing once it is lowered; add what is found on the way."""
    lowered, said = lower(subject.document, subject.beside, subject.decisions)
    found += said
    if _broken(said):
        return Report(())
    drawing = Drawing(lowered.content)
    found += limit_findings(subject, drawing)
    return Report((), facts(drawing), pools(drawing), lowered)


def _in_order(found: Iterable[Finding]) -> list[Finding]:
    """Return findings by line, each once for a place, errors first where there are too many."""
    once = {(f.code, f.element, f.line, f.en): f for f in reversed(list(found))}
    grave = {"error": 0, "warning": 1, "info": 2}
    kept = sorted(once.values(), key=lambda f: grave[f.severity])[:MOST]
    return sorted(kept, key=lambda f: (f.line or 0, grave[f.severity], f.code, f.en))


def _broken(found: Iterable[Finding]) -> bool:
    return any(finding.severity == "error" for finding in found)


def _documentary(finding: Finding) -> Finding:
    """Return an error as an info: a drawing that is not meant to run only has to be readable."""
    told = finding.severity == "error" and finding.code not in _UNREADABLE
    return replace(finding, severity="info") if told else finding
