"""Whoever takes part in a dossier sees both its clocks, and whose its minutes are, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
import town
from courses import SATURDAY
from http_town import Person, Town

from api.demo import report
from api.schemas.dossiers import DossierSeen
from engine.clock import VIETNAM, FixedClock
from engine.office import Office
from engine.people import Agency
from engine.store import Store, calendars, people

CODE = "2.002755"
ORDER = town.walk("p088")["paths"]["happy"]["order"]
WALKS = {"p088": "happy", "m001": "verification"}
DESKS = (town.COMMUNE, town.DEPARTMENT, town.PROVINCE, town.POLICE, town.INSURANCE)


def november(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


def do(here: Town, code: str, element: str, folder: str = "p088") -> None:
    """Let whoever has the step in their list complete it as the walk says."""
    answers = town.walk(folder)["paths"][WALKS[folder]]["answers"]
    for person in map(here.person, DESKS):
        for task in person.get("/tasks", dossier=code).json()["items"]:
            if task["element"] == element:
                body = {"answers": answers[element][0]}
                done = person.post(f"/tasks/{task['id']}/complete", body, etag=task["etag"])
                assert done.status_code == 200, done.text
                return
    pytest.fail(f"nobody has {element} in their list")


def act(here: Town, code: str, name: str, content: Mapping[str, Any]) -> None:
    etag = here.reception.get(f"/dossiers/{code}").json()["etag"]
    done = here.reception.post(f"/dossiers/{code}/acts/{name}", content, etag=etag)
    assert done.status_code == 200, done.text


def look(person: Person, code: str) -> dict[str, Any]:
    """The dossier as a person sees it, which must fit the shape that is documented."""
    answer = person.get(f"/dossiers/{code}")
    assert answer.status_code == 200
    seen: dict[str, Any] = answer.json()
    assert DossierSeen().validate(seen) == {}
    return seen


def row(seen: Mapping[str, Any], step: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in seen["slip"] if row["step"] == step)
    return found


def test_both_clocks_of_a_dossier_with_a_supplement(p088: Town, clock: FixedClock) -> None:
    code = p088.register(CODE)["code"]
    clock.set(november(9, 8, 20))
    do(p088, code, "Task_B1")
    clock.set(november(9, 9, 20))
    do(p088, code, "Task_B2")
    clock.set(november(9, 10))
    act(p088, code, "request-supplement", {"reason": "Thiếu bản sao quyết định"})
    clock.set(november(10, 9, 30))
    waiting = look(p088.reception, code)["clocks"]
    # The only supplement is awaited: by Decision 766 the dossier ends at the request.
    assert waiting["decision766"]["end"] == "2026-11-09T10:00:00+07:00"
    assert (waiting["legal"]["stands"], waiting["legal"]["standing"]) == (True, "on_time")
    clock.set(november(10, 10))
    act(p088, code, "receive-supplement", {})
    clock.set(november(10, 14))
    seen = look(p088.reception, code)
    told = seen["clocks"]
    # Accepted Mon 08:20. Worked: Mon 08:20-10:00, Tue 10:00-11:30 and 13:30-14:00: 220 minutes.
    # Waiting: Mon 10:00-11:30, 13:30-17:30, Tue 07:30-10:00: 480 minutes.
    assert told["agencies"] == [
        {"agency": town.COMMUNE, "steps": 4, "minutes": 220, "late_minutes": 0},
    ]
    assert (told["worked"], told["waiting_for_citizen"], told["idle"]) == (220, 480, 0)
    assert (told["total"], told["start"]) == (700, "2026-11-09T08:20:00+07:00")
    # The law counts anew from Tue 10:00; Decision 766 goes on counting from the receipt.
    assert told["legal"]["from"] == "2026-11-10T10:00:00+07:00"
    # 96 hours, of which Tue 2 hours have passed.
    assert (told["legal"]["left_minutes"], told["legal"]["stands"]) == (96 * 60 - 120, False)
    by_766 = told["decision766"]
    assert (by_766["elapsed_minutes"], by_766["supplement_minutes"]) == (220, 480)
    assert (by_766["supplements"], by_766["verdict"]) == (1, "on_time")
    assert by_766["reason"]["vi"].startswith("Đúng hạn: tính đến 14:00 thứ Ba 10/11/2026")
    assert told["scoring"] == {
        "standing": "on_time", "minutes": 220, "limit_minutes": 96 * 60, "supplements": 1,
        "agencies": 1,
    }
    council = row(seen, "B3")
    # Mon 09:20-10:00 and Tue two hours, of twenty; the day of the supplement is not of them.
    assert (council["used_minutes"], council["budget_minutes"]) == (160, 1200)
    assert (council["verdict"], council["left_minutes"]) == ("on_time", 1040)


def test_an_open_step_turns_near_due_and_late_on_the_slip_and_in_the_worklist(
    p088: Town, clock: FixedClock,
) -> None:
    """The step was first reckoned on time at 11:29, as if the last hour began after lunch."""
    code = p088.register(CODE)["code"]
    clock.set(november(9, 8, 20))
    do(p088, code, "Task_B1")
    desk = p088.person(town.COMMUNE, "division_head")
    # Four hours from 08:20: due 14:20, near in the last of them, which begins before lunch: 11:20.
    for at, verdict, late, left in (
        (november(9, 11, 19), "on_time", 0, 61),
        (november(9, 11, 20), "near_due", 0, 60),
        (november(9, 13, 30), "near_due", 0, 50),
        (november(9, 14, 20), "near_due", 0, 0),
        (november(9, 15, 20), "late", 60, 0),
    ):
        clock.set(at)
        found = row(look(p088.reception, code), "B2")
        assert (found["verdict"], found["late_minutes"]) == (verdict, late)
        assert found["left_minutes"] == left
        assert p088.task(desk, code, "Task_B2")["standing"] == verdict
    assert look(p088.reception, code)["clocks"]["agencies"][0]["late_minutes"] == 60


def test_an_agency_sees_the_minutes_of_the_others_and_not_what_they_did(
    p088: Town, clock: FixedClock,
) -> None:
    code = p088.register(CODE)["code"]
    for element in ORDER[:7]:
        clock.advance(timedelta(minutes=20))
        do(p088, code, element)
    seen = look(p088.person(town.DEPARTMENT), code)
    # Accepted 08:20; the commune's five further steps until 10:00, the department's until 10:20.
    assert {a["agency"]: a["minutes"] for a in seen["clocks"]["agencies"]} == {
        town.COMMUNE: 100, town.DEPARTMENT: 20,
    }
    names = {bool(row["name"]) for row in seen["slip"] if row["agency"] == town.COMMUNE}
    assert names == {False}
    assert row(seen, "B1")["used_minutes"] == 20


def test_agencies_side_by_side_each_by_its_own_calendar_and_its_own_lateness(
    here: Town, office: Office, store: Store, clock: FixedClock,
) -> None:
    with store.reading() as connection:
        version = calendars.add(connection, SATURDAY)
        police = Agency(town.POLICE, town.NAMES[town.POLICE])
        people.put(connection, [(police, version)], [])
        calendars.point(connection, town.POLICE, version)
        connection.commit()
    town.bring_into_force(office, "M001", town.pack_files("m001"), clock)
    clock.set(november(13, 13, 30))
    code = here.register("M001")["code"]
    for at, element in (
        (november(13, 14), "Task_B2"), (november(13, 16), "Task_B3"),
        (november(18, 8), "Task_Card"), (november(18, 9), "Task_Check"),
    ):
        clock.set(at)
        do(here, code, element, "m001")
    seen = look(here.reception, code)
    told = seen["clocks"]
    # Both had two working days from Fri 13 16:00: the insurance agency until Tue 17 17:30, the
    # police, who work on Saturday, until Mon 16 17:30.
    # Police: Fri 1 h 30, Sat 4 h, Mon and Tue 16 h, Wed 1 h 30; late Tue 8 h and Wed 1 h 30.
    # Insurance: Fri 1 h 30, Mon and Tue 16 h, Wed 0 h 30; late Wed 0 h 30.
    assert {(a["agency"], a["minutes"], a["late_minutes"]) for a in told["agencies"]} == {
        (town.COMMUNE, 120, 0), (town.POLICE, 1380, 570), (town.INSURANCE, 1080, 30),
    }
    assert (told["worked"], told["late"], told["idle"], told["total"]) == (1500, 570, 0, 1500)


def test_the_report_says_it_in_words(p088: Town, clock: FixedClock) -> None:
    code = p088.register(CODE)["code"]
    clock.set(november(9, 8, 20))
    do(p088, code, "Task_B1")
    clock.set(november(9, 15, 50))
    do(p088, code, "Task_B2")
    clock.set(november(9, 16, 20))
    seen = look(p088.reception, code)
    # B2 was due 14:20 and done 15:50; the council sits since.
    assert report.clocks(seen, {town.COMMUNE: "UBND xã"}) == [
        "Hạn theo luật: đúng hạn",
        "Theo Quyết định 766: đúng hạn, 6 giờ làm việc, đã trừ 0 giờ chờ bổ sung",
        "Từ tiếp nhận: giải quyết 6 giờ, chờ công dân 0 giờ, không ai giữ 0 giờ",
        f"  {'UBND xã':30} 6 giờ, trong đó quá hạn 1 giờ 30 phút",
    ]
    assert report.slip(seen, {})[2].endswith("   330 QUÁ HẠN 1 giờ 30 phút")


def test_the_shapes_are_documented(here: Town) -> None:
    told = requests.get(f"{here.base}/openapi.json", timeout=20).json()["components"]["schemas"]
    assert {"legal", "decision766", "agencies", "waiting_for_citizen", "idle"} <= set(
        told["Clocks"]["properties"],
    )
    assert "near_due" in told["TaskListed"]["properties"]["standing"]["enum"]
    assert {"used_minutes", "budget_minutes", "late_minutes"} <= set(told["SlipRow"]["properties"])


def test_held_tasks_are_not_late_in_the_worklist(p088: Town, clock: FixedClock) -> None:
    code = p088.register(CODE)["code"]
    clock.set(november(9, 8, 20))
    do(p088, code, "Task_B1")
    act(p088, code, "request-supplement", {"reason": "Thiếu bản sao quyết định"})
    clock.set(november(12, 8))
    desk = p088.person(town.COMMUNE, "division_head")
    assert p088.task(desk, code, "Task_B2")["standing"] == "on_time"
