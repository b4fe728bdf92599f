"""Printing (in giấy tờ): a recorded act; the entry keeps the hash of what left the printer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from engine.commands import Request
from engine.errors import Conflict, Fault, Invalid
from engine.history import Entry, read_body, read_instant, read_personal
from engine.law.rules import rules_by_id
from engine.office import permits
from engine.office.dossiers import Desk
from engine.office.result import Result, when
from engine.papers.compose import compose, issuer_of
from engine.papers.gather import Told, gather
from engine.papers.kinds import Paper, form_of, paper_named
from engine.papers.occasion import need_occasion
from engine.papers.page import page
from engine.papers.pdf import need_pdf, pdf
from engine.papers.templates import Templates
from engine.paperwork import PrintPaper
from engine.people import Actor
from engine.proceed import Before, proceed, sealed
from engine.store import entries

if TYPE_CHECKING:
    from engine.store import Store, Unit

FORMATS = ("pdf", "docx")
#: Bytes of the random mark inside each paper.
MARK_BYTES = 16


@dataclass(frozen=True)
class Printed(Result):
    """The answer to a command that printed: what was recorded, and the bytes themselves."""

    content: bytes = field(default=b"", repr=False)


class Printer:
    """Prints papers of dossiers and records each of them."""

    def __init__(self, store: Store, desk: Desk, templates: Templates) -> None:
        self._store = store
        self._desk = desk
        self._templates = templates

    def execute(
        self, command: PrintPaper, actor: Actor, now: datetime,
        request: Request | None, _if_match: frozenset[str] | None,
    ) -> Result:
        """Print the paper in one transaction; without its record no paper leaves.

        A repeated request gets the same bytes, made anew from what stood before they were recorded.
        Raises NotInstalled where PDF cannot be made, Conflict where the paper makes no sense now.
        """
        paper_named(command.paper)
        with self._store.unit() as unit:
            before = unit.load(command.dossier, (actor.id, request) if request else None)
            taking_part = unit.taking_part(command.dossier)
            permits.see_dossier(before, actor, taking_part)
            permits.do_print(before, actor, taking_part)
            if request and (kept := unit.take_key(actor.id, request)):
                return self._again(unit, before, actor, kept["body"])
            _need_format(command.format)
            result = self._new(unit, before, command, actor, now)
            if request is not None:
                unit.record(actor.id, request, result.as_json())
            unit.commit()
            return result

    def _new(
        self, unit: Unit, before: Before, command: PrintPaper, actor: Actor, now: datetime,
    ) -> Printed:
        """Print a paper that makes sense now, and write down its hash, not yet committed."""
        paper, rules = paper_named(command.paper), rules_by_id(before.dossier.rule_set)
        need_occasion(paper, before.dossier.standing, rules, asked=command.asked)
        told = gather(unit.connection, before.dossier, now)
        mark = secrets.token_hex(MARK_BYTES)
        content = self._render(paper, (command.format, mark), told, actor.name)
        command = replace(
            command, form=form_of(paper, rules).name, size=len(content),
            number=told.printed.get(paper, 0) + 1, sha256=sha256(content).hexdigest(),
            content={"mark": mark},
        )
        entry = self._record(unit, before, command, actor, now)
        return Printed(printed_json(entry), created=True, content=content)

    def _again(
        self, unit: Unit, before: Before, actor: Actor, kept: Mapping[str, Any],
    ) -> Printed:
        content = self.again(unit, before, kept, actor.name)
        return Printed(kept, created=True, repeated=True, content=content)

    def again(
        self, unit: Unit, before: Before, kept: Mapping[str, Any], official: str,
    ) -> bytes:
        """Return the bytes of a paper printed before by an official of that name.

        Raises Conflict where they would not be the same.
        """
        at = datetime.fromisoformat(kept["printed_at"])
        told = gather(unit.connection, before.dossier, at, kept["entry"])
        content = self._render(
            paper_named(kept["paper"]), (kept["format"], _mark(unit, kept)), told, official,
        )
        if sha256(content).hexdigest() != kept["sha256"]:
            raise Conflict(
                f"Giấy này đã in ở mục {kept['entry']} của nhật ký, nay in lại sẽ khác (mẫu in "
                "hoặc tiến độ đã đổi); cần bản mới thì in với khóa mới.",
                f"This paper was printed as entry {kept['entry']}; done again it would differ "
                "(the template or what it tells of has changed). Print anew under a new key.",
                code="paper-changed", entry=kept["entry"],
            )
        return content

    def _render(self, paper: Paper, as_file: tuple[str, str], told: Told, official: str) -> bytes:
        how, mark = as_file
        if how == "pdf":
            need_pdf()
        facts = compose(paper, told, official)
        if how == "pdf":
            return pdf(page(paper, facts), mark)
        name, template = self._templates.find(paper, issuer_of(paper, told))
        from engine.papers.docx import docx  # large: imported when the first paper is printed

        return docx(facts, template, name, mark)

    def _record(
        self, unit: Unit, before: Before, command: PrintPaper, actor: Actor, now: datetime,
    ) -> Entry:
        facts = self._desk.facts(unit, before, actor, now)
        outcome, entry = sealed(proceed(before, command, facts))
        unit.save(outcome, entry)
        unit.add_paper(entry, command.paper, command.sha256)
        return entry


def printed_json(entry: Entry) -> dict[str, Any]:
    """Return what an entry recorded of the paper that it printed."""
    body = read_body(entry)
    command = body["content"]["command"]
    return {
        "dossier": entry.chain, "entry": entry.number, "entry_hash": entry.hash,
        "printed_at": when(read_instant(body["at"])), "actor": body["actor"],
        **{name: command[name] for name in
           ("paper", "form", "format", "number", "sha256", "size")},
    }


def _mark(unit: Unit, kept: Mapping[str, Any]) -> str:
    """Return the mark of a paper printed before, empty where it was erased."""
    found = entries.chain(unit.connection, kept["dossier"], after=kept["entry"] - 1, size=1)
    content = read_personal(found[0])[1].get("content", {}) if found else {}
    return str(content.get("mark", ""))


def _need_format(name: str) -> None:
    if name not in FORMATS:
        raise Invalid(
            "format phải là pdf hoặc docx.", "format must be pdf or docx.",
            [Fault("/format", "choice", "Chọn pdf hoặc docx.", "Choose pdf or docx.")],
        )
