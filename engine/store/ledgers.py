"""Ledgers (sổ của văn phòng): chains of entries that belong to no dossier and no procedure."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from engine.history import GENESIS, Entry
from engine.store.statements import insert_text, one_row, text_of, update_text
from engine.store.tables import entry, ledger

Connection = psycopg.Connection[tuple[Any, ...]]

#: The chain of agencies, people and posts; those of calendars are named by their agency.
REGISTER = "register"

_chain: BindParameter[str] = bindparam("chain")
_NEW = text_of(
    insert(ledger).values(chain=_chain, entries=0, head=GENESIS).on_conflict_do_nothing(),
)
_LOCK = text_of(
    select(ledger.c.entries, ledger.c.head).where(ledger.c.chain == _chain).with_for_update(),
)
_ADVANCE = update_text(ledger, ["entries", "head"])
_APPEND = insert_text(entry)


def of_calendar(agency: str) -> str:
    """Return the name of the chain that keeps what was decided on an agency's calendar."""
    return f"calendar:{agency}"


def of_book(agency: str) -> str:
    """Return the name of the chain that keeps when an agency's register was printed."""
    return f"book:{agency}"


def of_node(node: str) -> str:
    """Return the name of the chain that keeps by which keys a node was known, and when."""
    return f"node:{node}"


def head(connection: Connection, chain: str) -> tuple[int, str]:
    """Return entry count and head of a chain, its row made where there is none, and locked."""
    connection.execute(_NEW, {"chain": chain})
    number, last = one_row(connection, _LOCK, {"chain": chain})  # rows are never deleted
    return number, last


def append(connection: Connection, sealed: Entry) -> None:
    """Write an entry and make it the head of its chain, in the open transaction."""
    connection.execute(_APPEND, vars(sealed))
    connection.execute(_ADVANCE, {
        "entries": sealed.number, "head": sealed.hash, "key_chain": sealed.chain,
    })
