"""Reminders (nhắc việc): the law's clock speaks by itself, once, over real PostgreSQL.

They are rows of `timer` without a part, written in the transaction of the act that gives them. The
town's clock stands at Mon 9 November 2026, 08:00; the procedure has 5 working days.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg
import pytest
import town
from in_hand import CODE, clean, moment

from engine.audit import desk as auditor
from engine.clock import VIETNAM, FixedClock
from engine.commands import CompleteTask, FireTimer, PerformAct, RegisterDossier
from engine.errors import Conflict
from engine.jobs import Timers
from engine.law.standing import Standing
from engine.office import Office
from engine.office.result import task_etag
from engine.people import SYSTEM
from engine.store import Store, dossiers, tasks

OFFICER = town.official(town.COMMUNE, "one_stop_officer")
POLICE = town.official(town.POLICE)
SAID = {"decision": "1/QĐ-UBND", "field": "Thử", "level": "xã"}
ASKED = {"agency": town.POLICE, "question": "Có cư trú không?", "duration": "1 ngày"}


class Place:
    """A town with a procedure in force, its dossiers, and the worker that fires what is due."""

    def __init__(self, store: Store, office: Office, clock: FixedClock, owner: str) -> None:
        self.store, self.office, self.clock, self.owner = store, office, clock, owner
        self.worker = Timers(store, office, clock)

    def begin(self, **more: str) -> Place:
        town.bring_into_force(
            self.office, CODE, {"main.bpmn": clean(**SAID, **more)}, self.clock)
        return self

    def register(self, *acts: str) -> str:
        command = RegisterDossier(CODE, town.COMMUNE, "direct", {"name": "Nguyễn Văn A"})
        code = str(self.office.execute(command, OFFICER).body["code"])
        for act in acts:
            self.act(code, act)
        return code

    def act(self, code: str, act: str, **content: Any) -> None:
        self.office.execute(PerformAct(code, act, content), OFFICER, if_match=frozenset({"*"}))

    def at(self, text: str) -> int:
        """Go to a moment, and let fire what is due; return how many have."""
        self.clock.set(moment(text))
        return self.worker.drain()

    def rows(self, code: str) -> dict[str, str]:
        """The reminders that stand in the table, as a person reads them."""
        with psycopg.connect(self.owner) as connection:
            found = connection.execute(
                "SELECT wait, due FROM timer WHERE dossier = %s AND part = ''", [code])
            return {key: f"{due.astimezone(VIETNAM):%d/%m/%Y %H:%M}" for key, due in found}

    def standing(self, code: str) -> Standing:
        with self.store.reading() as connection:
            dossier = dossiers.by_code(connection, code)
        assert dossier is not None
        return dossier.standing

    def alerts(self, code: str) -> list[tuple[str, datetime]]:
        return [(alert.kind, alert.at) for alert in self.standing(code).alerts]

    def waiting(self, code: str) -> list[tuple[str, str]]:
        with self.store.reading() as connection:
            found = tasks.of_dossier(connection, code)
        return sorted((t.act, t.agency) for t in found if t.act and t.state == "open")

    def complete(self, code: str, act: str, actor: Any = OFFICER, **answers: Any) -> None:
        with self.store.reading() as connection:
            (task,) = (t for t in tasks.of_dossier(connection, code)
                       if t.act == act and t.state == "open")
        self.office.execute(
            CompleteTask(task.id, answers), actor, if_match=frozenset({task_etag(task)}))

    def replays(self, code: str) -> bool:
        return auditor.replay_stored(self.store, code).whole


@pytest.fixture
def place(store: Store, office: Office, clock: FixedClock, owner: str) -> Place:
    return Place(store, office, clock, owner).begin()


def test_near_due_and_overdue_stand_from_acceptance_and_speak_once(place: Place) -> None:
    code = place.register("accept", "forward")
    # Due Mon 16 at 17:30. A day (480 minutes) before it: Fri 13 at 17:30.
    assert place.rows(code) == {
        "near-due": "13/11/2026 17:30", "overdue": "16/11/2026 17:31"}
    assert place.at("13/11/2026 17:29") == 0
    assert place.at("13/11/2026 17:30") == 1
    assert place.at("16/11/2026 17:30") == 0
    assert place.at("16/11/2026 17:31") == 1
    assert place.alerts(code) == [
        ("near-due", moment("13/11/2026 17:30")), ("overdue", moment("16/11/2026 17:31"))]
    assert (place.rows(code), place.waiting(code)) == ({}, [])
    assert place.at("30/11/2026 09:00") == 0
    assert place.replays(code)


def test_forward_late_goes_when_it_is_passed_on(place: Place) -> None:
    on_time, late = place.register("accept"), place.register("accept")
    assert place.rows(on_time)["forward-late"] == "09/11/2026 17:31"
    place.act(on_time, "forward")
    assert "forward-late" not in place.rows(on_time)
    assert place.at("09/11/2026 17:31") == 1
    assert (place.alerts(on_time), [kind for kind, _ in place.alerts(late)]) == (
        [], ["forward-late"])


def test_a_supplement_that_does_not_come_opens_the_task_to_close(place: Place) -> None:
    code = place.register("accept", "forward")
    place.act(code, "request-supplement", reason="Thiếu", days=2)
    # Tue 10, Wed 11; while it is held nothing else falls due.
    assert place.rows(code) == {"supplement-late": "11/11/2026 17:31"}
    assert place.at("11/11/2026 17:31") == 1
    assert place.waiting(code) == [
        ("close", town.COMMUNE), ("receive-supplement", town.COMMUNE)]
    assert place.at("12/11/2026 09:00") == 0
    place.complete(code, "close")
    assert (place.standing(code).status, place.waiting(code), place.rows(code)) == (
        "stopped", [], {})
    assert place.replays(code)


def test_a_supplement_moves_them_and_takes_the_task_to_close_away(place: Place) -> None:
    code = place.register("accept", "forward")
    place.act(code, "request-supplement", reason="Thiếu", days=2)
    place.at("11/11/2026 17:31")
    place.clock.set(moment("12/11/2026 09:00"))
    place.act(code, "receive-supplement")
    assert place.waiting(code) == []
    # Anew from Thu 12: Fri 13, Mon 16, Tue 17, Wed 18, Thu 19; a day before: Wed 18, 17:30.
    assert place.rows(code) == {
        "near-due": "18/11/2026 17:30", "overdue": "19/11/2026 17:31"}


def test_a_payment_that_is_late_is_told(place: Place) -> None:
    code = place.register("accept", "forward")
    place.act(code, "request-payment", amount=1000, days=1)
    assert place.rows(code) == {"payment-late": "10/11/2026 17:31"}
    assert place.at("10/11/2026 17:31") == 1
    place.act(code, "record-payment", receipt="BL")
    # On Mon 9 at 08:00 47 h 30 were left (7 h 30, Tue to Fri 32 h, Mon 16 8 h). From Tue 10 at
    # 17:31: Wed 11 to Tue 17 are 5 days, 40 h; 7 h 30 on Wed 18: 17:00.
    assert place.rows(code)["overdue"] == "18/11/2026 17:01"


def test_a_late_opinion_is_reported_to_the_one_stop_unit(place: Place) -> None:
    code = place.register("accept", "forward")
    place.act(code, "consult", **ASKED)
    assert place.rows(code)["consultation-late:1"] == "10/11/2026 17:31"
    assert place.at("10/11/2026 17:31") == 1
    assert [kind for kind, _ in place.alerts(code)] == ["consultation-late"]
    assert place.waiting(code) == [("acknowledge", town.COMMUNE), ("answer", town.POLICE)]
    place.complete(code, "acknowledge")
    place.complete(code, "answer", POLICE, opinion="Có")
    assert place.waiting(code) == []
    assert place.replays(code)


def test_an_opinion_in_time_is_not_reported(place: Place) -> None:
    code = place.register("accept", "forward")
    place.act(code, "consult", **ASKED)
    place.complete(code, "answer", POLICE, opinion="Có")
    assert place.at("10/11/2026 17:31") == 0


def test_silence_agrees_only_where_the_procedure_says_so(
    store: Store, office: Office, clock: FixedClock, owner: str,
) -> None:
    place = Place(store, office, clock, owner).begin(tacitConsent="true")
    code = place.register("accept", "forward")
    place.act(code, "consult", **ASKED)
    assert place.at("10/11/2026 17:31") == 1
    assert [one.tacit for one in place.standing(code).consultations] == [True]
    assert (place.alerts(code), place.waiting(code)) == ([], [])
    assert place.replays(code)


def test_an_extension_moves_them_and_they_speak_of_the_new_date(place: Place) -> None:
    code = place.register("accept", "forward")
    place.at("13/11/2026 17:30")
    place.act(code, "extend", reason="Chờ xác minh", duration="2 ngày")
    # Tue 17, Wed 18; a day before: Tue 17, 17:30.
    assert place.rows(code) == {
        "near-due": "17/11/2026 17:30", "overdue": "18/11/2026 17:31"}
    assert place.at("18/11/2026 17:31") == 1
    assert [kind for kind, _ in place.alerts(code)] == ["near-due", "overdue"]


@pytest.mark.parametrize(("act", "content"), [
    ("settle", {}), ("refuse", {"reason": "Không đủ"}), ("withdraw", {}),
    ("stop", {"reason": "Theo đơn"}),
])
def test_none_stands_once_the_dossier_is_settled_or_has_ended(
    place: Place, act: str, content: dict[str, str],
) -> None:
    code = place.register("accept", "forward")
    place.act(code, "consult", **ASKED)
    leader = town.official(town.COMMUNE)
    place.office.execute(
        PerformAct(code, act, content), leader, if_match=frozenset({"*"}))
    assert place.rows(code) == {}
    assert place.at("30/11/2026 09:00") == 0
    assert place.alerts(code) == []


def test_after_downtime_each_speaks_once_and_what_is_late_is_not_called_near(
    place: Place,
) -> None:
    codes = [place.register("accept") for _ in range(3)]
    assert place.at("25/11/2026 09:00") == 6
    for code in codes:
        assert sorted(kind for kind, _ in place.alerts(code)) == ["forward-late", "overdue"]
        assert place.rows(code) == {}
        assert place.replays(code)


def test_two_workers_at_once_let_each_speak_once(place: Place) -> None:
    codes = [place.register("accept", "forward") for _ in range(12)]
    for code in codes:
        place.act(code, "consult", **ASKED)
    place.clock.set(moment("16/11/2026 17:31"))
    workers = [Timers(place.store, place.office, place.clock) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda one: one.drain(), workers))
    assert sum(counts) == 2 * len(codes)
    for code in codes:
        assert sorted(k for k, _ in place.alerts(code)) == ["consultation-late", "overdue"]
        assert place.waiting(code) == [("acknowledge", town.COMMUNE), ("answer", town.POLICE)]
        assert place.replays(code)


def test_nobody_lets_one_speak_early_or_again(place: Place) -> None:
    code = place.register("accept", "forward")
    for key, when, why in (
        ("overdue", "16/11/2026 17:30", "wait-not-due"), ("overdue", "16/11/2026 17:31", None),
        ("overdue", "16/11/2026 17:31", "wait-not-open"),
        ("supplement-late", "16/11/2026 17:31", "wait-not-open"),
    ):
        place.clock.set(moment(when))
        if why is None:
            place.office.execute(FireTimer(code, "", key), SYSTEM)
            continue
        with pytest.raises(Conflict) as refusal:
            place.office.execute(FireTimer(code, "", key), SYSTEM)
        assert refusal.value.code == why


def test_a_refused_act_sets_none(place: Place) -> None:
    code = place.register("accept")
    stood = place.rows(code)
    with pytest.raises(Conflict):
        place.act(code, "accept")
    assert place.rows(code) == stood


def test_what_is_taken_back_lets_them_stand_as_before(place: Place) -> None:
    code = place.register("accept", "forward")
    stood = place.rows(code)
    place.act(code, "request-supplement", reason="Thiếu")
    place.act(code, "correct", reason="Nhầm hồ sơ")
    assert place.rows(code) == stood
    for act, content in (("consult", ASKED), ("extend", {"reason": "Chậm", "duration": "1 ngày"}),
                         ("request-payment", {"amount": 1}), ("settle", {})):
        place.act(code, act, **content)
        place.act(code, "correct", reason="Nhầm hồ sơ")
        assert place.rows(code) == stood
    assert place.replays(code)


def test_hold_and_release_leave_the_timers_of_the_drawing_to_the_drawing(place: Place) -> None:
    code = place.register("accept", "forward")
    place.act(code, "request-supplement", reason="Thiếu", days=1)
    with psycopg.connect(place.owner) as connection:
        held = connection.execute(
            "SELECT part, held FROM timer WHERE dossier = %s", [code]).fetchall()
    assert held == [("", 0)]
