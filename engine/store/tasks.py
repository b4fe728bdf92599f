"""Worklists (danh sách việc): pages of tasks by desk, soonest due first, by keyset.

A page costs the same among a million open tasks as among ten thousand: it starts where the last
one ended and reads one index.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

import psycopg
from sqlalchemy import DateTime, Integer, Text, bindparam, cast, select, tuple_

from engine.dossier import Task, TaskState
from engine.law.standing import Standing
from engine.people import Actor
from engine.store import tables
from engine.store.rows import standing_of, task_of
from engine.store.statements import text_of
from engine.store.tables import TASK_COLUMNS

Connection = psycopg.Connection[tuple[Any, ...]]

_t, _d, _a = tables.task, tables.dossier, tables.agency
#: What stands beside a listed task. Looked up by key for the rows of the page alone: a join would
#: let the planner think of reading whole tables.
_BESIDE = (
    select(_a.c.calendar).where(_a.c.code == _t.c.agency).scalar_subquery(),
    select(_d.c.rule_set).where(_d.c.code == _t.c.dossier).scalar_subquery(),
    select(_d.c.standing).where(_d.c.code == _t.c.dossier).scalar_subquery(),
)


@dataclass(frozen=True)
class Listed:
    """A task in a list, with what tells whether it is late: one row, one statement.

    `rule_set` and `standing` are the dossier's; `calendar` is the version by which the task's
    agency works.
    """

    task: Task
    dossier: str
    calendar: str
    rule_set: str
    standing: Standing


@dataclass(frozen=True)
class Filter:
    """What a list of tasks is narrowed to; None leaves a thing open."""

    dossier: str | None = None
    assignee: str | None = None
    agency: str | None = None
    role: str | None = None
    state: str = "open"


#: A place in the order of a worklist: (due as RFC 3339 or "infinity", task id).
Place = tuple[str, str]


def of_dossier(connection: Connection, code: str) -> list[Task]:
    """Return every task that a dossier ever had, in the order in which they opened."""
    return [task_of(row) for row in connection.execute(_OF_DOSSIER, {"code": code})]


def page(
    connection: Connection, actor: Actor, narrow: Filter, after: Place | None, size: int,
) -> list[Listed]:
    """Return the next tasks that the actor may do after a place.

    One index scan per desk of the actor, merged; never a scan over other people's tasks.
    """
    desks = {(p.agency, p.role) for p in actor.posts} | {(p.agency, "") for p in actor.posts}
    found: list[Listed] = []
    for agency, role in sorted(desks):
        if narrow.agency in (None, agency) and narrow.role in (None, role):
            rows = connection.execute(_page_text(narrow, after is not None), {
                **vars(narrow), "agency": agency, "role": role, "size": size,
                "after_due": after[0] if after else None, "after_id": after[1] if after else None,
            })
            found.extend(_listed(row) for row in rows)
    return sorted(found, key=lambda listed: _order(listed.task))[:size]


def place(task: Task) -> Place:
    """Return where a task stands in the order of a worklist."""
    return task.due.isoformat() if task.due else "infinity", task.id


def _order(task: Task) -> tuple[bool, float, str]:
    return task.due is None, task.due.timestamp() if task.due else 0.0, task.id


def _listed(row: tuple[Any, ...]) -> Listed:
    *columns, calendar, rule_set, standing = row
    return Listed(
        task_of(tuple(columns)), columns[1], calendar, rule_set, standing_of(standing),
    )


@cache
def _text(by_dossier: bool, by_assignee: bool, state: str | None, onward: bool) -> str:
    statement = select(*TASK_COLUMNS, *_BESIDE).where(
        _t.c.agency == bindparam("agency"), _t.c.role == bindparam("role"),
        # Written out, so that the planner sees which partial index holds what is asked for.
        _t.c.state == (state or bindparam("state")),
    )
    if by_dossier:
        statement = statement.where(_t.c.dossier == bindparam("dossier"))
    if by_assignee:
        statement = statement.where(_t.c.assignee == bindparam("assignee"))
    if onward:
        due = cast(bindparam("after_due", type_=Text), DateTime(timezone=True))
        statement = statement.where(
            tuple_(_t.c.due_order, _t.c.id) > tuple_(due, bindparam("after_id", type_=Text)),
        )
    return text_of(
        statement.order_by(_t.c.due_order, _t.c.id).limit(bindparam("size", type_=Integer)),
    )


def _page_text(narrow: Filter, onward: bool) -> str:
    return _text(
        narrow.dossier is not None, narrow.assignee is not None,
        narrow.state if narrow.state in get_args(TaskState) else None, onward,
    )


_OF_DOSSIER = text_of(
    select(*TASK_COLUMNS).where(_t.c.dossier == bindparam("code"))
    .order_by(_t.c.opened_at, _t.c.id),
)
