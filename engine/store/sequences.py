"""Daily sequences (số thứ tự trong ngày): gap-free numbers for dossier codes.

Circular 01/2018 art. 19: the last group of a code is the sequence of the day, per agency.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from engine.store.statements import one_row, text_of
from engine.store.tables import dossier_sequence

_insert = insert(dossier_sequence).values(
    agency=bindparam("agency"), day=bindparam("day"), last=1,
)
# The row stays locked until commit, and an undone transaction gives its number back.
_TAKE = text_of(
    _insert.on_conflict_do_update(
        index_elements=["agency", "day"], set_={"last": dossier_sequence.c.last + 1},
    ).returning(dossier_sequence.c.last),
)


def take(connection: psycopg.Connection[tuple[Any, ...]], agency: str, day: date) -> int:
    """Return the next number of that agency and local day, from 1."""
    return int(one_row(connection, _TAKE, {"agency": agency, "day": day})[0])
