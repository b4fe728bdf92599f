"""Units of work on a real server: all or nothing, one at a time where the law counts."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

import psycopg
import pytest
import town

from engine.clock import FixedClock
from engine.commands import RegisterDossier, Request
from engine.errors import Invalid, NotFound
from engine.history import seal
from engine.law.rules import rules_on
from engine.office import Office
from engine.proceed import Facts, Outcome, Registration, after, register
from engine.proceed.outcome import Before
from engine.store import Store, entries
from engine.worktime import DEFAULT

P088 = "2.002755"
DAY = date(2026, 11, 9)
TABLES = ("dossier", "part", "task", "timer", "envelope", "entry", "idempotency")


def asked(body: str = "body", key: str = "khóa-1", path: str = "/api/v1/dossiers") -> Request:
    return Request(key, "POST", path, sha256(body.encode()).hexdigest())


def born(office: Office, clock: FixedClock, number: int = 1) -> Outcome:
    """What registering a dossier does, not yet written anywhere."""
    town.bring_into_force(office, P088, town.pack_files("p088"), clock)
    with office.library._store.unit() as unit:
        version = unit.versions(P088)[-1]
    flow = office.library.flow(version.lowered.hash)
    desks = {
        "dossier.receiving_agency": town.COMMUNE, town.DEPARTMENT: town.DEPARTMENT,
        town.PROVINCE: town.PROVINCE,
    }
    facts = Facts(
        clock.now(), "can-bo", flow, rules_on(DAY),
        dict.fromkeys(town.NAMES, DEFAULT), b"salt",
    )
    command = RegisterDossier(P088, town.COMMUNE, "direct", {"name": "Nguyễn Thị Sen"})
    return register(command, Registration(f"{town.COMMUNE}-261109-{number:04d}", 1, desks), facts)


def sealed_as(outcome: Outcome) -> tuple[Outcome, Before]:
    entry = seal(outcome.draft)
    dossier = replace(outcome.dossier, entries=entry.number, head=entry.hash)
    outcome = replace(outcome, dossier=dossier)
    return outcome, after(Before(outcome.dossier), outcome, entry)


def counts(owner: str) -> dict[str, int]:
    with psycopg.connect(owner) as connection:
        found = {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone() for t in TABLES}
    return {table: row[0] for table, row in found.items() if row is not None}


def test_what_was_written_is_what_is_loaded_again(
    office: Office, store: Store, clock: FixedClock,
) -> None:
    outcome, expected = sealed_as(born(office, clock))
    with store.unit() as unit:
        unit.insert(outcome, seal(outcome.draft))
        unit.commit()
    with store.unit() as unit:
        loaded = unit.load(outcome.dossier.code)
        assert unit.taking_part(outcome.dossier.code) == {p.agency for p in expected.parts}
    assert loaded.dossier == expected.dossier
    assert loaded.parts == expected.parts
    assert sorted(loaded.tasks, key=lambda t: t.id) == sorted(expected.tasks, key=lambda t: t.id)
    assert (loaded.kept, dict(loaded.instances)) == (expected.kept, dict(expected.instances))


def test_a_unit_left_without_commit_leaves_nothing(
    office: Office, store: Store, clock: FixedClock, owner: str,
) -> None:
    outcome, _ = sealed_as(born(office, clock))
    before = counts(owner)
    with store.unit() as unit:
        assert unit.next_number(town.COMMUNE, DAY) == 1
        assert unit.take_key("can-bo", asked()) is None
        unit.insert(outcome, seal(outcome.draft))
        unit.record("can-bo", asked(), {"body": {}})
    assert counts(owner) == before
    with store.unit() as unit:
        assert unit.next_number(town.COMMUNE, DAY) == 1
        assert unit.take_key("can-bo", asked()) is None


def test_a_write_that_the_database_refuses_takes_the_others_with_it(
    office: Office, store: Store, clock: FixedClock, owner: str,
) -> None:
    outcome, _ = sealed_as(born(office, clock))
    before = counts(owner)
    gap = replace(seal(outcome.draft), number=7)
    with store.unit() as unit:
        unit.insert(outcome, gap)
        with pytest.raises(psycopg.errors.CheckViolation):
            unit.commit()
    assert counts(owner) == before
    with store.unit() as unit, pytest.raises(NotFound):
        unit.load(outcome.dossier.code)


def test_heads_name_every_chain_with_its_count(
    office: Office, store: Store, clock: FixedClock,
) -> None:
    outcome, expected = sealed_as(born(office, clock))
    with store.unit() as unit:
        unit.insert(outcome, seal(outcome.draft))
        unit.commit()
    with store.reading() as connection:
        heads = {chain: (count, head) for chain, count, head in entries.heads(connection)}
    assert heads[outcome.dossier.code] == (1, expected.dossier.head)
    assert heads[f"procedure:{P088}"][0] == 4


def test_fifty_registrations_at_once_get_fifty_numbers_without_a_gap(store: Store) -> None:
    ready = threading.Barrier(10)

    def take(worker: int) -> list[int]:
        ready.wait()
        mine = []
        for turn in range(7):
            with store.unit() as unit:
                number = unit.next_number(town.COMMUNE, DAY)
                if turn in (2, 5):
                    continue  # undone: somebody else gets this number
                unit.commit()
                mine.append(number)
        return mine

    with ThreadPoolExecutor(10) as crowd:
        numbers = [n for mine in crowd.map(take, range(10)) for n in mine]
    assert sorted(numbers) == list(range(1, 51))


def test_each_agency_and_each_day_counts_for_itself(store: Store) -> None:
    with store.unit() as unit:
        assert unit.next_number(town.COMMUNE, DAY) == 1
        assert unit.next_number(town.POLICE, DAY) == 1
        assert unit.next_number(town.COMMUNE, date(2026, 11, 10)) == 1
        assert unit.next_number(town.COMMUNE, DAY) == 2


def test_a_repeated_request_gets_the_first_answer(store: Store) -> None:
    with store.unit() as unit:
        assert unit.take_key("can-bo", asked()) is None
        unit.record("can-bo", asked(), {"body": {"code": "Hồ sơ 1"}, "etag": None})
        unit.commit()
    with store.unit() as unit:
        kept = unit.take_key("can-bo", asked())
        assert kept == {"body": {"code": "Hồ sơ 1"}, "etag": None}


def test_the_same_key_with_another_body_is_refused(store: Store) -> None:
    with store.unit() as unit:
        unit.take_key("can-bo", asked())
        unit.record("can-bo", asked(), {"body": {}})
        unit.commit()
    with store.unit() as unit, pytest.raises(Invalid) as refusal:
        unit.take_key("can-bo", asked("another body"))
    assert refusal.value.code == "idempotency-key-reused"


def test_another_person_or_path_may_use_the_same_key(store: Store) -> None:
    with store.unit() as unit:
        unit.take_key("can-bo", asked())
        unit.record("can-bo", asked(), {"body": {}})
        unit.commit()
    with store.unit() as unit:
        assert unit.take_key("người-khác", asked("another body")) is None
        assert unit.take_key("can-bo", asked("another body", path="/api/v1/tasks/1/claim")) is None


@pytest.mark.parametrize("commits", [True, False])
def test_an_equal_request_waits_for_the_one_under_way(store: Store, commits: bool) -> None:
    def repeat() -> tuple[object, datetime]:
        with store.unit() as unit:
            return unit.take_key("can-bo", asked()), datetime.now().astimezone()

    with ThreadPoolExecutor(1) as other:
        with store.unit() as unit:
            unit.take_key("can-bo", asked())
            unit.record("can-bo", asked(), {"body": {"code": "1"}})
            waiting = other.submit(repeat)
            time.sleep(0.3)
            assert not waiting.done()
            ended = datetime.now().astimezone()
            if commits:
                unit.commit()
        kept, at = waiting.result(timeout=10)
    assert at >= ended
    assert kept == ({"body": {"code": "1"}} if commits else None)


def test_commands_on_one_dossier_go_one_after_the_other(
    office: Office, store: Store, clock: FixedClock,
) -> None:
    outcome, _ = sealed_as(born(office, clock))
    with store.unit() as unit:
        unit.insert(outcome, seal(outcome.draft))
        unit.commit()
    order: list[str] = []

    def second() -> None:
        with store.unit() as unit:
            unit.load(outcome.dossier.code)
            order.append("second")

    with ThreadPoolExecutor(1) as other:
        with store.unit() as unit:
            unit.load(outcome.dossier.code)
            waiting = other.submit(second)
            time.sleep(0.3)
            order.append("first")
        waiting.result(timeout=10)
    assert order == ["first", "second"]


