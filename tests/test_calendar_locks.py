"""A calendar changes while everybody works: no deadlock, and no date counted by two calendars."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import timed
import town

from engine.audit import desk as auditor
from engine.clock import VIETNAM, FixedClock
from engine.commands import ChangeCalendars
from engine.office import Office
from engine.office.recounting import Recounting
from engine.people import SYSTEM
from engine.store import Store, calendars, dossiers, recounts
from engine.worktime import Amendment, SpecialDay


def closing(day: int) -> ChangeCalendars:
    off = SpecialDay(date(2026, 11, day), "holiday", "nghỉ đột xuất")
    return ChangeCalendars(
        Amendment(days=(off,)), f"{day}/QĐ", date(2026, 11, 9), "UBND tỉnh")


def test_dossiers_are_born_act_and_are_recounted_while_calendars_change(
    store: Store, office: Office, clock: FixedClock,
) -> None:
    timed.bring(office, clock)

    def work(number: int) -> str:
        code = timed.register(office)
        timed.perform(office, code, "accept")
        if number % 3 == 0:
            timed.perform(office, code, "request-supplement", reason="Thiếu giấy")
        return code

    def change(day: int) -> int:
        office.execute(closing(day), SYSTEM)
        moved = list(Recounting(store, office).run(list(town.NAMES), SYSTEM))
        assert [each.failure for each in moved if each.failure] == []
        return len(moved)

    with ThreadPoolExecutor(6) as pool:
        working = []
        for day in (10, 12, 18):
            working += [pool.submit(work, number) for number in range(8)]
            changing = pool.submit(change, day)
            working += [pool.submit(work, number) for number in range(4)]
            assert changing.result() <= 36
        codes = [done.result() for done in working]
    list(Recounting(store, office).run(list(town.NAMES), SYSTEM))

    with store.reading() as connection:
        assert recounts.waiting(connection) == {}
        present = calendars.of_agencies(connection, [town.COMMUNE])[town.COMMUNE]
        kept = [dossiers.by_code(connection, code) for code in codes]
    # Wed 11 = 1; Thu 12 off; Fri 13 = 2; 16, 17 = 4; Wed 18 off; Thu 19 = 5.
    assert {dossier and dossier.standing.due for dossier in kept} == {
        datetime(2026, 11, 19, 17, 30, tzinfo=VIETNAM)}
    assert {day.day for table in present.tables for day in table.days} >= {
        date(2026, 11, day) for day in (10, 12, 18)}
    clock.advance(timedelta(minutes=1))
    assert all(auditor.replay_stored(store, code).whole for code in codes)
