"""Replay (làm lại): re-execute a dossier through proceed and compare every entry, byte for byte."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from engine.commands import RegisterDossier, from_json
from engine.errors import Corrupt
from engine.flow.load import Flow
from engine.history import Entry, read_body, read_instant, read_personal, seal
from engine.law.rules import rules_by_id
from engine.proceed import Before, Facts, Registration, after, proceed, register
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
class Replay:
    """A dossier done again; `whole` when every entry agrees."""

    code: str
    entries: list[Redone] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Tell whether every entry came out the same."""
        return bool(self.entries) and all(entry.same for entry in self.entries)


def replay(code: str, entries: Iterable[Entry], sources: Sources) -> Replay:
    """Do a dossier again from its entries alone, stopping after the first that differs.

    Raises Corrupt when an entry is unreadable or its personal values were erased.
    """
    result = Replay(code)
    before: Before | None = None
    for entry in entries:
        body = read_body(entry)
        outcome = _redo(entry, body, before, sources)
        again = seal(outcome.draft)
        same = again == entry
        result.entries.append(Redone(
            number=entry.number, at=body["at"], actor=body["actor"],
            command=_title(body), same=same, states=dict(body["content"]["outcome"]["states"]),
            difference="" if same else _difference(body, read_body(again)),
        ))
        if not same:
            break
        before = after(before or Before(outcome.dossier), outcome, entry)
    return result


def _redo(entry: Entry, body: dict[str, Any], before: Before | None, sources: Sources) -> Outcome:
    salt, personal = read_personal(entry)
    if body["personal"] and entry.personal is None:
        raise Corrupt(
            f"Dữ liệu cá nhân của mục {entry.number} đã được xóa, không làm lại được.",
            f"The personal values of entry {entry.number} were erased; it cannot be done again.",
            code="personal-erased",
        )
    content = body["content"]
    pinned = content["facts"]
    facts = Facts(
        now=read_instant(body["at"]), actor=body["actor"], flow=sources.flow(pinned["flow"]),
        rules=rules_by_id(pinned["rules"]), salt=salt,
        calendars={a: sources.calendar(v) for a, v in pinned["calendars"].items()},
        build=pinned["build"],
    )
    values = {k: v for k, v in personal.items() if k not in ("payloads", "states")}
    command = from_json({**content["command"], **values})
    if isinstance(command, RegisterDossier):
        return register(command, Registration(**pinned["registration"]), facts)
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


def _title(body: dict[str, Any]) -> str:
    command = body["content"]["command"]
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
