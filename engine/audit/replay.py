"""Replay (làm lại): re-execute a dossier through proceed and compare every entry, byte for byte."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from engine.audit.erased import decisions
from engine.commands import ReceiveEnvelope, RegisterDossier, from_json
from engine.components.papers import Paper
from engine.dossier import Dossier, Part, Task
from engine.errors import Conflict, Corrupt, MotcuaError
from engine.flow.load import Flow
from engine.history import (
    GENESIS,
    Entry,
    read_body,
    read_instant,
    read_personal,
    seal,
    verify,
)
from engine.law.rules import rules_by_id
from engine.proceed import Before, Facts, Registration, after, open_from, proceed, register
from engine.proceed.outcome import BUILD, Outcome
from engine.worktime import Calendar


class Sources(Protocol):
    """Where replay finds what entries pin by hash and version."""

    def flow(self, flow_hash: str) -> Flow:
        """Return the flow whose lowered bytes have that hash."""
        ...

    def calendar(self, version: str) -> Calendar:
        """Return the calendar of that version."""
        ...


class PersonalErased(Conflict):
    """A recorded decision erased what would be needed; nothing is wrong with the archive."""

    code = "personal-erased"


@dataclass(frozen=True)
class Redone:
    """One entry done again: `same` when its bytes, and so every state digest, agree."""

    number: int
    at: str
    actor: str
    command: str
    same: bool
    states: dict[str, str]
    difference: str = ""


@dataclass
class End:
    """Where a dossier ends when it is done again, with every part, task and paper it ever had."""

    dossier: Dossier | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    papers: dict[int, Paper] = field(default_factory=dict)


@dataclass
class Replay:
    """A dossier done again; `rows` names what the archive keeps otherwise than it came out."""

    code: str
    entries: list[Redone] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    end: End = field(default_factory=End, repr=False)

    @property
    def same(self) -> bool:
        """Tell whether every entry came out the same."""
        return bool(self.entries) and all(entry.same for entry in self.entries)

    @property
    def whole(self) -> bool:
        """Tell whether every entry came out the same, and no row of the archive differs."""
        return self.same and not self.rows


def replay(code: str, entries: Iterable[Entry], sources: Sources) -> Replay:
    """Do a dossier again from its entries alone, stopping after the first that differs.

    Raises PersonalErased where a decision erased its personal values; Corrupt when an entry is
    unreadable, or its personal values or what it pins are gone without one.
    """
    result = Replay(code)
    before: Before | None = None
    previous, chain = GENESIS, list(entries)
    for number, entry in enumerate(chain, start=1):
        body = read_body(entry)
        try:
            verify(entry, code, number, previous)
            _need_personal(entry, body, chain)
            outcome = _redo(entry, body, before, sources)
            again = seal(outcome.draft)
            difference = "" if again == entry else _difference(body, read_body(again))
        except PersonalErased:
            raise
        except (MotcuaError, ValueError, TypeError, LookupError) as error:
            if isinstance(error, Corrupt) and error.code != "entry-broken":
                raise
            # A chain that somebody wrote anew may hold anything: it is told, not stumbled over.
            difference = f"it cannot be done again: {error}"
        result.entries.append(_told(number, body, difference))
        if difference:
            break
        before = _onward(result.end, before, outcome, entry)
        previous = entry.hash
    return result


def _onward(end: End, before: Before | None, outcome: Outcome, entry: Entry) -> Before:
    """Return the dossier after an outcome, and take down where it has come to."""
    now = after(before or Before(outcome.dossier), outcome, entry)
    end.dossier = now.dossier
    end.parts.update((part.id, part) for part in outcome.parts)
    end.tasks.update((task.id, task) for task in (*outcome.opened, *outcome.changed))
    end.papers.update((paper.number, paper) for paper in outcome.papers)
    return now


def _told(number: int, body: dict[str, Any], difference: str) -> Redone:
    """Return what came of an entry; of one that differs, only what can be read."""
    content = body.get("content")
    known = content if isinstance(content, dict) else {}
    command, outcome = known.get("command"), known.get("outcome")
    if not (isinstance(command, dict) and isinstance(outcome, dict)):
        return Redone(number, "", "", "", False, {}, difference)
    return Redone(
        number=number, at=str(body.get("at")), actor=str(body.get("actor")),
        command=_title(command), same=not difference, states=dict(outcome.get("states", {})),
        difference=difference,
    )


def _redo(entry: Entry, body: dict[str, Any], before: Before | None, sources: Sources) -> Outcome:
    salt, personal = read_personal(entry)
    content = body["content"]
    pinned = content["facts"]
    facts = _facts(body, salt, sources)
    values = {k: v for k, v in personal.items() if k not in ("payloads", "states")}
    command = from_json({**content["command"], **values})
    if isinstance(command, RegisterDossier):
        return register(command, Registration.from_data(pinned["registration"]), facts)
    if before is None and isinstance(command, ReceiveEnvelope):
        return open_from(command, Registration.from_data(pinned["registration"]), facts)
    if before is None:
        raise Corrupt(
            f"Mục {entry.number} không phải đăng ký hồ sơ.",
            f"Entry {entry.number} comes first but registers nothing.", code="no-registration",
        )
    if "states" in personal and pinned["build"] == BUILD:
        # Written by this build on states of another one: those states are what it started from.
        before = replace(before, parts=tuple(
            replace(p, state=b64decode(personal["states"][p.id])) for p in before.parts
        ))
    return proceed(before, command, facts)


def _need_personal(entry: Entry, body: dict[str, Any], chain: Sequence[Entry]) -> None:
    """Raise where the values of an entry are gone: Corrupt, unless a decision erased them."""
    if entry.personal is not None or not body["personal"]:
        return
    known = [one.words for one in decisions(chain) if one.number > entry.number]
    vi, en = (f" theo quyết định {known[0]}", f" by decision {known[0]}") if known else ("", "")
    refusal = PersonalErased if known else Corrupt
    raise refusal(
        f"Dữ liệu cá nhân của mục {entry.number} đã được xóa{vi}, không làm lại được.",
        f"The personal values of entry {entry.number} were erased{en}; it cannot be done again.",
        code=PersonalErased.code,
    )


def _facts(body: dict[str, Any], salt: bytes, sources: Sources) -> Facts:
    """Return the facts that an entry pins."""
    pinned = body["content"]["facts"]
    return Facts(
        now=read_instant(body["at"]), actor=body["actor"], flow=sources.flow(pinned["flow"]),
        rules=rules_by_id(pinned["rules"]), salt=salt,
        calendars={a: sources.calendar(v) for a, v in pinned["calendars"].items()},
        former={a: sources.calendar(v) for a, v in pinned.get("former", {}).items()},
        build=pinned["build"], node=pinned.get("node", ""), homes=pinned.get("homes", {}),
    )


def _title(command: dict[str, Any]) -> str:
    return " ".join(str(command[k]) for k in ("kind", "act") if k in command)


def _difference(was: dict[str, Any], now: dict[str, Any]) -> str:
    """Return the paths at which two bodies differ, outcome first."""
    found: list[str] = []

    def compare(left: object, right: object, path: str) -> None:
        if isinstance(left, dict) and isinstance(right, dict):
            for key in sorted(left.keys() | right.keys()):
                compare(left.get(key), right.get(key), f"{path}/{key}")
        elif left != right:
            found.append(f"{path}: {left!r} -> {right!r}")

    compare(was, now, "")
    return "; ".join(found[:5]) or "the bytes beside the chain differ"
