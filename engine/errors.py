"""Refusals (từ chối): the one family of errors that tells a person what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Fault:
    """One fault in what was sent: JSON pointer, stable code, sentence in both languages."""

    pointer: str
    code: str
    vi: str
    en: str


class MotcuaError(Exception):
    """Root of every refusal; the message names the place and what to do.

    `code` is stable for machines, `vi` is read by officials, `en` by integrators.
    """

    code = "error"

    def __init__(self, vi: str, en: str, *, code: str | None = None, **facts: object) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en
        self.code = code or self.code
        self.facts = facts


class Unauthenticated(MotcuaError):
    """Who is asking is not proven (401)."""

    code = "unauthenticated"


class NotFound(MotcuaError):
    """No such thing, or the asker may not know of it (404)."""

    code = "not-found"


class Forbidden(MotcuaError):
    """The asker may see the thing but not do this to it (403)."""

    code = "forbidden"


class Conflict(MotcuaError):
    """The thing is not in a state in which this can be done (409)."""

    code = "conflict"


class Stale(MotcuaError):
    """The thing has changed since the asker read it (412)."""

    code = "stale"


class PreconditionRequired(MotcuaError):
    """A change must name the version it was decided on, by If-Match (428)."""

    code = "precondition-required"


class Invalid(MotcuaError):
    """What was sent does not fit; `faults` name each place (422)."""

    code = "invalid"

    def __init__(
        self, vi: str, en: str, faults: Sequence[Fault] = (), *, code: str | None = None,
        **facts: object,
    ) -> None:
        super().__init__(vi, en, code=code, **facts)
        self.faults = tuple(faults)


def below(refusal: Invalid, place: str) -> Invalid:
    """Return the refusal with its faults below a place, where they do not say so already."""
    faults = [
        fault if fault.pointer.startswith(place)
        else replace(fault, pointer=f"{place}{fault.pointer}") for fault in refusal.faults
    ]
    return Invalid(refusal.vi, refusal.en, faults, code=refusal.code, **refusal.facts)


class Unavailable(MotcuaError):
    """A part of the system that is needed does not answer (503); try again later."""

    code = "unavailable"


class NotInstalled(MotcuaError):
    """A library of the system that this needs is not there (501); somebody must install it."""

    code = "not-installed"


class Corrupt(MotcuaError):
    """Stored bytes are not what was stored; an auditor must look (500)."""

    code = "corrupt"
