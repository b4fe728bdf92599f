"""Acts over HTTP as officials perform them: what is offered is done, the rest is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import town
from http_town import Person, Town
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_hand import clean
from sketch import draw, named
from test_acts_machine import CONTENT

from engine.clock import FixedClock
from engine.office import Office

CODE = "9.000003"
ASKED = {"agency": town.POLICE, "question": "Có cư trú tại xã không?", "duration": "2 ngày"}
ROLES = [(town.COMMUNE, "one_stop_officer"), (town.COMMUNE, "leader"),
         (town.COMMUNE, "specialist"), (town.POLICE, "leader"), (town.COMMUNE, "office_head")]


@pytest.fixture
def place(here: Town, office: Office, clock: FixedClock) -> Town:
    """The town with a procedure in force whose drawing draws no act."""
    drawing = clean(decision="1/QĐ", field="Thử", level="xã")
    town.bring_into_force(office, CODE, {"main.bpmn": drawing}, clock)
    return here


def act(who: Person, code: str, name: str, etag: str | None = None, **content: Any) -> Any:
    """Perform an act on what was just read; return the answer."""
    etag = etag or who.get(f"/dossiers/{code}").json().get("etag", "none")
    return who.post(f"/dossiers/{code}/acts/{name}", content, etag=etag)


def accepted(place: Town) -> str:
    code = str(place.register(CODE)["code"])
    for name in ("accept", "forward"):
        assert act(place.reception, code, name).status_code == 200
    return code


def offered(who: Person, code: str) -> dict[str, dict[str, Any]]:
    return {one["act"]: one for one in who.get(f"/dossiers/{code}").json()["actions"]}


@settings(max_examples=8, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(
    st.sampled_from(ROLES), st.sampled_from(sorted(CONTENT)), st.integers(0, 30)),
    min_size=1, max_size=6), consulted=st.booleans())
def test_what_is_offered_is_done_and_what_is_not_is_refused_with_the_same_words(
    place: Town, clock: FixedClock, steps: list[Any], consulted: bool,
) -> None:
    code = accepted(place)
    if consulted:
        act(place.reception, code, "consult", **ASKED)
    for (agency, role), name, number in steps:
        who = place.person(agency, role)
        seen = who.get(f"/dossiers/{code}")
        if seen.status_code == 404:
            assert act(who, code, name).status_code == 404
            continue
        for one in seen.json()["actions"]:
            if not one["allowed"]:
                refused = who.post(f"/dossiers/{code}/acts/{one['act']}", {}, etag="stale-1")
                assert refused.status_code in (403, 409)
                problem = refused.json()
                assert (problem["code"], problem["detail"], problem["detail_vi"]) == (
                    one["why"]["code"], one["why"]["en"], one["why"]["vi"])
                assert one["form"] is None
        told = next(one for one in seen.json()["actions"] if one["act"] == name)
        answer = act(who, code, name, **CONTENT[name](number))
        if told["allowed"]:
            assert answer.status_code in (200, 422), answer.text
            assert told["form"]["components"]
        else:
            assert answer.status_code in (403, 409)
        clock.advance(timedelta(minutes=7))


def test_a_double_click_performs_it_once(place: Town) -> None:
    dossier = place.register(CODE)
    path = f"/dossiers/{dossier['code']}/acts/accept"

    def click(_: int) -> int:
        return place.reception.post(path, {}, etag=dossier["etag"]).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [200, 409]
    again = place.reception.post(path, {}, etag=dossier["etag"], key="once")
    assert again.status_code == 409


def test_a_double_click_with_a_key_is_answered_twice_and_performed_once(place: Town) -> None:
    dossier = place.register(CODE)
    path = f"/dossiers/{dossier['code']}/acts/accept"

    def click(_: int) -> Any:
        return place.reception.post(path, {}, etag=dossier["etag"], key="one-click")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(click, range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    history = place.reception.get(f"/dossiers/{dossier['code']}/history").json()["items"]
    assert len(history) == 2


@pytest.mark.parametrize("name", ["answer", "refuse"])
def test_a_repeated_key_is_answered_though_the_act_took_away_what_allowed_it(
    place: Town, name: str,
) -> None:
    code = accepted(place)
    act(place.reception, code, "consult", **ASKED)
    who, content = (place.person(town.POLICE), {"opinion": "Có"}) if name == "answer" else (
        place.person(town.COMMUNE, "division_head"), {"reason": "Không đủ"})
    etag = who.get(f"/dossiers/{code}").json()["etag"]
    first, second = (
        who.post(f"/dossiers/{code}/acts/{name}", content, etag=etag, key="once")
        for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200), second.text
    assert first.json() == second.json()
    other = who.post(f"/dossiers/{code}/acts/{name}", content, etag=etag, key="twice")
    assert other.status_code == 403


def test_two_officials_at_once_decide_once(place: Town) -> None:
    code = accepted(place)
    etag = place.reception.get(f"/dossiers/{code}").json()["etag"]
    leader = place.person(town.COMMUNE, "leader")
    asks = [
        lambda: act(place.reception, code, "request-supplement", etag, reason="Thiếu"),
        lambda: act(leader, code, "refuse", etag, reason="Không đủ điều kiện"),
    ]
    with ThreadPoolExecutor(2) as pool:
        answers = [one.result() for one in [pool.submit(ask) for ask in asks]]
    done, refused = sorted(answer.status_code for answer in answers)
    assert (done, refused in (409, 412)) == (200, True)


def test_who_read_an_older_version_decides_anew(place: Town) -> None:
    code = accepted(place)
    old = place.reception.get(f"/dossiers/{code}").json()["etag"]
    assert act(place.reception, code, "consult", **ASKED).status_code == 200
    stale = act(place.reception, code, "withdraw", old)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    missing = place.reception.post(f"/dossiers/{code}/acts/withdraw", {})
    assert missing.status_code == 428


def test_the_agency_that_is_asked_sees_its_question_and_nothing_of_the_others(place: Town) -> None:
    code = accepted(place)
    police, insurance = place.person(town.POLICE), place.person(town.INSURANCE)
    assert police.get(f"/dossiers/{code}").status_code == 404
    act(place.reception, code, "consult", **ASKED)
    act(place.reception, code, "consult", **{**ASKED, "agency": town.INSURANCE})
    seen = police.get(f"/dossiers/{code}").json()
    assert [(one["agency"], one["question"]) for one in seen["consultations"]] == [
        (town.POLICE, ASKED["question"])]
    assert (seen["parts"], seen["charges"], seen["alerts"], seen["hold"]) == ([], [], [], None)
    assert {row["agency"] for row in seen["slip"]} == {town.POLICE}
    assert "Nguyễn Văn An" not in str(seen)
    assert {name for name, one in offered(police, code).items() if one["allowed"]} == {"answer"}
    told = police.get(f"/dossiers/{code}/history").json()["items"]
    assert [[one["act"] for one in entry["acts"]] for entry in told] == [
        [], [], [], ["consult"], []]
    assert act(police, code, "answer", opinion="Có cư trú", agrees=True).status_code == 200
    mine = place.reception.get(f"/dossiers/{code}").json()["consultations"]
    assert [one.get("opinion") for one in mine] == ["Có cư trú", None]
    other = insurance.get(f"/dossiers/{code}").json()["consultations"]
    assert [(one["agency"], one.get("opinion")) for one in other] == [(town.INSURANCE, None)]


def test_nobody_answers_for_another_agency(place: Town) -> None:
    code = accepted(place)
    act(place.reception, code, "consult", **ASKED)
    act(place.reception, code, "consult", **{**ASKED, "agency": town.INSURANCE})
    police = place.person(town.POLICE)
    wrong = act(police, code, "answer", opinion="Thay", consultation="2")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "consultation-of-another")
    assert act(police, code, "answer", opinion="Có").status_code == 200
    again = act(police, code, "answer", opinion="Nữa")
    assert again.status_code == 403


@pytest.mark.parametrize(("name", "content", "pointers"), [
    ("consult", {**ASKED, "agency": "000.99.99.X99"}, ["/agency"]),
    ("consult", {**ASKED, "duration": "sớm"}, ["/duration"]),
    ("consult", {"agency": town.POLICE}, ["/question", "/duration"]),
    ("request-payment", {"amount": 1.5}, ["/amount"]),
    ("extend", {"reason": "Chậm", "due": "mai"}, ["/due"]),
    ("extend", {"reason": "Chậm"}, ["/due"]),
    ("settle", {"result": "maybe"}, ["/result"]),
    ("refuse", {"fee": 1}, ["/reason", "/fee"]),
    ("remedy", {"fault": "theft", "reason": "x", "apology": "y"}, ["/fault"]),
])
def test_wrong_content_is_named_place_by_place(
    place: Town, name: str, content: dict[str, Any], pointers: list[str],
) -> None:
    code = accepted(place)
    everybody = place.person(town.COMMUNE)
    answer = act(everybody, code, name, **content)
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers
    assert everybody.get(f"/dossiers/{code}").json()["status"] == 4


def test_an_act_task_in_the_inbox_completes_its_act(place: Town) -> None:
    code = accepted(place)
    act(place.reception, code, "consult", **ASKED)
    police = place.person(town.POLICE, "specialist")
    task = place.task(police, code)
    assert (task["act"], task["element"]) == ("answer", "motcua.act.answer.1")
    path = f"/tasks/{task['id']}/complete"
    empty = police.post(path, {"answers": {}}, etag=task["etag"])
    assert [fault["pointer"] for fault in empty.json()["errors"]] == ["/answers/opinion"]
    done = police.post(path, {"answers": {"opinion": "Có"}}, etag=task["etag"])
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert police.post(path, {"answers": {"opinion": "Có"}}, etag=task["etag"]).status_code == 409


def test_an_act_task_whose_content_the_law_refuses_points_below_the_answers(place: Town) -> None:
    code = accepted(place)
    place.person(town.COMMUNE, "leader")
    act(place.person(town.COMMUNE), code, "refuse", reason="Không đủ điều kiện")
    task = place.task(place.reception, code)
    path = f"/tasks/{task['id']}/complete"
    early = place.reception.post(path, {"answers": {}}, etag=task["etag"])
    assert (early.status_code, [fault["pointer"] for fault in early.json()["errors"]]) == (
        422, ["/answers/informed"])
    told = place.reception.post(path, {"answers": {"informed": True}}, etag=task["etag"])
    assert told.json()["standing"]["status_name"] == "returned"


def test_a_dossier_is_settled_on_the_spot_in_one_act(place: Town) -> None:
    code = str(place.register(CODE)["code"])
    assert offered(place.reception, code)["settle"]["allowed"]
    unsaid = act(place.reception, code, "settle")
    assert [fault["pointer"] for fault in unsaid.json()["errors"]] == ["/on_the_spot"]
    done = act(place.reception, code, "settle", on_the_spot=True)
    assert (done.status_code, done.json()["status_name"]) == (200, "settled")
    assert place.task(place.reception, code)["act"] == "return"
    assert act(place.reception, code, "return").json()["status_name"] == "returned"


def test_another_agencys_dossier_goes_to_that_agencys_inbox(place: Town) -> None:
    dossier = place.register(CODE, competent_agency=town.DEPARTMENT)
    act(place.reception, dossier["code"], "accept")
    assert not offered(place.reception, dossier["code"])["take-over"]["allowed"]
    there = place.person(town.DEPARTMENT, "one_stop_officer")
    task = place.task(there, dossier["code"])
    assert task["act"] == "take-over"
    done = there.post(f"/tasks/{task['id']}/complete", {"answers": {}}, etag=task["etag"])
    assert done.json()["standing"]["due"] == "2026-11-16T17:30:00+07:00"


def test_an_agency_that_a_step_names_acts_on_what_it_works_on(
    here: Town, office: Office, clock: FixedClock,
) -> None:
    drawing = draw(
        "start:s user:work end:e", "s>work work>e", named(**{
            "motcua:procedureCode": CODE, "motcua:timeLimit": "5 ngày", "motcua:decision": "1",
            "motcua:field": "Thử", "motcua:level": "xã"}),
        work=f'motcua:agency="{town.POLICE}" motcua:role="specialist"',
    )
    town.bring_into_force(office, CODE, {"main.bpmn": drawing}, clock)
    code = accepted(here)
    specialist = here.person(town.POLICE, "specialist")
    assert offered(specialist, code)["request-supplement"]["allowed"]
    assert act(specialist, code, "withdraw").status_code == 403
    asked = act(specialist, code, "request-supplement", reason="Thiếu giấy khai sinh")
    assert asked.status_code == 200
    # Through the one-stop unit: its task, not the specialist's.
    assert here.task(here.reception, code)["act"] == "receive-supplement"
    task = here.task(specialist, code, "work")
    held = specialist.post(f"/tasks/{task['id']}/complete", {}, etag=task["etag"])
    assert (held.status_code, held.json()["code"]) == (409, "held")


def test_a_warning_is_read_in_its_task_alone(place: Town) -> None:
    code = accepted(place)
    assert "acknowledge" not in offered(place.reception, code)
    refused = act(place.reception, code, "acknowledge")
    assert (refused.status_code, refused.json()["code"]) == (409, "act-task-only")
