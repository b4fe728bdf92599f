"""Whatever is wrong with a request is told as a problem, in both languages, without a traceback."""

from __future__ import annotations

import json
import socket
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import structlog
from http_town import Town, new_dossier, serving

from api.app import create_app
from engine.errors import Unauthenticated


def problem(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"urn:motcua:problem:{code}"
    assert body["title"]
    assert body["status"] == status
    assert body["detail"] != body["detail_vi"]
    assert body["instance"] == f"urn:motcua:request:{answer.headers['X-Request-Id']}"
    assert "Traceback" not in answer.text
    return dict(body)


def send(here: Town, body: bytes, **headers: str) -> requests.Response:
    every = {"Content-Type": "application/json", **here.reception.headers(), **headers}
    return requests.post(f"{here.base}/api/v1/dossiers", data=body, headers=every, timeout=20)


@pytest.mark.parametrize("body", [
    b"{", b"\xff\xfe", b'{"a": NaN}', b'{"a": Infinity}', b'{"procedure": 1, "procedure": 2}',
    b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}",
], ids=["open", "bytes", "NaN", "Infinity", "twice", "deep", "huge number"])
def test_a_body_that_is_not_strict_json_is_a_bad_request(here: Town, body: bytes) -> None:
    problem(send(here, body), 400, "malformed-json")


def test_a_body_of_another_kind_is_told_what_to_send(here: Town) -> None:
    answer = send(here, b"a=1", **{"Content-Type": "application/x-www-form-urlencoded"})
    problem(answer, 415, "media-type")


def test_a_body_beyond_a_million_bytes_is_too_large(here: Town) -> None:
    problem(send(here, b'{"a": "' + b"a" * 1_000_000 + b'"}'), 413, "too-large")


@pytest.mark.parametrize("body", [[], "text", 7, None], ids=str)
def test_a_body_must_be_an_object(here: Town, body: object) -> None:
    found = problem(here.reception.post("/dossiers", json.loads(json.dumps(body))), 422,
                    "body-invalid")
    assert found["errors"]


def test_every_unknown_or_missing_field_is_named(here: Town) -> None:
    body = {**new_dossier("1"), "colour": "red", "channel": 3}
    del body["receiving_agency"]
    found = problem(here.reception.post("/dossiers", body), 422, "body-invalid")
    assert {(e["pointer"], e["code"]) for e in found["errors"]} == {
        ("/receiving_agency", "required"), ("/channel", "not-text"), ("/colour", "unknown-field"),
    }


@pytest.mark.parametrize("code", ["a\x00b", "a\nb", "\ud800", "", "a" * 500])
def test_codes_that_no_register_holds_are_refused_before_the_database(
    here: Town, code: str,
) -> None:
    found = problem(here.reception.post("/dossiers", new_dossier(code)), 422, "body-invalid")
    assert [e["pointer"] for e in found["errors"]][:1] == ["/procedure"]


@pytest.mark.parametrize(("path", "query"), [
    ("/tasks", {"colour": "red"}), ("/tasks", {"limit": "0"}), ("/tasks", {"limit": "201"}),
    ("/tasks", {"limit": "x"}), ("/tasks", {"cursor": "zzz"}), ("/tasks", {"state": "x"}),
    ("/tasks", {"dossier": "a\x00"}), ("/dossiers/x", {"expand": "all"}),
    ("/lookup/x", {"name": "An"}), ("/procedures/x/versions/1/diff", {"to": "first"}),
])
def test_unknown_and_unreadable_parameters_are_refused(
    here: Town, path: str, query: dict[str, str],
) -> None:
    answer = here.reception.get(path, **query)
    assert answer.json()["code"] in {"bad-query", "bad-cursor"}
    problem(answer, 400, answer.json()["code"])


@pytest.mark.parametrize("place", [["infinity"], ["x", "y"], [1, 2], {"a": 1}, ["1", "2\x00"]])
def test_a_cursor_that_no_page_gave_is_refused(here: Town, place: object) -> None:
    cursor = urlsafe_b64encode(json.dumps(place).encode()).decode()
    problem(here.reception.get("/tasks", cursor=cursor), 400, "bad-cursor")


@pytest.mark.parametrize("key", ["", "a" * 256, "khóa".encode().decode("latin-1"), "a\tb"])
def test_a_strange_idempotency_key_is_a_bad_request(here: Town, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = requests.post(
        f"{here.base}/api/v1/dossiers", json=new_dossier("1"), timeout=20,
        headers={**here.reception.headers(), **headers},
    )
    problem(answer, 400, "bad-idempotency-key")


def test_addresses_and_methods_that_there_are_not(here: Town) -> None:
    problem(here.reception.get("/nothing"), 404, "no-such-address")
    answer = requests.delete(f"{here.base}/api/v1/tasks", timeout=20)
    problem(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


def test_the_demo_issuer_stands_only_with_the_embedded_server(here: Town) -> None:
    for path in ("/token", "/jwks.json", "/.well-known/openid-configuration"):
        problem(requests.get(f"{here.base}/demo-issuer{path}", timeout=20), 404, "no-such-address")


def test_a_request_keeps_the_id_that_its_proxy_gave(here: Town) -> None:
    answer = requests.get(
        f"{here.base}/api/v1/x", headers={"X-Request-Id": "proxy-12345"}, timeout=20,
    )
    assert answer.headers["X-Request-Id"] == "proxy-12345"
    strange = requests.get(
        f"{here.base}/api/v1/x", headers={"X-Request-Id": "a b<script>"}, timeout=20,
    )
    assert "script" not in strange.headers["X-Request-Id"]


def test_a_raw_request_line_with_a_broken_path_is_answered(here: Town) -> None:
    parts = urlsplit(here.base)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as raw:
        raw.sendall(b"GET /api/v1/lookup/%ff%fe%00 HTTP/1.0\r\n\r\n")
        first = raw.recv(1000)
    assert b" 404 " in first


@pytest.fixture
def quiet_logs() -> Iterator[list[Any]]:
    before = structlog.get_config()["processors"]
    kept: list[Any] = []

    def keep(_: Any, __: Any, event: Any) -> Any:
        kept.append(event)
        raise structlog.DropEvent

    structlog.configure(processors=[keep])
    yield kept
    structlog.configure(processors=before)


def test_an_unexpected_failure_tells_only_where_to_look(quiet_logs: list[Any]) -> None:
    class Door:
        def admit(self, _: object) -> None:
            raise RuntimeError("the secret of the house")

    services: Any = SimpleNamespace(demo_issuer=None, doorkeeper=Door())
    with serving(create_app(services)) as base:
        answer = requests.get(f"{base}/api/v1/tasks", timeout=20)
    problem(answer, 500, "internal")
    assert "secret" not in answer.text
    assert any("secret" in str(event.get("exc_info")) for event in quiet_logs)


def test_logs_and_metrics_hold_no_names_and_no_codes(
    here: Town, quiet_logs: list[Any],
) -> None:
    here.reception.post("/dossiers", new_dossier("1", applicant={"name": "Nguyễn Bí Mật"}))
    here.reception.get("/tasks", dossier="000.21.30.H41-261109-0001")
    assert "Bí Mật" not in str(quiet_logs)
    assert "261109" not in str(quiet_logs)
    numbers = requests.get(f"{here.base}/metrics", timeout=20).text
    assert 'motcua_requests_total{method="GET",route="/api/v1/tasks",status="200"}' in numbers


def test_the_specification_names_every_route_and_every_refusal(here: Town) -> None:
    spec = requests.get(f"{here.base}/openapi.json", timeout=20).json()
    assert spec["openapi"] == "3.1.0"
    assert set(spec["paths"]) == {
        "/api/v1/dossiers", "/api/v1/dossiers/{code}", "/api/v1/dossiers/{code}/acts/{act}",
        "/api/v1/dossiers/{code}/history", "/api/v1/dossiers/{code}/replay",
        "/api/v1/dossiers/{code}/papers", "/api/v1/dossiers/{code}/papers/{paper}",
        "/api/v1/register",
        "/api/v1/lookup/{code}", "/api/v1/procedures/{code}/versions",
        "/api/v1/procedures/{code}/versions/{number}/submit",
        "/api/v1/procedures/{code}/versions/{number}/approve",
        "/api/v1/procedures/{code}/versions/{number}/publish",
        "/api/v1/procedures/{code}/versions/{number}/retire",
        "/api/v1/dossiers/{code}/components",
        "/api/v1/dossiers/{code}/components/{component}",
        "/api/v1/dossiers/{code}/components/{number}/content",
        "/api/v1/dossiers/{code}/components/{number}/withdraw",
        "/api/v1/dossiers/{code}/components/hand-back",
        "/api/v1/dossiers/{code}/signatures", "/api/v1/dossiers/{code}/signatures/{number}",
        "/api/v1/dossiers/{code}/signatures/{number}/withdraw",
        "/api/v1/procedures/{code}/versions/{number}/diff",
        "/api/v1/handoffs", "/api/v1/events", "/api/v1/node", "/api/v1/nodes",
        "/api/v1/handoffs/papers/{sha256}", "/api/v1/handoffs/papers/{sha256}/link",
        "/api/v1/paper-downloads", "/api/v1/paper-downloads/{number}/redrive",
        "/api/v1/deliveries", "/api/v1/deliveries/{delivery}/redrive",
        "/api/v1/deliveries/{delivery}/give-up", "/api/v1/handoffs/positions",
        "/api/v1/portal-messages", "/api/v1/portal-messages/{number}/redrive",
        "/api/v1/service-calls", "/api/v1/service-calls/{task}/retry",
        "/api/v1/external-tasks/fetch-and-lock",
        *(f"/api/v1/external-tasks/{{task}}/{verb}" for verb in (
            "extend-lock", "complete", "failure", "bpmn-error", "unlock")),
        "/api/v1/tasks", "/api/v1/tasks/{task}/claim", "/api/v1/tasks/{task}/unclaim",
        "/api/v1/tasks/{task}/assign", "/api/v1/tasks/{task}/complete",
    }
    for path, verbs in spec["paths"].items():
        for verb, operation in verbs.items():
            if verb in {"get", "post"}:
                refusals = {s for s in operation["responses"] if s.startswith("4")}
                assert "404" in refusals, path
                assert operation["summary"]
    shared = spec["components"]["responses"]
    assert {t for r in shared.values() for t in r["content"]} == {"application/problem+json"}
    assert spec["paths"]["/api/v1/lookup/{code}"]["get"]["security"] == []
    page = requests.get(f"{here.base}/docs", timeout=20)
    assert page.status_code == 200
    assert "/api/v1/tasks/{task}/complete" in page.text
    assert "src=" not in page.text


def test_the_house_says_that_it_lives_and_is_ready(here: Town) -> None:
    for path in ("/healthz", "/readyz"):
        assert requests.get(f"{here.base}{path}", timeout=20).status_code == 200


def test_refusals_of_the_door_come_before_the_body_is_read() -> None:
    class Door:
        def admit(self, _: object) -> None:
            raise Unauthenticated("Chưa đăng nhập.", "No token.", code="no-token")

    services: Any = SimpleNamespace(demo_issuer=None, doorkeeper=Door())
    with serving(create_app(services)) as base:
        answer = requests.post(f"{base}/api/v1/dossiers", data=b"{", timeout=20)
    problem(answer, 401, "no-token")
