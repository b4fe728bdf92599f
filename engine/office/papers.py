"""The counter (quầy hồ sơ): papers added to a dossier, withdrawn, replaced, reused, handed back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine import forms
from engine.commands import Request
from engine.components.declared import OTHER
from engine.components.papers import Paper, need_declared, numbered
from engine.components.reuse import Held, need_not_held
from engine.components.signed import read as signatures
from engine.errors import Fault, Invalid, NotFound
from engine.inspection import MEDIA_TYPES, Refusal, clean_name
from engine.office import permits
from engine.office.deciding import decide, facts_of
from engine.office.library import Library
from engine.office.result import Result, dossier_json, finish, match, when
from engine.office.reuse import offers
from engine.office.waking import Wakes
from engine.paperwork import AddPaper, HandBackPapers, PaperCommand, WithdrawPaper
from engine.people import Actor
from engine.proceed import Before, Facts, Outcome, proceed
from engine.signatures import told
from engine.store import dossiers, papers

if TYPE_CHECKING:
    from engine.store import Store, Unit

Guards = tuple[Request | None, frozenset[str] | None]


@dataclass(frozen=True)
class Upload:
    """A file that came in whole: what it is, or why it is refused; `keep` puts it in its place.

    `signatures` are those that were found in it: told, and no reason to refuse it.
    """

    sha256: str
    size: int
    media_type: str | None
    refusal: Refusal | None
    file_name: str | None
    keep: Callable[[], None]
    signatures: Sequence[Mapping[str, Any]] = ()


class Counter:
    """Executes the commands on papers of dossiers that exist."""

    def __init__(self, store: Store, library: Library, wakes: Wakes) -> None:
        self._store, self._library, self._wakes = store, library, wakes

    def execute(
        self, command: PaperCommand, actor: Actor, now: datetime, guards: Guards,
        upload: Upload | None = None,
    ) -> Result:
        """Do the command in one transaction; nothing is written when it is refused.

        The file goes to its place before the commit: a commit that fails leaves an orphan for the
        sweep, never a row without its file.
        """
        request, if_match = guards
        with self._store.unit() as unit:
            before = unit.load(command.dossier, (actor.id, request) if request else None)
            before = replace(before, papers=papers.of_dossier(unit.connection, command.dossier))
            facts = facts_of(unit, self._library, before.dossier, (actor, now))
            command = _permit(before, command, actor, facts, seen_by(unit, before, actor, facts))
            if request and (kept := unit.take_key(actor.id, request)):
                return Result.repeat(kept)
            if isinstance(command, AddPaper):
                command = _filled(unit, command, facts, upload)
            proceed(before, command, facts)  # 409 before the ETag: what the dossier does not allow
            match(_etag(before, command), if_match)
            command = _clean(command, upload)
            if upload is not None:
                papers.guard_files(unit.connection)
                upload.keep()
            outcome = decide(unit, before, command, facts, self._wakes)
            return finish(unit, actor, request, _result(before, command, outcome))


def paper_json(code: str, paper: Paper) -> dict[str, Any]:
    """Return a paper as the agencies that take part see it."""
    return {
        "number": paper.number, "component": paper.component, "name": paper.name,
        "copy": paper.copy, "count": paper.count, "source": paper.source, "shown": paper.shown,
        "state": paper.state, "added_at": when(paper.added_at),
        "handed_back_at": when(paper.handed_back_at), "file_name": paper.file_name or None,
        "media_type": paper.media_type, "size": paper.size, "sha256": paper.sha256,
        "signatures": [signature_json(one) for one in signatures(paper.signatures)],
        "awaits_signature_of": paper.asked or None,
        "origin": paper.origin, "etag": paper_etag(code, paper),
    }


def signature_json(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return a signature, as a paper keeps it or as it was just read, for who sees the paper."""
    at = kept["signed_at"]
    return {**told(kept), "signed_at": when(datetime.fromisoformat(at)) if at else None}


def paper_etag(code: str, paper: Paper) -> str:
    """Return the version of one paper."""
    return f"{code}-paper-{paper.number}-{paper.revision}"


def component_etag(code: str, every: Iterable[Paper], component: str) -> str:
    """Return the version of a component's papers: they alone change it (docs/decisions.md, 7)."""
    changes = sum(paper.revision for paper in every if paper.component == component)
    return f"{code}-{component}-{changes}"


def papers_etag(code: str, every: Iterable[Paper]) -> str:
    """Return the version of all papers of a dossier."""
    return f"{code}-papers-{sum(paper.revision for paper in every)}"


def _etag(before: Before, command: PaperCommand) -> str:
    code = before.dossier.code
    if isinstance(command, AddPaper):
        return component_etag(code, before.papers, command.component)
    if isinstance(command, WithdrawPaper):
        return paper_etag(code, numbered(before.papers, command.number))
    return papers_etag(code, before.papers)


@dataclass(frozen=True)
class Sight:
    """The papers of a dossier that an actor sees, and by what they do.

    `pools` are the actor's own where papers are seen by parts alone, else none; `parts` the
    agencies of all parts; `places` by pool those that work there.
    """

    papers: Sequence[Paper]
    pools: Sequence[str]
    parts: frozenset[str]
    places: permits.Places


def seen_by(unit: Unit, before: Before, actor: Actor, facts: Facts) -> Sight:
    """Return what an actor sees of the papers of a dossier, `before` having all of them.

    Raises NotFound for a dossier whose papers are not theirs to see, Forbidden for lanes.
    """
    code = before.dossier.code
    places = dossiers.places(unit.connection, code)
    parts = dossiers.part_agencies(unit.connection, code)
    permits.see_papers(before.dossier, actor, parts, places)
    if permits.sees_all_papers(before.dossier, facts.flow, actor):
        return Sight(before.papers, (), parts, places)
    pools = permits.pools_of(places, actor)
    return Sight(permits.own_papers(before.papers, pools), pools, parts, places)


def _permit(
    before: Before, command: PaperCommand, actor: Actor, facts: Facts, sight: Sight,
) -> PaperCommand:
    """Return the command as of the actor's own part, where papers are seen by parts.

    Raises NotFound for a component or paper that is not there, Forbidden for other desks.
    """
    kind, seen, pools = None, sight.papers, sight.pools
    if isinstance(command, HandBackPapers):
        for number in command.numbers:
            numbered(seen, number)
    else:
        code = command.component if isinstance(command, AddPaper) else numbered(
            seen, command.number).component
        component = need_declared(facts.drawn.components, code)
        kind = component.kind if component else None
    permits.do_paper(before, kind, actor)
    if isinstance(command, AddPaper) and pools:
        return replace(command, pool=pools[0])
    return command


def _filled(
    unit: Unit, command: AddPaper, facts: Facts, upload: Upload | None,
) -> AddPaper:
    """Return the command with the paper that it reuses; raise Conflict for one asked for again."""
    components, code = facts.drawn.components, command.dossier
    applicant = papers.born_with(unit.connection, code).get("applicant", {})
    held = offers(unit.connection, code, components, applicant)
    if command.source == "reused":
        one = _offered(held, command)
        return replace(
            command, origin=f"{one.dossier}/{one.number}", copy=one.copy,
            file={"sha256": one.sha256, "size": one.size, "media_type": one.media_type},
        )
    if command.source != "fetched":
        need_not_held(held, [command.component], command.content.get("because"),
                      facts.rules.article("reuse"))
    if upload is not None and upload.media_type is not None:
        file = {"sha256": upload.sha256, "size": upload.size, "media_type": upload.media_type}
        return replace(command, file=file)
    return command


def _offered(held: Iterable[Held], command: AddPaper) -> Held:
    for one in held:
        if (one.id, one.paper_type) == (command.origin, command.component):
            return one
    raise NotFound(
        "Không có giấy tờ này để dùng lại cho hồ sơ và thành phần này.",
        "There is no such paper to be reused for this dossier and component.", code="no-offer",
    )


def _clean(command: PaperCommand, upload: Upload | None) -> PaperCommand:
    """Return the command with clean texts; raise Invalid for a text or a file that cannot be."""
    content = {k: v for k, v in forms.clean(forms.PAPER, command.content, pointer="").items() if v}
    if isinstance(command, WithdrawPaper) and "reason" not in content:
        raise _lacks("reason", "Phải nêu rõ lý do rút giấy tờ.", "State why it is withdrawn.")
    if not isinstance(command, AddPaper):
        return replace(command, content=content)
    if command.component == OTHER and "name" not in content:
        raise _lacks("name", "Giấy tờ khác phải có tên.", "Write the name of the paper.")
    if upload is not None and upload.refusal is not None:
        raise upload.refusal
    if command.file is None and command.copy == "electronic":
        raise _lacks("file", "Bản điện tử phải có tệp.", "An electronic paper needs its file.")
    if command.file is not None:
        sent = upload.file_name if upload else command.component
        content["file_name"] = clean_name(sent, MEDIA_TYPES[command.file["media_type"]])
    if upload is not None and upload.signatures:
        content["signatures"] = list(upload.signatures)
    return replace(command, content=content)


def _lacks(name: str, vi: str, en: str) -> Invalid:
    return Invalid(vi, en, [Fault(f"/{name}", "required", vi, en)], code=f"{name}-required")


def _result(before: Before, command: PaperCommand, outcome: Outcome) -> Result:
    code, latest = before.dossier.code, outcome.papers[-1]
    body = {
        "dossier": dossier_json(outcome.dossier), "number": latest.number,
        "papers": [paper_json(code, paper) for paper in outcome.papers],
    }
    every = {p.number: p for p in (*before.papers, *outcome.papers)}.values()
    etag = papers_etag(code, every) if isinstance(command, HandBackPapers) else component_etag(
        code, every, latest.component)
    return Result(body, etag, created=isinstance(command, AddPaper))
