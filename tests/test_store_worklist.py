"""Worklists page by keyset: each task once, soonest due first, and as fast among very many."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import psycopg
import pytest
import town

from engine.dossier import Task
from engine.people import Actor, Post
from engine.store import Store, tasks
from engine.store.tasks import Filter

CLERK = Actor("clerk", "Cán bộ", (Post(town.COMMUNE, "specialist", date(2025, 1, 1)),))

# A dossier to hang tasks on, and tasks whose due dates repeat and are missing.
DOSSIER = """
    INSERT INTO flow VALUES ('flow', 'bytes') ON CONFLICT DO NOTHING;
    INSERT INTO dossier VALUES ('D-1', 'P', 1, 'flow', 'rules', 'direct', '{commune}', '{commune}',
        now(), '{{}}', 4, NULL, '{{}}', 'build', 0, '', 0, 1);
"""
TASKS = """
    INSERT INTO task (id, dossier, element, name, agency, role, opened_at, due, state, assignee,
                      revision)
    SELECT 'task-' || lpad(n::text, 7, '0'), 'D-1', 'e', 'Việc', %(agency)s, %(role)s, now(),
           CASE WHEN n %% 5 = 0 THEN NULL
                ELSE timestamptz '2026-11-09 08:00+07' + (n %% 7) * interval '1 day' END,
           %(state)s, CASE WHEN n %% 3 = 0 THEN 'clerk' END, 1
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""


@pytest.fixture
def filled(store: Store, owner: str) -> Store:
    with psycopg.connect(owner) as connection:
        connection.execute(DOSSIER.format(commune=town.COMMUNE))
        for agency, role, state, first, last in (
            (town.COMMUNE, "specialist", "open", 1, 60),
            (town.COMMUNE, "", "open", 61, 70),
            (town.COMMUNE, "leader", "open", 71, 80),
            (town.POLICE, "specialist", "open", 81, 90),
            (town.COMMUNE, "specialist", "done", 91, 100),
        ):
            connection.execute(TASKS, {
                "agency": agency, "role": role, "state": state, "first": first, "last": last,
            })
    return store


def pages(store: Store, actor: Actor, narrow: Filter, size: int = 7) -> list[Task]:
    found: list[Task] = []
    with store.reading() as connection:
        while True:
            after = tasks.place(found[-1]) if found else None
            page = tasks.page(connection, actor, narrow, after, size)
            assert all(listed.dossier == "D-1" for listed in page)
            found.extend(listed.task for listed in page)
            if len(page) < size:
                return found


def numbers(found: list[Task]) -> list[int]:
    return sorted(int(task.id.removeprefix("task-")) for task in found)


@pytest.mark.parametrize("size", [1, 7, 50, 500])
def test_every_page_goes_on_where_the_last_one_ended(filled: Store, size: int) -> None:
    found = pages(filled, CLERK, Filter(), size)
    assert numbers(found) == list(range(1, 71))


def test_the_soonest_due_comes_first_and_those_without_a_due_date_last(filled: Store) -> None:
    found = pages(filled, CLERK, Filter())
    keys = [(t.due is None, t.due.timestamp() if t.due else 0, t.id) for t in found]
    assert all(one < other for one, other in pairwise(keys))


def test_nobody_sees_tasks_of_another_agency_or_role(filled: Store) -> None:
    found = pages(filled, CLERK, Filter())
    assert {(t.agency, t.role) for t in found} == {
        (town.COMMUNE, "specialist"), (town.COMMUNE, None),
    }
    assert pages(filled, CLERK, Filter(agency=town.POLICE)) == []
    assert pages(filled, Actor("nobody", "Không vị trí"), Filter()) == []


def test_a_list_can_be_narrowed_to_one_assignee_dossier_or_state(filled: Store) -> None:
    mine = pages(filled, CLERK, Filter(assignee="clerk"))
    assert numbers(mine) == [n for n in range(1, 71) if n % 3 == 0]
    assert pages(filled, CLERK, Filter(dossier="D-2")) == []
    assert numbers(pages(filled, CLERK, Filter(state="done"))) == list(range(91, 101))


@pytest.mark.parametrize("onward", [False, True])
def test_a_page_reads_no_more_rows_than_it_shows_however_many_are_open(
    filled: Store, owner: str, onward: bool,
) -> None:
    # Counts, not seconds: the plan of the very statement, on a desk with very many tasks.
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(TASKS, {
            "agency": town.COMMUNE, "role": "specialist", "state": "open",
            "first": 1_000, "last": 30_000,
        })
        connection.execute("ANALYZE task")
        plan = connection.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {tasks._page_text(Filter(), onward)}", {
                "agency": town.COMMUNE, "role": "specialist", "size": 50,
                "after_due": "2026-11-12T08:00:00+07:00", "after_id": "task-0010000",
            },
        ).fetchone()
    assert plan is not None
    scan = plan[0][0]["Plan"]["Plans"][0]
    assert scan["Index Name"] == "task_worklist"
    assert scan["Actual Rows"] <= 50
    # What stands beside a task is looked up by key, for the rows of the page alone.
    beside = scan["Plans"]
    assert len(beside) == 3
    assert all(one["Actual Loops"] <= 50 and "Index" in one["Node Type"] for one in beside)
    assert scan.get("Rows Removed by Filter", 0) == 0
