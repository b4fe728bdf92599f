"""A calendar changes by decision: who decided is recorded, and running dossiers' dates follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
import timed
import town
from sketch import body, timer
from timed import register

from engine.audit import desk as auditor
from engine.audit import replay as redoing
from engine.audit.bundle import read as read_bundle
from engine.audit.bundle import write as write_bundle
from engine.audit.signing import Seal, make_seal
from engine.clock import VIETNAM, FixedClock
from engine.commands import AdoptCalendar, ChangeCalendars, CompleteTask, PerformAct
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.history import read_body
from engine.jobs import Timers
from engine.office import Office
from engine.office.recounting import Recounting
from engine.office.result import task_etag
from engine.people import SYSTEM, Actor
from engine.store import Store, calendars, dossiers, entries, people, recounts
from engine.worktime import Amendment, Hours, SpecialDay

KEEPER = town.official(town.PROVINCE, "calendar_keeper")
TUESDAY = SpecialDay(date(2026, 11, 10), "holiday", "nghỉ đột xuất")
DECIDED = date(2026, 11, 9)


def closing(*days: SpecialDay, agencies: tuple[str, ...] = (town.COMMUNE,)) -> ChangeCalendars:
    return ChangeCalendars(
        Amendment(days=days), "12/QĐ-UBND", DECIDED, "Chủ tịch UBND tỉnh", agencies)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.fixture
def ready(store: Store, office: Office, clock: FixedClock) -> Office:
    with store.reading() as connection:
        people.put(connection, [], [(KEEPER, town.ISSUER, KEEPER.id)])
    return timed.bring(office, clock)


@pytest.fixture
def recounting(store: Store, ready: Office) -> Recounting:
    return Recounting(store, ready)


@pytest.fixture
def rows(owner: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(owner, autocommit=True) as connection:
        yield connection


def accepted(office: Office) -> str:
    """A dossier accepted on Monday 9 November 2026 at 08:00: 5 working days, due Monday 16."""
    code = register(office)
    timed.perform(office, code, "accept")
    return code


def due(store: Store, code: str) -> datetime | None:
    with store.reading() as connection:
        found = dossiers.by_code(connection, code)
    assert found is not None
    return found.standing.due


def kinds(store: Store, code: str) -> list[str]:
    with store.reading() as connection:
        chain = entries.chain(connection, code)
    return [read_body(entry)["content"]["command"]["kind"] for entry in chain]


def test_a_day_off_moves_due_date_and_timer_as_an_act_that_replays(
    store: Store, ready: Office, recounting: Recounting,
) -> None:
    code = accepted(ready)
    assert due(store, code) == at("2026-11-16T17:30")

    ready.execute(closing(TUESDAY), KEEPER)
    (moved,) = recounting.run([town.COMMUNE], KEEPER)

    # Tue 10 off: Wed 11 = 1, 12, 13, Mon 16, Tue 17 = 5.
    assert due(store, code) == at("2026-11-17T17:30")
    assert kinds(store, code)[-1] == "adopt-calendar"
    assert [m["what"] for m in moved.moved] == ["dossier"]
    with store.reading() as connection:
        body = read_body(entries.chain(connection, code)[-1])
    assert body["content"]["command"] == {
        "kind": "adopt-calendar", "dossier": code, "agency": town.COMMUNE,
        "decision": "12/QĐ-UBND", "decided_by": "Chủ tịch UBND tỉnh",
    }
    facts = body["content"]["facts"]
    assert facts["former"][town.COMMUNE] != facts["calendars"][town.COMMUNE]
    assert auditor.replay_stored(store, code).whole
    bundle = read_bundle(write_bundle(auditor.bundle_of(store, code)))
    assert redoing.replay(code, bundle.entries, bundle).whole


def test_a_timer_keeps_its_working_minutes_and_one_in_elapsed_time_never_moves(
    store: Store, ready: Office, clock: FixedClock, recounting: Recounting,
) -> None:
    clock.set(at("2026-11-09T16:00"))
    code, other = register(ready), register(ready, timed.BROKEN)  # 04 giờ; PT1H
    with store.reading() as connection:
        assert [w.due for p in dossiers.parts(connection, code) for w in p.waits] == [
            at("2026-11-10T10:00")]
        elapsed = [w.due for p in dossiers.parts(connection, other) for w in p.waits]

    ready.execute(closing(TUESDAY), KEEPER)
    found = {each.dossier: each.moved for each in recounting.run([town.COMMUNE], KEEPER)}

    # 1 h 30 on Monday; the 2 h 30 that are left go to Wednesday 11.
    assert [m["after"] for m in found[code]] == ["2026-11-11T10:00:00+07:00"]
    assert found[other] == ()
    assert kinds(store, other) == ["register"]
    with store.reading() as connection:
        parts = [w.due for p in dossiers.parts(connection, code) for w in p.waits]
        assert parts == [at("2026-11-11T10:00")]
        assert [w.due for p in dossiers.parts(connection, other) for w in p.waits] == elapsed
    assert auditor.replay_stored(store, code).whole


def test_the_timer_row_moves_with_the_wait(
    ready: Office, clock: FixedClock, recounting: Recounting, rows: psycopg.Connection[Any],
) -> None:
    clock.set(at("2026-11-09T16:00"))
    code = register(ready)
    ready.execute(closing(TUESDAY), KEEPER)
    list(recounting.run([town.COMMUNE], SYSTEM))
    (row,) = rows.execute("SELECT due FROM timer WHERE dossier = %s", [code]).fetchall()
    assert row[0] == at("2026-11-11T10:00")


def test_a_preview_shows_the_same_moves_and_writes_nothing(
    store: Store, ready: Office, clock: FixedClock, recounting: Recounting,
    rows: psycopg.Connection[Any],
) -> None:
    clock.set(at("2026-11-09T16:00"))
    codes = [accepted(ready) for _ in range(3)]
    count = "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM calendar)"
    before = rows.execute(count).fetchone()

    shown = list(recounting.preview(closing(TUESDAY), KEEPER, clock.now()))

    assert rows.execute(count).fetchone() == before
    ready.execute(closing(TUESDAY), KEEPER)
    assert list(recounting.run([town.COMMUNE], KEEPER)) == shown
    assert [each.dossier for each in shown] == codes
    assert all(len(each.moved) == 2 for each in shown)


def test_until_it_is_recounted_a_dossier_goes_by_its_former_calendar(
    store: Store, ready: Office, clock: FixedClock, recounting: Recounting,
) -> None:
    old = register(ready)
    ready.execute(closing(TUESDAY), KEEPER)
    young = accepted(ready)         # born on the new calendar
    timed.perform(ready, old, "accept")  # counted by the former one, moved by the recount

    assert due(store, young) == at("2026-11-17T17:30")
    assert due(store, old) == at("2026-11-16T17:30")
    (moved,) = recounting.run([town.COMMUNE], KEEPER)

    assert moved.dossier == old
    assert due(store, old) == at("2026-11-17T17:30")
    assert "adopt-calendar" not in kinds(store, young)
    assert all(auditor.replay_stored(store, code).whole for code in (old, young))


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    store: Store, ready: Office, recounting: Recounting,
) -> None:
    codes = [accepted(ready) for _ in range(5)]
    ready.execute(closing(TUESDAY), KEEPER)
    broken_off = recounting.run([town.COMMUNE], KEEPER)
    assert [next(broken_off).dossier for _ in range(2)] == codes[:2]
    broken_off.close()
    with store.reading() as connection:
        assert recounts.waiting(connection) == {town.COMMUNE: 3}

    assert ready.execute(closing(TUESDAY), KEEPER).body["changed"] == []
    assert [each.dossier for each in recounting.run([town.COMMUNE], KEEPER)] == codes[2:]

    assert list(recounting.run([town.COMMUNE], KEEPER)) == []
    assert [kinds(store, code).count("adopt-calendar") for code in codes] == [1] * 5
    assert {due(store, code) for code in codes} == {at("2026-11-17T17:30")}


def test_a_second_change_before_the_recount_leads_to_the_last_calendar_in_one_act(
    store: Store, ready: Office, recounting: Recounting,
) -> None:
    code = accepted(ready)
    ready.execute(closing(TUESDAY), KEEPER)
    later = replace(TUESDAY, day=date(2026, 11, 11))
    ready.execute(replace(closing(later), decision="13/QĐ-UBND"), KEEPER)
    (moved,) = recounting.run([town.COMMUNE], KEEPER)

    # Tue and Wed off: Thu 12 = 1, 13, 16, 17, Wed 18 = 5.
    assert due(store, code) == at("2026-11-18T17:30")
    assert moved.moved[0]["before"] == "2026-11-16T17:30:00+07:00"
    assert auditor.replay_stored(store, code).whole


def test_a_change_that_is_taken_back_gives_the_dates_of_before(
    store: Store, ready: Office, recounting: Recounting,
) -> None:
    code = accepted(ready)
    ready.execute(closing(TUESDAY), KEEPER)
    list(recounting.run([town.COMMUNE], KEEPER))
    back = replace(closing(), amendment=Amendment(ordinary=(TUESDAY.day,)), decision="14/QĐ-UBND")
    ready.execute(back, KEEPER)
    list(recounting.run([town.COMMUNE], KEEPER))

    assert due(store, code) == at("2026-11-16T17:30")
    assert kinds(store, code).count("adopt-calendar") == 2
    assert auditor.replay_stored(store, code).whole


def test_a_held_dossier_is_recounted_and_what_was_left_at_the_hold_is_left_still(
    store: Store, ready: Office, clock: FixedClock, recounting: Recounting,
) -> None:
    code = accepted(ready)
    clock.advance(timedelta(hours=1))  # 09:00: three of the four hours are left, due at 14:00
    timed.perform(ready, code, "request-supplement", reason="Thiếu giấy")
    afternoon = SpecialDay(date(2026, 11, 9), "holiday", "nghỉ đột xuất")
    clock.set(at("2026-11-12T08:00"))
    ready.execute(closing(afternoon), KEEPER)
    list(recounting.run([town.COMMUNE], KEEPER))

    with store.reading() as connection:
        (wait,) = (w for p in dossiers.parts(connection, code) for w in p.waits)
    # Monday no longer counts: three hours from 09:00 on Monday are 10:30 on Tuesday.
    assert wait.due == at("2026-11-10T10:30")
    # A receipt on what is now a day off counts as at the opening of Tuesday 10: 11 = 1, ... 17 = 5.
    assert due(store, code) == at("2026-11-17T17:30")
    assert auditor.replay_stored(store, code).whole


def test_every_change_is_an_entry_of_the_calendars_own_chain_and_the_auditor_reads_it(
    store: Store, ready: Office, clock: FixedClock, tmp_path: Any, rows: psycopg.Connection[Any],
) -> None:
    seal: Seal = make_seal(tmp_path / "key.pem")
    ready.execute(closing(TUESDAY, agencies=()), KEEPER)  # every agency
    auditor.add_checkpoint(store, clock.now(), seal)

    assert auditor.verify_stored(store, seal).whole
    with store.reading() as connection:
        (entry,) = entries.chain(connection, f"calendar:{town.POLICE}")
        version = next(v for code, _, v in calendars.every(connection) if code == town.POLICE)
    body = read_body(entry)
    assert body["actor"] == KEEPER.id
    said = body["content"]["outcome"]
    assert said["decision"] == "12/QĐ-UBND"
    assert said["decision_date"] == "2026-11-09"
    assert said["decided_by"] == "Chủ tịch UBND tỉnh"
    assert said["calendar"] == version != said["was"]

    rows.execute("UPDATE agency SET calendar = %s WHERE code = %s", [said["was"], town.POLICE])
    verdict = auditor.verify_stored(store, seal)
    assert any(town.POLICE in line for line in verdict.broken)


def test_a_change_of_reception_hours_moves_nothing(
    store: Store, ready: Office, clock: FixedClock, recounting: Recounting,
) -> None:
    code = accepted(ready)
    saturday = Hours.from_json({"since": "2026-11-01", "week": {"sat": ["07:30-11:30"]}})
    command = replace(closing(), amendment=Amendment(reception=(saturday,)))
    assert [each.moved for each in recounting.preview(command, KEEPER, clock.now())] == [()]
    ready.execute(command, KEEPER)
    assert [each.moved for each in recounting.run([town.COMMUNE], KEEPER)] == [()]
    assert due(store, code) == at("2026-11-16T17:30")
    assert kinds(store, code) == ["register", "act"]


def test_all_agencies_of_a_dossier_change_in_one_act_and_its_tasks_move_with_it(
    store: Store, office: Office, clock: FixedClock,
) -> None:
    town.bring_into_force(office, "2.002755", town.pack_files("p088"), clock)
    code = timed.register(office, "2.002755")
    clock.set(at("2026-11-09T14:00"))
    (reception,) = town.open_tasks(store, code)
    answers = town.walk("p088")["paths"]["happy"]["answers"]["Task_B1"][0]
    office.execute(CompleteTask(reception.id, answers), timed.OFFICER,
                   if_match=frozenset({task_etag(reception)}))
    (before,) = town.open_tasks(store, code)
    assert before.due is not None

    office.execute(closing(TUESDAY, agencies=()), SYSTEM)
    (moved,) = Recounting(store, office).run(list(town.NAMES), SYSTEM)

    (after,) = town.open_tasks(store, code)
    assert [m["what"] for m in moved.moved] == ["dossier", "task"]
    assert after.due is not None
    assert after.due > before.due
    assert after.revision == before.revision + 1
    assert kinds(store, code).count("adopt-calendar") == 1
    assert auditor.replay_stored(store, code).whole
    with store.reading() as connection:
        assert recounts.waiting(connection) == {}


def test_who_keeps_no_calendar_may_not_change_one(ready: Office) -> None:
    with pytest.raises(Forbidden):
        ready.execute(closing(TUESDAY), town.APPROVER)
    with pytest.raises(NotFound, match="000"):
        ready.execute(closing(TUESDAY, agencies=("000.99.99.H99",)), KEEPER)
    with pytest.raises(Invalid):
        ready.execute(replace(closing(TUESDAY), decided_by=" "), KEEPER)


def test_what_was_not_decided_cannot_be_adopted(ready: Office) -> None:
    code = accepted(ready)
    with pytest.raises(Conflict, match="does not wait"):
        ready.execute(AdoptCalendar(code, town.COMMUNE, "99/QĐ"), KEEPER)
    someone = Actor("ai-đó", "Ai đó")
    with pytest.raises(Forbidden):
        ready.execute(AdoptCalendar(code, town.COMMUNE, "99/QĐ"), someone)


def test_a_day_worked_for_one_that_is_no_working_day_changes_no_agency(
    store: Store, ready: Office,
) -> None:
    with store.reading() as connection:
        before = calendars.every(connection)
    sunday = SpecialDay(date(2026, 11, 14), "worked", "làm bù", date(2026, 11, 15))
    with pytest.raises(Invalid, match="does not work"):
        ready.execute(closing(sunday, agencies=()), KEEPER)
    with store.reading() as connection:
        assert calendars.every(connection) == before


#: Two steps that share one working day, then a rest told by an expression.
SHARED = timed.procedure_of("9.000003", body(
    "start:s catch:rest end:e", "s>both both>rest rest>e", rest=timer("working_days(1)"),
) + '<bpmn:subProcess id="both" name="both" motcua:duration="1 ngày làm việc">' + body(
    "start:s2 user:one user:two end:e2", "s2>one one>two two>e2",
    one=timed.ROLE, two=timed.ROLE,
).replace('"f', '"g') + "</bpmn:subProcess>")


def test_steps_that_share_a_duration_keep_what_was_left_of_it(
    store: Store, ready: Office, clock: FixedClock, recounting: Recounting,
) -> None:
    town.bring_into_force(ready, "9.000003", SHARED, clock)
    code = register(ready, "9.000003")
    clock.set(at("2026-11-09T16:00"))
    timed.complete(ready, store, code, "one")
    (second,) = town.open_tasks(store, code)
    assert second.due == at("2026-11-10T17:30")  # it runs on from the first

    ready.execute(closing(TUESDAY), KEEPER)
    list(recounting.run([town.COMMUNE], KEEPER))

    (second,) = town.open_tasks(store, code)
    assert second.due == at("2026-11-11T17:30")  # 1 h 30 on Monday and 8 h, now on Wednesday
    assert auditor.replay_stored(store, code).whole


def test_working_days_of_an_expression_are_working_time(
    store: Store, ready: Office, clock: FixedClock, recounting: Recounting,
) -> None:
    town.bring_into_force(ready, "9.000003", SHARED, clock)
    code = register(ready, "9.000003")
    for element in ("one", "two"):
        timed.complete(ready, store, code, element)

    ready.execute(closing(TUESDAY), KEEPER)
    (moved,) = recounting.run([town.COMMUNE], KEEPER)

    assert [(m["what"], m["before"], m["after"]) for m in moved.moved] == [
        ("timer", "2026-11-10T17:30:00+07:00", "2026-11-11T17:30:00+07:00")]
    clock.set(at("2026-11-11T17:29"))
    assert Timers(store, ready, clock).drain() == 0
    clock.set(at("2026-11-11T17:30"))
    assert Timers(store, ready, clock).drain() == 1
    assert auditor.replay_stored(store, code).whole


def test_a_pause_that_has_ended_and_the_reminders_of_the_law_move_too(
    store: Store, ready: Office, clock: FixedClock, recounting: Recounting,
    rows: psycopg.Connection[Any],
) -> None:
    def reminders() -> list[Any]:
        found = "SELECT wait, due FROM timer WHERE dossier = %s AND part = '' ORDER BY wait"
        return rows.execute(found, [code]).fetchall()

    def perform(act: str, **content: Any) -> None:
        ready.execute(PerformAct(code, act, content), timed.OFFICER, if_match=frozenset({"*"}))

    code = accepted(ready)
    clock.set(at("2026-11-10T09:00"))
    perform("request-payment", amount=100_000)
    clock.set(at("2026-11-11T09:00"))
    perform("record-payment", receipt="BL-1")
    assert due(store, code) == at("2026-11-17T17:30")  # one working day of waiting
    before = reminders()

    thursday = replace(TUESDAY, day=date(2026, 11, 12))
    ready.execute(closing(thursday), KEEPER)
    list(recounting.run([town.COMMUNE], KEEPER))

    # 10, 11, 13, 16, 17 = 5: Tuesday 17; and the day of waiting: Wednesday 18.
    assert due(store, code) == at("2026-11-18T17:30")
    after = reminders()
    assert [key for key, _ in after] == [key for key, _ in before]
    assert before
    assert all(then > was for (_, was), (_, then) in zip(before, after, strict=True))
    assert auditor.replay_stored(store, code).whole
