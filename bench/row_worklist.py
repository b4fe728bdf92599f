"""Row of worklists: a page of 50 among a million open tasks, against among ten thousand.

Every task stands at a desk of the official who asks, each of a dossier of its own with the standing
of a real one: nothing makes the list short but its index.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import psycopg

from bench.measure import SEED, Times, in_turns, p95
from bench.premises import COMMUNE, OFFICIAL, Premises, register
from bench.table import Row
from engine.store import Store, embedded, tasks
from engine.store.tasks import Filter, Place

FEW, MANY, PAGE = 10_000, 1_000_000, 50
_OPEN = Filter()
_ROLES = tuple(post.role for post in OFFICIAL.posts)
#: Of a dossier that was registered in earnest; keys and checks stand aside while they are copied.
_DOSSIERS = """\
INSERT INTO dossier SELECT (jsonb_populate_record(d, jsonb_build_object('code', 'D-' || n))).*
FROM dossier d, generate_series(1, %(count)s) n WHERE d.code = %(code)s
"""
_TASKS = """\
INSERT INTO task (id, dossier, element, name, agency, role, opened_at, due, state, revision)
SELECT md5(n::text), 'D-' || n, 'check', 'Kiểm tra hồ sơ', %(agency)s,
    (%(roles)s::text[])[1 + n %% cardinality(%(roles)s::text[])], now(),
    timestamptz '2026-11-09 08:00+07' + (n %% 20000) * interval '1 minute', 'open', 1
FROM generate_series(1, %(count)s) n
"""


def worklists(place: Premises, rounds: int) -> list[Row]:
    """Measure the first page, and one from anywhere in the list."""
    stores = {}
    for count in (FEW, MANY):
        name = f"worklist{count}"
        place.copy(name, "seed")
        _fill(place, name, count)
        stores[count] = Store(place.url(name), pool_size=1)
    try:
        return [
            _row("the first page", stores, rounds, lambda _count, _number: None),
            _row("a page from anywhere", stores, rounds, _anywhere(stores, rounds)),
        ]
    finally:
        for store in stores.values():
            store.close()


def _row(
    which: str, stores: dict[int, Store], rounds: int, after: Callable[[int, int], Place | None],
) -> Row:
    def look(count: int) -> Callable[[int], object]:
        def once(number: int) -> None:
            with stores[count].reading() as connection:
                found = tasks.page(connection, OFFICIAL, _OPEN, after(count, number), PAGE)
            assert len(found) == PAGE, len(found)
        return once

    variants = {str(count): look(count) for count in stores}
    in_turns(variants, 20)  # both warm
    times = in_turns(variants, rounds)
    few, many = times[str(FEW)], times[str(MANY)]
    return Row(
        "8", f"worklist page of {PAGE} among {MANY:,} open tasks, {which} (p95, wall)",
        f"among {FEW:,}", rounds, many.text(), few.text(), p95(many.wall) / p95(few.wall), 2,
        "less", f"p95 {_ms(many)} and {_ms(few)} ms",
    )


def _anywhere(stores: dict[int, Store], rounds: int) -> Callable[[int, int], Place | None]:
    """Return, per list and round, a task after which a page begins, none of them near the end."""
    random = Random(SEED)
    places: dict[int, list[Place]] = {}
    for count, store in stores.items():
        drawn = [str(random.randrange(1, count)) for _ in range(max(rounds, 20))]
        with store.reading() as connection:
            rows = connection.execute(
                "SELECT due, id FROM task JOIN unnest(%s::text[]) AS drawn(n) ON id = md5(n)"
                " WHERE due < timestamptz '2026-11-22 08:00+07'", (drawn,),
            ).fetchall()
        places[count] = [(due.isoformat(), key) for due, key in rows]
    return lambda count, number: places[count][number % len(places[count])]


def _fill(place: Premises, database: str, count: int) -> None:
    with place.office(database) as (office, _):
        code, _ = register(office)
    owner = _plain(embedded.address(place.home, database=database))
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM task")
        asked = {"count": count, "code": code, "agency": COMMUNE, "roles": list(_ROLES)}
        connection.execute(_DOSSIERS, asked)
        connection.execute(_TASKS, asked)
        connection.execute("VACUUM ANALYZE task, dossier")


def _ms(times: Times) -> str:
    return f"{p95(times.wall) * 1000:.2f}"


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
