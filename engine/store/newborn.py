"""Newborn dossiers (hồ sơ mới mở từ nút khác): what opening one here looks up, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.store.calendars import BIRTH
from engine.store.trips import Rows, Statement


@dataclass(frozen=True)
class Newborn:
    """A dossier of another node as its first envelope describes it.

    `flow` is the hash of its drawing, `agency` the receiving one, `agencies` all that take part.
    """

    procedure: str
    flow: str
    agency: str
    agencies: frozenset[str]


@dataclass(frozen=True)
class Found:
    """What this node knows of it: `version` of the drawing here, `home` of the receiving agency.

    `calendars` are versions by agency.
    """

    version: int | None
    home: str | None
    calendars: Mapping[str, str]


def asking(born: Newborn) -> list[Statement]:
    """Return what looks up a newborn dossier, to travel with others; `told` reads the last of them.

    It lets no calendar change before the transaction ends.
    """
    return [(BIRTH, {}), (_FOUND, {
        "procedure": born.procedure, "flow": born.flow, "agency": born.agency,
        "codes": sorted(born.agencies),
    })]


def told(rows: Rows) -> Found:
    """Return what was found."""
    ((version, home, calendars),) = rows
    return Found(version, home, calendars or {})


_FOUND = """\
SELECT (SELECT max(number) FROM procedure_version
        WHERE procedure = %(procedure)s AND flow = %(flow)s AND state IN ('published', 'retired')),
    (SELECT node FROM agency WHERE code = %(agency)s),
    (SELECT json_object_agg(code, calendar) FROM agency WHERE code = ANY (%(codes)s))
"""
