"""An official of one agency can neither see nor touch another agency's work."""

from __future__ import annotations

import pytest
import requests
import town
from http_town import Town

CODE = "2.002755"


def test_a_task_of_another_agency_is_not_there(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    task = p088.task(p088.reception, code)
    stranger = p088.person(town.DEPARTMENT)
    assert stranger.get("/tasks").json()["items"] == []
    assert stranger.get("/tasks", dossier=code).json()["items"] == []
    assert stranger.get("/tasks", agency=town.COMMUNE).json()["items"] == []
    for verb in ("claim", "unclaim", "complete"):
        answer = stranger.post(f"/tasks/{task['id']}/{verb}", {}, etag=task["etag"])
        assert (answer.status_code, answer.json()["code"]) == (404, "no-task")
    answer = stranger.post(f"/tasks/{task['id']}/assign", {"person": stranger.name})
    assert answer.status_code == 404


def test_an_unknown_task_answers_as_another_agencys_does(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    task = p088.task(p088.reception, code)
    stranger = p088.person(town.DEPARTMENT)
    hidden = stranger.post(f"/tasks/{task['id']}/claim").json()
    nothing = stranger.post("/tasks/00000000-0000-0000-0000-000000000000/claim").json()
    assert {k: v for k, v in hidden.items() if k != "instance"} == {
        k: v for k, v in nothing.items() if k != "instance"
    }


@pytest.mark.parametrize("path", ["", "/history", "/replay"])
def test_a_dossier_without_a_part_of_ones_agency_is_not_there(p088: Town, path: str) -> None:
    code = p088.register(CODE)["code"]
    assert p088.reception.get(f"/dossiers/{code}{path}").status_code == 200
    for agency in (town.DEPARTMENT, town.HANOI):
        answer = p088.person(agency).get(f"/dossiers/{code}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no-dossier")


def test_an_act_by_a_foreign_agency_finds_no_dossier(p088: Town) -> None:
    dossier = p088.register(CODE)
    path = f"/dossiers/{dossier['code']}/acts/accept"
    stranger = p088.person(town.HANOI).post(path, {}, etag=dossier["etag"])
    assert stranger.status_code == 404
    clerk = p088.person(town.COMMUNE, "records_clerk").post(path, {}, etag=dossier["etag"])
    assert (clerk.status_code, clerk.json()["code"]) == (403, "act-not-allowed")


def test_a_colleague_without_the_role_sees_the_task_refused_not_hidden(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    task = p088.task(p088.reception, code)
    clerk = p088.person(town.COMMUNE, "records_clerk")
    assert clerk.get("/tasks").json()["items"] == []
    answer = clerk.post(f"/tasks/{task['id']}/claim", etag=task["etag"])
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")


def test_refusals_come_in_the_order_of_who_then_what_then_which_version(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    task = p088.task(p088.reception, code)
    path = f"/tasks/{task['id']}/complete"
    wrong = {"answers": {"paper_copies": -1}}
    assert p088.person(town.HANOI).post(path, wrong, key="k").status_code == 404
    assert p088.person(town.COMMUNE, "leader").post(path, wrong, key="k").status_code == 403
    assert p088.reception.post(path, wrong, key="k").status_code == 428
    assert p088.reception.post(path, wrong, key="k", etag="old").status_code == 412
    assert p088.reception.post(path, wrong, key="k", etag=task["etag"]).status_code == 422
    good = {"answers": {"Gateway_B1": "Tiếp nhận"}}
    assert p088.reception.post(path, good, key="k", etag=task["etag"]).status_code == 200
    assert p088.reception.post(path, wrong, etag="old").status_code == 409


def test_history_shows_other_agencies_steps_to_nobody_else(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    entries = p088.reception.get(f"/dossiers/{code}/history").json()["items"]
    assert {task["agency"] for entry in entries for task in entry["tasks"]} == {town.COMMUNE}


def test_the_public_learns_how_far_a_dossier_is_and_nothing_else(p088: Town) -> None:
    code = p088.register(CODE)["code"]
    told = requests.get(f"{p088.base}/api/v1/lookup/{code}", timeout=20)
    assert set(told.json()) == {"code", "status", "status_name", "status_label"}
    for strange in ("000.21.30.H41-261109-9999", "x", "%00", "a%0Ab"):
        assert requests.get(f"{p088.base}/api/v1/lookup/{strange}", timeout=20).status_code == 404
