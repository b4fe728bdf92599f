"""Officials work on a dossier over HTTP: register, list, complete, see, look up, do again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import requests
import town
from http_town import Person, Town, new_dossier

from engine.clock import FixedClock

CODE = "2.002755"


def code_of(answer: requests.Response) -> str:
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["detail"]
    assert problem["detail_vi"]
    return str(problem["code"])


def accept(here: Town, dossier: str) -> requests.Response:
    task = here.task(here.reception, dossier)
    answers = {"papers_complete": True, "Gateway_B1": "Tiếp nhận"}
    return here.reception.post(
        f"/tasks/{task['id']}/complete", {"answers": answers}, etag=task["etag"],
    )


def test_a_registered_dossier_has_a_code_a_status_and_a_place(p088: Town) -> None:
    answer = p088.reception.post("/dossiers", new_dossier(CODE))
    assert answer.status_code == 201
    body = answer.json()
    assert body["code"] == "000.21.30.H41-261109-0001"
    assert (body["status"], body["status_name"], body["due"]) == (1, "newly_registered", None)
    assert answer.headers["Location"] == f"/api/v1/dossiers/{body['code']}"
    assert answer.headers["ETag"] == f'"{body["etag"]}"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_p088_goes_through_three_agencies_to_the_returned_result(
    p088: Town, clock: FixedClock,
) -> None:
    code = p088.register(CODE)["code"]
    plan = town.walk("p088")["paths"]["happy"]
    left = {element: list(answers) for element, answers in plan["answers"].items()}
    for element in plan["order"]:
        clock.advance(timedelta(minutes=20))
        desks = (town.COMMUNE, town.DEPARTMENT, town.PROVINCE)
        found = [
            (person, task) for person in map(p088.person, desks)
            for task in person.get("/tasks", dossier=code).json()["items"]
            if task["element"] == element
        ]
        ((person, task),) = found
        done = person.post(
            f"/tasks/{task['id']}/complete", {"answers": left[element].pop(0)}, etag=task["etag"],
        )
        assert done.status_code == 200, done.text
        assert done.json()["state"] == "done"
    seen = p088.reception.get(f"/dossiers/{code}").json()
    assert (seen["status"], seen["status_name"]) == (10, "returned")
    assert {part["agency"] for part in seen["parts"]} == set(desks)
    assert {row["verdict"] for row in seen["slip"]} <= {"early", "on_time", "uncounted"}
    assert [row["name"] is None for row in seen["slip"]].count(True) == sum(
        row["agency"] != town.COMMUNE for row in seen["slip"]
    )
    again = p088.reception.get(f"/dossiers/{code}/replay").json()
    assert again["whole"]
    assert len(again["entries"]) == 16
    told = requests.get(f"{p088.base}/api/v1/lookup/{code}", timeout=20).json()
    assert told == {
        "code": code, "status": 10, "status_name": "returned", "status_label": "đã trả kết quả",
    }


def test_acceptance_starts_the_clock_and_the_due_date_tells_how_it_was_counted(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    accepted = accept(p088, code)
    assert accepted.status_code == 200
    seen = p088.reception.get(f"/dossiers/{code}").json()
    assert seen["due"].endswith("+07:00")
    assert len(seen["derivation"]) > 2


def test_history_pages_by_cursor_and_links_each_entry_to_the_one_before(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    accept(p088, code)
    first = p088.reception.get(f"/dossiers/{code}/history", limit=1).json()
    rest = p088.reception.get(f"/dossiers/{code}/history", cursor=first["next"]).json()
    entries = first["items"] + rest["items"]
    assert [entry["number"] for entry in entries] == [1, 2]
    assert entries[1]["previous"] == entries[0]["hash"]
    assert rest["next"] is None
    assert "Nguyễn Văn An" not in str(entries)


def test_a_worklist_pages_by_cursor_without_loss_or_repetition(p088: Town) -> None:
    codes = [p088.register(CODE)["code"] for _ in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = p088.reception.get("/tasks", **query).json()
        seen += [task["dossier"] for task in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert sorted(seen) == codes


def test_a_change_needs_the_version_that_was_read(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    task = p088.task(p088.reception, code)
    path = f"/tasks/{task['id']}/claim"
    missing = p088.reception.post(path)
    assert (missing.status_code, code_of(missing)) == (428, "precondition-required")
    stale = p088.reception.post(path, etag="another-1")
    assert (stale.status_code, code_of(stale)) == (412, "stale")
    weak = requests.post(
        f"{p088.base}/api/v1{path}", timeout=20,
        headers={**p088.reception.headers(), "If-Match": f'W/"{task["etag"]}"'},
    )
    assert weak.status_code == 412
    several = requests.post(
        f"{p088.base}/api/v1{path}", timeout=20,
        headers={**p088.reception.headers(), "If-Match": f'"other", "{task["etag"]}"'},
    )
    assert several.status_code == 200
    assert several.headers["ETag"] != f'"{task["etag"]}"'


def test_a_claimed_task_is_given_back_and_assigned(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    reception = p088.reception
    task = p088.task(reception, code)
    claimed = reception.post(f"/tasks/{task['id']}/claim", etag=task["etag"]).json()
    assert claimed["assignee"] == reception.name
    mine = reception.get("/tasks", assignee="me").json()["items"]
    assert [item["id"] for item in mine] == [task["id"]]
    colleague = p088.person(town.COMMUNE)
    refused = colleague.post(f"/tasks/{task['id']}/complete", {}, etag=claimed["etag"])
    assert (refused.status_code, code_of(refused)) == (409, "claimed-by-another")
    freed = reception.post(f"/tasks/{task['id']}/unclaim", etag=claimed["etag"]).json()
    assert freed["assignee"] is None
    given = reception.post(
        f"/tasks/{task['id']}/assign", {"person": colleague.name}, etag=freed["etag"],
    )
    assert given.json()["assignee"] == colleague.name
    nobody = colleague.post(
        f"/tasks/{task['id']}/assign", {"person": "nobody"}, etag=given.json()["etag"],
    )
    assert (nobody.status_code, code_of(nobody)) == (422, "assignee-lacks-role")


def test_a_task_completed_twice_is_refused_the_second_time(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    task = p088.task(p088.reception, code)
    assert accept(p088, code).status_code == 200
    again = p088.reception.post(f"/tasks/{task['id']}/complete", {}, etag=task["etag"])
    assert (again.status_code, code_of(again)) == (409, "task-not-open")


def test_a_repeated_key_answers_from_the_first_request(p088: Town) -> None:
    reception = p088.reception
    first = reception.post("/dossiers", new_dossier(CODE), key="order-1")
    second = reception.post("/dossiers", new_dossier(CODE), key="order-1")
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["ETag"] == first.headers["ETag"]
    other = reception.post("/dossiers", new_dossier(CODE, channel="postal"), key="order-1")
    assert (other.status_code, code_of(other)) == (422, "idempotency-key-reused")
    somebody = p088.person(town.COMMUNE).post("/dossiers", new_dossier(CODE), key="order-1")
    assert somebody.status_code == 201
    assert somebody.json()["code"] != first.json()["code"]


def test_a_repeated_completion_is_answered_though_the_task_is_closed(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    task = p088.task(p088.reception, code)
    path = f"/tasks/{task['id']}/complete"
    body = {"answers": {"papers_complete": True, "Gateway_B1": "Tiếp nhận"}}
    first = p088.reception.post(path, body, etag=task["etag"], key="once")
    assert first.status_code == 200
    assert p088.reception.post(path, body, etag=task["etag"], key="once").json() == first.json()


def test_an_act_of_the_law_is_performed_and_its_result_shown(p088: Town) -> None:
    dossier = p088.register(CODE)
    path = f"/dossiers/{dossier['code']}/acts"
    blank = p088.reception.post(f"{path}/request-supplement", {}, etag=dossier["etag"])
    assert blank.status_code == 422
    strange = p088.reception.post(
        f"{path}/request-supplement", {"reason": ["x"], "fee": 1}, etag=dossier["etag"],
    )
    assert [fault["pointer"] for fault in strange.json()["errors"]] == ["/reason", "/fee"]
    asked = p088.reception.post(
        f"{path}/request-supplement", {"reason": "Thiếu bản sao quyết định"}, etag=dossier["etag"],
    )
    assert (asked.status_code, asked.json()["status"]) == (200, 5)
    held = p088.reception.get(f"/dossiers/{dossier['code']}").json()["hold"]
    assert "Đ17" in held["article"]
    task = p088.task(p088.reception, dossier["code"], "Task_B1")
    refused = p088.reception.post(f"/tasks/{task['id']}/complete", {}, etag=task["etag"])
    assert refused.status_code == 409
    unknown = p088.reception.post(f"{path}/forget", {}, etag=asked.json()["etag"])
    assert (unknown.status_code, code_of(unknown)) == (404, "unknown-act")


def test_answers_that_do_not_fit_are_named_one_by_one(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    task = p088.task(p088.reception, code)
    answer = p088.reception.post(
        f"/tasks/{task['id']}/complete", {"answers": {"paper_copies": -1, "colour": "red"}},
        etag=task["etag"],
    )
    assert (answer.status_code, code_of(answer)) == (422, "answers-invalid")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "/answers/paper_copies", "/answers/colour",
    ]
    whole = p088.reception.post(
        f"/tasks/{task['id']}/complete", {"answers": []}, etag=task["etag"],
    )
    assert [fault["pointer"] for fault in whole.json()["errors"]] == ["/answers"]
    unanswered = p088.reception.post(f"/tasks/{task['id']}/complete", {}, etag=task["etag"])
    assert unanswered.status_code == 422
    assert p088.task(p088.reception, code)["etag"] == task["etag"]


def test_an_unknown_procedure_agency_or_channel_is_refused_with_its_name(p088: Town) -> None:
    reception: Person = p088.reception
    unknown = reception.post("/dossiers", new_dossier("9.999999"))
    assert unknown.status_code == 404
    elsewhere = reception.post(
        "/dossiers", {**new_dossier(CODE), "receiving_agency": town.DEPARTMENT},
    )
    assert (elsewhere.status_code, code_of(elsewhere)) == (403, "not-receiving")
    channel = reception.post("/dossiers", new_dossier(CODE, channel="pigeon"))
    assert channel.status_code == 422
    assert [fault["pointer"] for fault in channel.json()["errors"]] == ["/channel"]
    nameless = reception.post("/dossiers", new_dossier(CODE, applicant={}))
    assert [fault["pointer"] for fault in nameless.json()["errors"]] == ["/applicant/name"]
