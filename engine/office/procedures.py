"""The registry (sổ quy trình): versions of procedures from upload to retirement.

A department uploads and submits, another person approves by decision, the version takes effect from
a date (Circular 01/2018 art. 8). Each act is an entry in the procedure's own chain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine import procedure
from engine.clock import local
from engine.commands import (
    ApproveVersion,
    ProcedureCommand,
    PublishVersion,
    Request,
    RetireVersion,
    SubmitVersion,
    UploadVersion,
)
from engine.errors import Fault, Invalid, NotFound
from engine.flow.confined import Confinement
from engine.flow.lint import Known, Report
from engine.history import Draft, seal
from engine.office import permits
from engine.office.result import Result, finish, match
from engine.people import Actor
from engine.procedure import Version
from engine.step import Finding

if TYPE_CHECKING:
    from engine.store import Store, Unit

#: Who may do what with versions: one drafts, another decides.
AUTHOR, APPROVER = "procedure_author", "procedure_approver"
#: A code names addresses, ETags and chains: what none of them can carry must not become one.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Registry:
    """Executes the commands on versions of procedures."""

    def __init__(
        self, store: Store, confinement: Confinement, connectors: frozenset[str] = frozenset(),
    ) -> None:
        self._store, self._confinement = store, confinement
        self._connectors = connectors

    def execute(
        self, command: ProcedureCommand, actor: Actor, now: datetime,
        request: Request | None, if_match: frozenset[str] | None,
    ) -> Result:
        """Do the command in one transaction; nothing is written when it is refused."""
        drafting = isinstance(command, UploadVersion | SubmitVersion)
        with self._store.unit() as unit:
            permits.do_procedure(actor, AUTHOR if drafting else APPROVER)
            if request and (kept := unit.take_key(actor.id, request)):
                return Result.repeat(kept)
            if isinstance(command, UploadVersion):
                version, findings = _upload(unit, command, actor, self._confinement)
            else:
                version, findings = _move(
                    unit, command, actor, now, if_match, confinement=self._confinement,
                    connectors=self._connectors,
                ), ()
            _enter(unit, command, version, actor, now)
            body = {**version_json(version), "findings": [f.as_json() for f in findings]}
            created = isinstance(command, UploadVersion)
            result = Result(body, version_etag(version), created=created)
            return finish(unit, actor, request, result)


def version_etag(version: Version) -> str:
    """Return the ETag of a version: it changes with its state."""
    return f"{version.procedure}-{version.number}-{version.state}"


def version_json(version: Version) -> dict[str, Any]:
    """Return a version as departments and approvers see it."""
    effective, decided = version.effective_from, version.decision_date
    return {
        "procedure": version.procedure, "number": version.number, "name": version.facts.name,
        "state": version.state, "author": version.author, "submitted_by": version.submitted_by,
        "approved_by": version.approved_by, "decision": version.decision,
        "decision_date": decided.isoformat() if decided else None,
        "effective_from": effective.isoformat() if effective else None,
        "time_limit": version.facts.limit, "source_hash": version.source_hash,
        "lowered_hash": version.lowered.hash, "etag": version_etag(version),
    }


def _upload(
    unit: Unit, command: UploadVersion, actor: Actor, confinement: Confinement,
) -> tuple[Version, tuple[Finding, ...]]:
    report = _report(confinement, command.files, None)
    facts, lowered = report.facts, report.lowered
    if facts is None or lowered is None:
        raise _refused(report)
    _check_code(facts.code, command.procedure)
    unit.lock_procedure(facts.code, facts.name)
    number = 1 + max((v.number for v in unit.versions(facts.code)), default=0)
    version = Version(
        procedure=facts.code, number=number, files=command.files,
        source_hash=procedure.hash_files(command.files), lowered=lowered, facts=facts,
        pools=report.pools, author=actor.id,
    )
    unit.add_version(version, tuple(report.findings))
    return version, tuple(report.findings)


def _check_code(drawn: str, asked: str) -> None:
    """Raise Invalid unless the drawing's code is the one asked for, and can stand in an address."""
    if drawn != asked:
        vi = f"Sơ đồ ghi mã thủ tục {drawn[:80]}, không phải {asked}."
        en = f"The diagram says procedureCode {drawn[:80]}, not {asked}."
    elif not _CODE.fullmatch(drawn):
        vi = "Mã thủ tục chỉ gồm 1 đến 64 chữ cái không dấu, chữ số và . _ -."
        en = "A procedure code has 1 to 64 ASCII letters, digits and . _ -."
    else:
        return
    raise Invalid(vi, en, [
        Fault("/file", "procedure-code", "Sửa mã trong sơ đồ hoặc đường dẫn.",
              "Correct the code in the diagram or the path."),
    ], code="procedure-code")


def _move(
    unit: Unit, command: SubmitVersion | ApproveVersion | PublishVersion | RetireVersion,
    actor: Actor, now: datetime, if_match: frozenset[str] | None, *,
    confinement: Confinement, connectors: frozenset[str],
) -> Version:
    unit.lock_procedure(command.procedure, None)
    version = _find(unit, command.procedure, command.number)
    if if_match is not None:
        match(version_etag(version), if_match)
    match command:
        case SubmitVersion():
            moved = procedure.submit(version, actor.id)
            files = unit.files(version.procedure, version.number)
            known = replace(unit.known(), connectors=connectors)
            report = _report(confinement, files, known)
            if any(f.severity == "error" for f in report.findings):
                raise _refused(report)
        case ApproveVersion(decision=decision, decision_date=on):
            moved = procedure.approve(
                version, actor.id, decision, on, local(now).date(),
            )
        case PublishVersion(effective_from=day):
            moved = procedure.publish(version, day, local(now).date())
        case RetireVersion():
            moved = procedure.retire(version)
    unit.set_version(moved)
    return moved


def _report(
    confinement: Confinement, files: Mapping[str, bytes], known: Known | None,
) -> Report:
    """Lint every diagram; the report of the one with a procedure code speaks for the version."""
    drawings = [name for name in sorted(files) if name.endswith(".bpmn")]
    if not drawings:
        raise Invalid(
            "Bản tải lên không có tệp .bpmn nào.", "The upload holds no .bpmn file.",
            [Fault("/file", "no-diagram", "Thêm sơ đồ .bpmn.", "Add a .bpmn diagram.")],
            code="no-diagram",
        )
    reports = confinement.lint_each(files, drawings, known)
    broken = next((r for r in reports if any(f.severity == "error" for f in r.findings)), None)
    named = next((r for r in reports if r.facts is not None), None)
    return broken or named or reports[0]


def _refused(report: Report) -> Invalid:
    errors = [f for f in report.findings if f.severity == "error"]
    return Invalid(
        f"Sơ đồ có {len(errors)} lỗi phải sửa." if errors
        else "Không bể nào của sơ đồ ghi motcua:procedureCode.",
        f"The diagram has {len(errors)} errors to mend." if errors
        else "No pool of the diagram says motcua:procedureCode.",
        [Fault(f"/file#{f.element or ''}", f.code, f.vi, f.en) for f in errors],
        code="diagram-refused", findings=[f.as_json() for f in report.findings],
    )


def _find(unit: Unit, code: str, number: int) -> Version:
    for version in unit.versions(code):
        if version.number == number:
            return version
    raise NotFound(
        f"Thủ tục {code} không có phiên bản {number}.",
        f"Procedure {code} has no version {number}.", code="no-version",
    )


def _enter(
    unit: Unit, command: ProcedureCommand, version: Version, actor: Actor, now: datetime,
) -> None:
    number, head = unit.procedure_head(version.procedure)
    decided, effective = version.decision_date, version.effective_from
    unit.append(seal(Draft(
        chain=f"procedure:{version.procedure}", number=number + 1, previous=head, at=now,
        actor=actor.id, content={
            "command": {"kind": type(command).__name__, "number": version.number},
            "outcome": {
                "state": version.state, "source": version.source_hash,
                "lowered": version.lowered.hash, "decision": version.decision,
                "decision_date": decided.isoformat() if decided else None,
                "effective_from": effective.isoformat() if effective else None,
            },
        },
    )))
