"""Statements (câu lệnh): SQLAlchemy's statements, compiled once to the driver's text.

Each is prepared by the server after its first use and travels in pipelines, so that a command costs
a handful of round trips.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import (
    ClauseElement,
    Column,
    ColumnElement,
    Table,
    Text,
    bindparam,
    delete,
    func,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

#: SQLAlchemy ships this class without types.
_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


def text_of(statement: ClauseElement) -> str:
    """Return the statement as the driver reads it: %(name)s for parameters, constants written out.

    Constants in the text let the planner see that only open tasks or running parts are asked for.
    """
    compiled = statement.compile(dialect=_DIALECT)
    found = str(compiled)
    for name, value in compiled.params.items():
        if value is not None:
            found = found.replace(f"%({name})s", sql.Literal(value).as_string())
    return found


def insert_text(table: Table, *, overwrite: Sequence[str] = ()) -> str:
    """Return an insert of a whole row; `overwrite` names the columns renewed when it exists."""
    written = [c.name for c in table.columns if c.computed is None]
    statement = insert(table).values({name: bindparam(name) for name in written})
    if overwrite:
        statement = statement.on_conflict_do_update(
            index_elements=[c.name for c in table.primary_key.columns],
            set_={name: statement.excluded[name] for name in overwrite},
        )
    return text_of(statement)


def update_text(table: Table, columns: Sequence[str]) -> str:
    """Return an update of the row with this primary key (parameters key_<column>)."""
    statement = update(table).values({name: bindparam(name) for name in columns})
    for column in table.primary_key.columns:
        statement = statement.where(column == bindparam(f"key_{column.name}"))
    return text_of(statement)


def delete_text(table: Table, *columns: Column[object]) -> str:
    """Return a delete of the rows that have these values (parameters key_<column>)."""
    statement = delete(table)
    for column in columns:
        statement = statement.where(column == bindparam(f"key_{column.name}"))
    return text_of(statement)


def in_hold(table: Table) -> tuple[ColumnElement[bool], ...]:
    """Return what a hold stops: rows of a dossier's part `only`, of every part where that is None.

    `code` is the dossier. Rows of no part (reminders of the law, signatures) are never held.
    """
    part: Column[str] = table.c.part
    return (
        table.c.dossier == bindparam("code"), part != "",
        part == func.coalesce(bindparam("only", type_=Text), part),
    )


def one_row(
    connection: psycopg.Connection[tuple[Any, ...]], statement: str,
    values: Mapping[str, Any] | None = None,
) -> tuple[Any, ...]:
    """Return the row of a statement that always gives one, such as aggregates without groups."""
    row = connection.execute(statement, values).fetchone()
    assert row is not None  # noqa: S101 - see above
    return row
