"""Signing (ký số): officials ask for their signature on a paper, and what was signed comes in.

The asking is one transaction and the signing is none: a worker has the paper signed in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from engine.clock import local
from engine.commands import Request
from engine.components.papers import Paper, need_come, numbered
from engine.errors import Conflict, Forbidden, NotFound
from engine.history import read_body
from engine.law.acting import need_no_hold
from engine.law.rules import rules_by_id
from engine.office import sign_permits as permits
from engine.office.calls import Services, need_lock
from engine.office.dossiers import Desk
from engine.office.papers import Upload, paper_etag, paper_json, seen_by
from engine.office.printing import Printer, printed_json
from engine.office.result import Result, dossier_json, finish, match
from engine.papers.kinds import form_of, paper_named
from engine.people import SYSTEM, Actor
from engine.proceed import Before, Outcome, proceed
from engine.signing import AskSignature, BringSignature, SigningCommand, WithdrawSignature
from engine.store import call_states, calls, downloads, entries, papers
from engine.store.files import Files

if TYPE_CHECKING:
    from engine.store import Store, Unit

Guards = tuple[Request | None, frozenset[str] | None]
_Keep = Callable[[], None]


class Signing:
    """Executes what is asked and brought about signatures."""

    def __init__(
        self, store: Store, desk: Desk, printer: Printer, services: Services,
        files: Callable[[], Files] | None,
    ) -> None:
        self._store, self._desk, self._printer = store, desk, printer
        self._services, self._files = services, files

    def execute(
        self, command: SigningCommand, actor: Actor, now: datetime, guards: Guards,
        upload: Upload | None = None,
    ) -> Result:
        """Do the command in one transaction; nothing is written when it is refused.

        `upload` is the signed file that is brought in.
        """
        request, if_match = guards
        with self._store.unit() as unit:
            before = unit.load(command.dossier, (actor.id, request) if request else None)
            before = replace(before, papers=papers.of_dossier(unit.connection, command.dossier))
            if isinstance(command, BringSignature):
                return self._bring(unit, before, command, upload, now)
            command = self._permitted(unit, before, command, actor, now)
            if request and (kept := unit.take_key(actor.id, request)):
                return Result.repeat(kept)
            if isinstance(command, AskSignature) and command.entry is not None:
                with self._printed(unit, before, command, now) as (command, keep):
                    result = self._done(unit, before, command, actor, now)
                    _put(unit, keep)
                    return finish(unit, actor, request, result)
            paper = numbered(before.papers, command.number or 0)
            proceed(before, command, self._desk.facts(unit, before, actor, now))
            match(paper_etag(command.dossier, paper), if_match)
            result = self._done(unit, before, command, actor, now)
            return finish(unit, actor, request, result)

    def _permitted(
        self, unit: Unit, before: Before, command: AskSignature | WithdrawSignature, actor: Actor,
        now: datetime,
    ) -> AskSignature | WithdrawSignature:
        """Return the command with the agency for which the actor signs, and by which connector.

        Raises NotFound for what the actor may not see, Forbidden for what they may not do.
        """
        sight = seen_by(unit, before, actor, self._desk.facts(unit, before, actor, now))
        paper = None if command.number is None else numbered(sight.papers, command.number)
        if isinstance(command, WithdrawSignature):
            assert paper is not None  # noqa: S101 - it always names one
            _need_own(unit, paper, actor)
            return command
        agency = permits.do_sign(before.dossier, actor, sight.parts)
        if command.entry is not None:
            mine = permits.own_agencies(before.dossier, actor, sight.places)
            _need_own_print(unit, command, mine)
        if paper is not None and paper.state == "held":
            need_come(paper, downloads.states(unit.connection, command.dossier))
        own = sorted(name for name, who in self._services.signing.items() if actor.id in who)
        if not own or command.connector not in ("", *own):
            raise Forbidden(
                "Bạn chưa có chứng thư số được khai báo để ký; hãy nhờ quản trị viên khai báo.",
                "No certificate of yours is configured for signing; ask the administrator.",
                code="no-certificate", connector=command.connector or None,
            )
        pool = sight.pools[0] if sight.pools and command.entry is not None else ""
        return replace(
            command, agency=agency, connector=command.connector or own[0], pool=pool)

    def _done(
        self, unit: Unit, before: Before, command: SigningCommand, actor: Actor, now: datetime,
    ) -> Result:
        outcome = self._desk.proceed(unit, before, command, actor, now)
        return _result(before, outcome, created=isinstance(command, AskSignature))

    def _bring(
        self, unit: Unit, before: Before, command: BringSignature, upload: Upload | None,
        now: datetime,
    ) -> Result:
        assert upload is not None  # noqa: S101 - the worker brings the file along
        need_lock(calls.locked(unit.connection, command.task), command.lock)
        for task in before.tasks:
            if task.id == command.task:
                need_no_hold(before.dossier.standing, task.part)
        result = self._done(unit, before, command, SYSTEM, now)
        _put(unit, upload.keep)
        return finish(unit, SYSTEM, None, result)

    @contextmanager
    def _printed(
        self, unit: Unit, before: Before, command: AskSignature, now: datetime,
    ) -> Iterator[tuple[AskSignature, _Keep]]:
        """Lend the bytes of a printed paper, made again and held against the entry's hash."""
        kept = _entry(unit, command)
        if kept["format"] != "pdf":
            raise Conflict(
                "Chỉ ký số được bản in PDF; hãy in lại ra PDF.",
                "Only a paper printed as PDF can be signed; print it as PDF.", code="not-pdf",
            )
        printer = unit.person(kept["actor"], local(now).date())
        content = self._printer.again(unit, before, kept, printer.name if printer else "")
        assert self._files is not None  # noqa: S101 - wiring gives it
        files = self._files()
        file = {"sha256": sha256(content).hexdigest(), "size": len(content)}
        form = form_of(paper_named(kept["paper"]), rules_by_id(before.dossier.rule_set))
        said = {"name": form.title, "file_name": f"{kept['paper']}-{command.dossier}.pdf"}
        with files.receiving() as incoming:
            incoming.write(content)
            yield replace(command, file=file, content=said), lambda: files.keep(incoming)


def _need_own(unit: Unit, paper: Paper, actor: Actor) -> None:
    """Raise Forbidden where another official's signature on a paper is under way, save a leader."""
    if paper.call:
        known = call_states.of_ids(unit.connection, [paper.call]).get(paper.call)
        permits.do_withdraw(paper, known.agency if known else "", actor)


def _put(unit: Unit, keep: _Keep) -> None:
    """Keep a file before the commit: one that fails leaves an orphan, never a row without it."""
    papers.guard_files(unit.connection)
    keep()


def _need_own_print(unit: Unit, command: AskSignature, own: frozenset[str]) -> None:
    """Raise NotFound for an entry that printed nothing, Forbidden where another part printed it."""
    kept = _entry(unit, command)
    day = local(datetime.fromisoformat(kept["printed_at"])).date()
    permits.do_sign_printed(unit.person(kept["actor"], day), own, kept["entry"])


def _entry(unit: Unit, command: AskSignature) -> dict[str, Any]:
    """Return what the entry recorded of the paper that it printed; raise for any other entry."""
    after = (command.entry or 0) - 1
    found = entries.chain(unit.connection, command.dossier, after=after, size=1)
    if not found or read_body(found[0])["content"]["command"]["kind"] != "print":
        raise NotFound(
            f"Mục {command.entry} của nhật ký không in giấy nào.",
            f"Entry {command.entry} printed no paper.", code="no-paper",
        )
    return printed_json(found[0])


def _result(before: Before, outcome: Outcome, *, created: bool) -> Result:
    code = before.dossier.code
    known = {paper.number: paper for paper in (*before.papers, *outcome.papers)}
    paper: Paper = outcome.papers[-1]
    body = {
        "dossier": dossier_json(outcome.dossier), "number": paper.number,
        "papers": [paper_json(code, known[one.number]) for one in outcome.papers],
    }
    return Result(body, paper_etag(code, paper), created=created)
