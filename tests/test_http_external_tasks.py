"""External tasks over HTTP: integrators' machines fetch, do and bring back, each task once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import requests
import served
from http_town import Issuer, Person, running
from served import CITIZEN, EXTERNAL, brought, chain, elements, reach

from api.routes import external_tasks
from engine.audit import desk as auditor
from engine.clock import FixedClock
from engine.history import read_body
from engine.links.connectors import Registry
from engine.office import Office
from engine.store import Store

TOPIC = "find-person"
REGISTRY = Registry(topics={"listed": frozenset({"may-khac"})})


@pytest.fixture
def office(store: Store, clock: FixedClock) -> Office:
    return served.opened(store, clock, _with_person())


def _with_person() -> Registry:
    return Registry({"person": None}, REGISTRY.topics)  # type: ignore[dict-item]


@pytest.fixture
def base(store: Store, clock: FixedClock, issuer: Issuer, office: Office) -> Iterator[str]:
    with running(store, clock, issuer, office=office) as address:
        yield address


@pytest.fixture
def machine(base: str, issuer: Issuer) -> Person:
    return Person(base, issuer, served.MACHINE.id)


@pytest.fixture
def operator(base: str, issuer: Issuer) -> Person:
    return Person(base, issuer, served.OPERATOR.id)


def fetch(machine: Person, most: int = 10, wait: int = 0, **more: Any) -> requests.Response:
    lock = more.pop("lock", 60_000)
    return machine.post("/external-tasks/fetch-and-lock", {
        "workerId": "w1", "maxTasks": most, "asyncResponseTimeout": wait,
        "topics": [{"topicName": TOPIC, "lockDuration": lock}],
    }, **more)


def one(machine: Person) -> dict[str, Any]:
    (task,) = fetch(machine).json()["items"]
    return dict(task)


def bring(
    machine: Person, task: dict[str, Any], what: str, key: str | None = None, **body: Any,
) -> requests.Response:
    path = f"/external-tasks/{task['id']}/{what}"
    return machine.post(path, {"lockToken": task["lockToken"], **body}, key=key)


def code_of(answer: requests.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def run_out(owner: str) -> None:
    """Let every lock run out, as if its time were over."""
    with psycopg.connect(owner) as connection:
        connection.execute("UPDATE service_call SET until = now() WHERE lock IS NOT NULL")


def test_a_machine_fetches_a_task_with_its_inputs_and_brings_its_result(
    office: Office, store: Store, machine: Person,
) -> None:
    code = reach(office, store, procedure=EXTERNAL)
    task = one(machine)
    assert {k: task[k] for k in (
        "topicName", "workerId", "businessKey", "activityId", "processDefinitionKey", "variables",
        "retries",
    )} == {
        "topicName": TOPIC, "workerId": "w1", "businessKey": code, "activityId": "find",
        "processDefinitionKey": EXTERNAL, "variables": {"id_number": CITIZEN}, "retries": None,
    }
    assert fetch(machine).json() == {"items": []}
    done = bring(machine, task, "complete", variables={"full_name": "Lê Thị B", "more": [1, 2.0]})
    assert done.status_code == 200, done.text
    assert elements(store, code) == ["finish"]
    last = read_body(chain(store, code)[-1])
    assert last["actor"] == served.MACHINE.id
    assert "Lê Thị B".encode() not in chain(store, code)[-1].body
    assert auditor.replay_stored(store, code).whole


@pytest.mark.parametrize("asked", [
    ("complete", {"variables": {}}), ("bpmn-error", {"errorCode": "not_found"}),
    ("failure", {"errorMessage": "down", "retries": 1}), ("extend-lock", {"newDuration": 5000}),
    ("unlock", {}),
], ids=lambda asked: asked[0])
def test_a_machine_whose_lock_was_lost_gets_409(
    office: Office, store: Store, machine: Person, owner: str, asked: tuple[str, dict[str, Any]],
) -> None:
    what, body = asked
    code = reach(office, store, procedure=EXTERNAL)
    late = one(machine)
    run_out(owner)
    assert code_of(bring(machine, late, what, **body)) == (409, "lock-lost")
    now = one(machine)
    assert now["lockToken"] != late["lockToken"]
    assert code_of(bring(machine, late, what, **body)) == (409, "lock-lost")
    assert bring(machine, now, "complete", variables={"full_name": "B"}).status_code == 200
    gone = bring(machine, late, what, **body)
    assert gone.status_code == (409 if what in {"complete", "bpmn-error"} else 404)
    assert brought(store, code) == 1


def test_a_lock_can_be_extended_and_given_back(
    office: Office, store: Store, machine: Person, owner: str,
) -> None:
    reach(office, store, procedure=EXTERNAL)
    task = one(machine)
    longer = bring(machine, task, "extend-lock", newDuration=600_000).json()
    assert longer["lockExpirationTime"] > task["lockExpirationTime"]
    assert bring(machine, task, "unlock").status_code == 200
    assert one(machine)["id"] == task["id"]


def test_a_failure_is_tried_again_after_its_time_and_then_calls_an_operator(
    office: Office, store: Store, machine: Person, operator: Person,
) -> None:
    reach(office, store, procedure=EXTERNAL)
    task = one(machine)
    told = bring(
        machine, task, "failure", errorMessage="máy ký số tắt", retries=1, retryTimeout=60_000,
    )
    assert told.json() == {"id": task["id"], "retries": 1}
    assert fetch(machine).json() == {"items": []}
    assert operator.get("/service-calls", state="failing").json()["items"][0]["id"] == task["id"]
    assert operator.post(f"/service-calls/{task['id']}/retry").status_code == 200
    task = one(machine)
    assert task["errorMessage"] == "máy ký số tắt"
    assert bring(machine, task, "failure", errorMessage="vẫn tắt", retries=0).status_code == 200
    assert fetch(machine).json() == {"items": []}
    (incident,) = operator.get("/service-calls", state="incident").json()["items"]
    assert (incident["failure"], incident["kind"], incident["name"]) == ("vẫn tắt", "topic", TOPIC)
    assert CITIZEN not in str(incident)
    assert operator.post(f"/service-calls/{task['id']}/retry").status_code == 200
    assert one(machine)["id"] == task["id"]
    again = operator.post(f"/service-calls/{task['id']}/retry")
    assert code_of(again) == (409, "call-not-failed")


def test_failures_without_a_number_count_down(
    office: Office, store: Store, machine: Person,
) -> None:
    reach(office, store, procedure=EXTERNAL)
    left = [
        bring(machine, one(machine), "failure", errorMessage="down").json()["retries"]
        for _ in range(3)
    ]
    assert left == [2, 1, 0]
    assert fetch(machine).json() == {"items": []}


def test_an_error_of_business_goes_where_the_diagram_catches_it_and_nowhere_else(
    office: Office, store: Store, machine: Person,
) -> None:
    code = reach(office, store, procedure=EXTERNAL)
    task = one(machine)
    refused = bring(machine, task, "bpmn-error", errorCode="other")
    assert code_of(refused) == (409, "error-not-caught")
    assert elements(store, code) == ["find"]
    caught = bring(
        machine, task, "bpmn-error", errorCode="not_found", errorMessage="không có",
        variables={"x": 1},
    )
    assert caught.status_code == 200
    assert elements(store, code) == ["missing"]
    assert auditor.replay_stored(store, code).whole


def test_a_machine_sees_its_own_agency_alone_and_people_fetch_nothing(
    office: Office, store: Store, machine: Person, base: str, issuer: Issuer,
) -> None:
    reach(office, store, procedure=EXTERNAL)
    stranger = Person(base, issuer, served.STRANGER.id)
    assert fetch(stranger).json() == {"items": []}
    task = one(machine)
    for what, body in (("complete", {}), ("unlock", {}), ("failure", {"errorMessage": "x"})):
        assert code_of(bring(stranger, task, what, **body)) == (404, "no-task")
    official = Person(base, issuer, served.OFFICER.id)
    assert code_of(fetch(official)) == (403, "wrong-role")
    assert code_of(bring(official, task, "complete")) == (403, "wrong-role")
    assert official.get("/tasks").json()["items"] == []


def test_a_topic_that_is_listed_is_for_the_machines_of_its_list(machine: Person) -> None:
    answer = machine.post("/external-tasks/fetch-and-lock", {
        "workerId": "w", "topics": [{"topicName": "listed", "lockDuration": 1000}],
    })
    assert code_of(answer) == (403, "topic-not-allowed")


def test_a_machine_that_waits_gets_the_task_as_soon_as_it_comes(
    office: Office, store: Store, machine: Person,
) -> None:
    with ThreadPoolExecutor(1) as beside:
        began = time.monotonic()
        waiting = beside.submit(fetch, machine, 1, 15_000)
        time.sleep(1)
        code = reach(office, store, procedure=EXTERNAL)
        (task,) = waiting.result().json()["items"]
        assert task["businessKey"] == code
        assert time.monotonic() - began < 10
    began = time.monotonic()
    assert fetch(machine, 1, 1_200).json() == {"items": []}
    assert 1.1 < time.monotonic() - began < 5


def test_machines_that_wait_never_take_more_than_their_share_of_the_server(
    machine: Person,
) -> None:
    with ThreadPoolExecutor(5) as beside:
        waiting = [beside.submit(_timed_fetch, machine, 3_000) for _ in range(5)]
        waited = sorted(round(one.result()) for one in waiting)
    assert sum(seconds >= 3 for seconds in waited) == external_tasks.WAITERS
    assert threading.active_count() < 50


def _timed_fetch(machine: Person, wait: int) -> float:
    began = time.monotonic()
    assert fetch(machine, 1, wait).json() == {"items": []}
    return time.monotonic() - began


def test_a_repeated_request_is_answered_from_the_first(
    office: Office, store: Store, machine: Person, owner: str,
) -> None:
    codes = [reach(office, store, procedure=EXTERNAL) for _ in range(2)]
    first = fetch(machine, 1, key="f1").json()
    assert fetch(machine, 1, key="f1").json() == first
    (task,) = first["items"]
    for _ in range(2):
        done = bring(machine, task, "complete", key="c1", variables={"full_name": "B"})
        assert done.status_code == 200
    assert sum(brought(store, code) for code in codes) == 1
    assert code_of(bring(machine, task, "complete", key="c1")) == (422, "idempotency-key-reused")
    with psycopg.connect(owner) as connection:
        kept = connection.execute("SELECT result FROM idempotency").fetchall()
    assert CITIZEN not in str(kept)


def test_a_held_dossier_gives_out_no_tasks_and_takes_no_results(
    office: Office, store: Store, machine: Person,
) -> None:
    code = reach(office, store, procedure=EXTERNAL)
    served.act(office, code, "accept")
    task = one(machine)
    served.act(office, code, "request-supplement", reason="Thiếu giấy khai sinh")
    assert code_of(bring(machine, task, "complete")) == (409, "held")
    assert bring(machine, task, "unlock").status_code == 200
    assert fetch(machine).json() == {"items": []}
    served.act(office, code, "receive-supplement")
    again = one(machine)
    assert bring(machine, again, "complete", variables={"full_name": "B"}).status_code == 200
    assert elements(store, code) == ["finish"]


@pytest.mark.parametrize(("variables", "fault"), [
    ({"a b": 1}, ("/variables/a b", "name")), ({"__x": 1}, ("/variables/__x", "name")),
    ({"x": "a\u0000b"}, ("/variables/x", "control-character")),
    ({"x": 2**60}, ("/variables/x", "not-number")),
    ({"x": ["a" * 70_000]}, ("/variables", "too-large")),
])
def test_a_result_that_history_cannot_keep_is_refused_with_its_place(
    office: Office, store: Store, machine: Person, variables: Any, fault: tuple[str, str],
) -> None:
    reach(office, store, procedure=EXTERNAL)
    refused = bring(machine, one(machine), "complete", variables=variables)
    assert code_of(refused) == (422, "data-invalid")
    (told,) = refused.json()["errors"]
    assert (told["pointer"], told["code"]) == fault


@pytest.mark.parametrize(("path", "body"), [
    ("fetch-and-lock", {}), ("fetch-and-lock", {"workerId": "w", "topics": []}),
    ("fetch-and-lock", {"workerId": "w", "topics": [{"topicName": "t", "lockDuration": 1}]}),
    ("x/complete", {}), ("x/extend-lock", {"lockToken": "x", "newDuration": 10**9}),
    ("x/failure", {"lockToken": "x"}), ("x/bpmn-error", {"lockToken": "x"}),
])
def test_a_body_that_does_not_fit_is_refused(
    machine: Person, path: str, body: dict[str, Any],
) -> None:
    assert code_of(machine.post(f"/external-tasks/{path}", body))[0] == 422


def test_machines_side_by_side_get_each_task_once(
    office: Office, store: Store, machine: Person,
) -> None:
    codes = [reach(office, store, str(n), EXTERNAL) for n in range(40)]
    with ThreadPoolExecutor(4) as pool:
        found = [
            task for answer in pool.map(lambda _: fetch(machine, 10), range(6))
            for task in answer.json()["items"]
        ]
    assert sorted(task["businessKey"] for task in found) == sorted(codes)
    assert {task["variables"]["id_number"] for task in found} == {str(n) for n in range(40)}


def test_operators_page_through_calls_and_others_do_not_see_them(
    office: Office, store: Store, machine: Person, operator: Person,
) -> None:
    codes = [reach(office, store, procedure=EXTERNAL) for _ in range(3)]
    first = operator.get("/service-calls", limit=2).json()
    rest = operator.get("/service-calls", limit=2, cursor=first["next"]).json()
    seen = [item["dossier"] for item in first["items"] + rest["items"]]
    assert (seen, rest["next"]) == (codes, None)
    assert {item["state"] for item in first["items"]} == {"waiting"}
    fetch(machine, 1)
    assert len(operator.get("/service-calls", state="running").json()["items"]) == 1
    assert code_of(machine.get("/service-calls")) == (403, "wrong-role")
    assert code_of(operator.get("/service-calls", state="other"))[0] == 400


def test_the_numbers_of_calls_stand_among_the_metrics(
    office: Office, store: Store, base: str,
) -> None:
    reach(office, store, procedure=EXTERNAL)
    told = requests.get(f"{base}/metrics", timeout=10).text
    assert 'motcua_service_calls{state="waiting"} 1.0' in told
    assert 'motcua_service_calls{state="incident"} 0.0' in told
    age = told.split("\nmotcua_service_calls_oldest_seconds ")[1].split("\n")[0]
    assert 0 <= float(age) < 60


def test_the_specification_names_every_address(base: str) -> None:
    paths = requests.get(f"{base}/openapi.json", timeout=10).json()["paths"]
    named = {path.rsplit("/", 1)[-1] for path in paths if "/external-tasks/" in path}
    assert named == {
        "fetch-and-lock", "complete", "failure", "bpmn-error", "extend-lock", "unlock",
    }
    assert {"/api/v1/service-calls", "/api/v1/service-calls/{task}/retry"} <= paths.keys()
