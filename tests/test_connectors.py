"""Connectors one by one: what they ask, what they make of answers, how they are configured."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import served
from hypothesis import given
from hypothesis import strategies as st
from loopback import certificate, reply, talking
from mail import mail_server
from served import StandIn, send

from engine.errors import Invalid
from engine.links.connectors import (
    Done,
    Failed,
    Mistake,
    Order,
    Policy,
    Registry,
    read_registry,
)
from engine.links.connectors.http import Plan, in_address
from engine.links.connectors.templates import Template

NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
TASK = "6f9619ff-8b86-5011-b42d-00c04fc964ff"


def order(**inputs: Any) -> Order:
    return Order(TASK, inputs, {"code": "000.21.30.H41-261126-0001"}, NOW)


@contextmanager
def described(folder: Path, **connectors: Any) -> Iterator[Registry]:
    file = folder / "connectors.json"
    held = {"connectors": connectors, "private_hosts": ["127.0.0.1", "localhost"]}
    file.write_text(json.dumps(held), encoding="utf-8")
    made = read_registry([], file)
    try:
        yield made
    finally:
        made.close()


def refusal(folder: Path, held: Any, packs: list[tuple[str, bytes]] | None = None) -> Invalid:
    file = folder / "connectors.json"
    file.write_text(held if isinstance(held, str) else json.dumps(held), encoding="utf-8")
    with pytest.raises(Invalid) as told:
        read_registry(packs or [], file)
    assert told.value.code == "connectors-unreadable"
    assert told.value.en.startswith((str(file), "pack/"))
    return told.value


def test_a_request_is_made_of_the_inputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MOTCUA_SECRET_TOKEN", "s3cret")
    with talking(reply(b'{"id": 7, "n": 1.5}', "202 Accepted")) as (port, came), described(
        tmp_path, send={
            "kind": "http", "method": "POST", "expect": [202],
            "url": f"http://127.0.0.1:{port}/gửi".replace("gửi", "send") + "?to={{ phone }}",
            "headers": {"Authorization": "Bearer {{ secrets.token }}"},
            "secrets": {"token": "MOTCUA_SECRET_TOKEN"},
            "body": {"text": "Hồ sơ {{ dossier.code }}", "copies": "{{ copies }}", "list": [1]},
            "result": {"number": "body.id", "status": "status"},
        },
    ) as known:
        made = known.connectors["send"].call(order(phone="+84 9/1&2", copies=2))
        assert made == Done({"number": 7, "status": 202})
        head, _, body = came[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /send?to=%2B84%209%2F1%262 HTTP/1.1")
        assert b"authorization: Bearer s3cret" in head
        assert f"idempotency-key: {TASK}".encode() in head
        assert json.loads(body) == {
            "text": "Hồ sơ 000.21.30.H41-261126-0001", "copies": 2, "list": [1],
        }
        assert "s3cret" not in repr(known)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_no_value_leads_an_address_elsewhere(value: str) -> None:
    made = Plan(
        "GET", Template.read("https://a.example/x/{{ v }}?y={{ v }}", "p", {}),
        frozenset({"a.example"}), {}, None,
    ).url.text(order(v=value), in_address)
    target = urlsplit(made)
    assert (target.netloc, target.path.count("/"), target.fragment) == ("a.example", 2, "")
    assert unquote(target.path.rsplit("/", 1)[-1]) == value
    assert parse_qsl(target.query, keep_blank_values=True) == [("y", value)]


@pytest.mark.parametrize(("inputs", "reason"), [
    ({}, "expression-missing-name"), ({"id_number": ""}, "empty value"),
    ({"id_number": None}, "not a plain value"), ({"id_number": ["1"]}, "not a plain value"),
    ({"id_number": ".."}, "path leads elsewhere"),
])
def test_an_order_that_fills_no_address_is_never_sent(
    tmp_path: Path, inputs: Mapping[str, Any], reason: str,
) -> None:
    with talking(reply()) as (port, came), described(
        tmp_path, x={"kind": "http", "url": f"http://127.0.0.1:{port}/{{{{ id_number }}}}/all"},
    ) as known:
        made = known.connectors["x"].call(order(**inputs))
        assert isinstance(made, Failed)
        assert not made.again
        assert reason in made.reason
        assert came == []


def test_a_host_from_a_template_must_be_on_the_list(tmp_path: Path) -> None:
    with talking(reply()) as (port, came), described(tmp_path, x={
        "kind": "http", "url": "http://{{ host }}/x", "hosts": ["127.0.0.1"],
    }) as known:
        asked = known.connectors["x"]
        assert isinstance(asked.call(order(host="127.0.0.1")), Failed)  # nobody at port 80
        made = asked.call(order(host="localhost"))
        assert made == Failed("order-not-complete: x.url: host not allowed", again=False)
        assert came == []
        assert port


def test_a_header_never_begins_another(tmp_path: Path) -> None:
    with talking(reply()) as (port, came), described(tmp_path, x={
        "kind": "http", "url": f"http://127.0.0.1:{port}/", "headers": {"X-Name": "{{ name }}"},
    }) as known:
        for name in ("a\r\nY: b", "ấ", "a\x00"):
            made = known.connectors["x"].call(order(name=name))
            assert isinstance(made, Failed)
            assert not made.again
        assert came == []


@pytest.mark.parametrize(("status", "again"), [
    (400, False), (401, False), (404, False), (408, True), (422, False), (429, True), (500, True),
    (503, True), (302, False), (204, False),
])
def test_what_may_pass_is_tried_again_and_what_will_not_is_not(
    tmp_path: Path, status: int, again: bool,
) -> None:
    with talking(reply(b"{}", f"{status} Said")) as (port, _), described(
        tmp_path, x={"kind": "http", "url": f"http://127.0.0.1:{port}/"},
    ) as known:
        assert known.connectors["x"].call(order()) == Failed(f"status-{status}", again)


@pytest.mark.parametrize(("said", "seconds"), [
    ("7", 7.0), ("Thu, 26 Nov 2026 02:01:00 GMT", 60.0), ("Thu, 26 Nov 2020 02:01:00 GMT", 0.0),
    ("soon", None), ("-5", None), ("9" * 30, 999999999.0),
])
def test_a_retry_after_is_read_as_a_number_or_a_moment(
    tmp_path: Path, said: str, seconds: float | None,
) -> None:
    with talking(reply(b"{}", "429 Slow", Retry_After=said)) as (port, _), described(
        tmp_path, x={"kind": "http", "url": f"http://127.0.0.1:{port}/"},
    ) as known:
        assert known.connectors["x"].call(order()) == Failed("status-429", after=seconds)


def test_pauses_double_up_to_the_longest_and_never_are_shorter_than_asked() -> None:
    policy = Policy(attempts=9, pause=10, longest=100)
    assert [policy.before(n, None) for n in range(1, 6)] == [10, 20, 40, 80, 100]
    assert (policy.before(1, 50), policy.before(1, 5), policy.before(1, 1e9)) == (50, 10, 100)


def test_errors_of_business_are_told_by_status_and_by_what_the_answer_says(
    tmp_path: Path,
) -> None:
    with served.standing_in() as stand, described(tmp_path, x={
        "kind": "http", "url": f"http://127.0.0.1:{stand.port}/{{{{ n }}}}",
        "errors": {
            "gone": {"status": [410]}, "dead": {"when": "body.state == 'dead'"},
            "locked": {"status": [409], "when": "body.why == 'locked'"},
        },
    }) as known:
        def made(status: int, content: Any) -> object:
            stand.answer = lambda handler, _: send(handler, status, content)
            return known.connectors["x"].call(order(n=1))

        assert made(410, b"gone") == Mistake("gone")
        assert made(200, {"state": "dead"}) == Mistake("dead")
        assert made(200, {"state": "alive"}) == Done({"status": 200, "body": {"state": "alive"}})
        assert made(409, {"why": "locked"}) == Mistake("locked")
        assert made(409, {"why": "other"}) == Failed("status-409", again=False)
        assert made(503, {"state": "dead"}) == Failed("status-503")


#: The look-ups of bpmn/README.md against the stand-in: kind -> answer, inputs, result.
LOOKUPS: Mapping[str, tuple[Any, Mapping[str, Any], Mapping[str, Any]]] = {
    "person": (
        {"hoTen": "Nguyễn Văn An ", "ngaySinh": "19990201"}, {"id_number": "040099001234"},
        {"full_name": "Nguyễn Văn An", "born": "1999-02-01"},
    ),
    "enterprise": (
        {"items": [{"ten": "Công ty A", "trangThai": 1}]}, {"tax_code": "2900000001"},
        {"name": "Công ty A", "active": True},
    ),
    "land": (
        {"dienTich": 120.5}, {"sheet": 12, "parcel": 34}, {"area": 120.5, "use": None},
    ),
    "insurance": ({"denNgay": "31/12/2026"}, {"number": "GD4"}, {"valid_to": "2026-12-31"}),
}


@pytest.fixture
def documented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Registry, StandIn]]:
    """The configuration of bpmn/README.md, its hosts led to the stand-in."""
    text = (Path(__file__).parent.parent / "bpmn" / "README.md").read_text(encoding="utf-8")
    block = text.split("```json\n")[1].split("```")[0]
    for name in ("PERSON", "SMTP"):
        monkeypatch.setenv(f"MOTCUA_SECRET_{name}", "x")
    with ExitStack() as ended:
        stand = ended.enter_context(served.standing_in())
        block = block.replace("https://csdl.example", f"http://127.0.0.1:{stand.port}")
        held = json.loads(block)
        held["private_hosts"].append("127.0.0.1")
        file = tmp_path / "documented.json"
        file.write_text(json.dumps(held), encoding="utf-8")
        known = read_registry([], file)
        ended.callback(known.close)
        yield known, stand


@pytest.mark.parametrize("kind", sorted(LOOKUPS))
def test_a_national_database_gives_typed_values_or_an_error_of_business(
    documented: tuple[Registry, StandIn], kind: str,
) -> None:
    known, stand = documented
    content, inputs, result = LOOKUPS[kind]
    stand.answer = lambda handler, _: send(handler, 200, content)
    asked = known.connectors[kind]
    assert asked.call(order(**inputs)) == Done(result)
    empty: Any = (200, {"items": []}) if kind == "enterprise" else (404, {})
    stand.answer = lambda handler, _: send(handler, *empty)
    assert asked.call(order(**inputs)) == Mistake("not_found")
    stand.answer = lambda handler, _: send(handler, 200, {"other": 1})
    assert isinstance(asked.call(order(**inputs)), Failed)


def test_the_documented_configuration_lists_who_may_sign(
    documented: tuple[Registry, StandIn],
) -> None:
    known, _ = documented
    assert known.topics == {"sign-pdf": frozenset({"may-ky-so"})}
    assert known.names == {*LOOKUPS, "notify", "mail"}
    assert known.longest == 30


@pytest.mark.parametrize(("value", "kind"), [
    ("30/02/2026", "date"), ("2026-13-01", "date"), (20260101, "date"), (True, "number"),
    ("1", "integer"), (1.5, "integer"), (1, "boolean"), ({}, "list"), (" ", "text"), (1, "text"),
    (None, "text"),
])
def test_a_value_of_another_kind_is_a_failure_that_names_the_field_alone(
    tmp_path: Path, value: Any, kind: str,
) -> None:
    with talking(reply(json.dumps({"v": value}).encode())) as (port, _), described(tmp_path, x={
        "kind": "lookup", "url": f"http://127.0.0.1:{port}/", "not_found": {"status": [404]},
        "fields": {"field": {"value": "body.v", "type": kind}},
    }) as known:
        assert known.connectors["x"].call(order()) == Failed(
            f"answer-not-typed: field is no {kind}")


def mail(port: int, **more: Any) -> dict[str, Any]:
    return {
        "kind": "smtp", "host": "localhost", "port": port, "tls": "none", "timeout": 2,
        "from": "mot-cua@kimlien.vn", "to": "{{ email }}", "subject": "Hồ sơ {{ dossier.code }}",
        "body": "Kính gửi ông/bà {{ name }},\nHồ sơ đã có kết quả.\n.\n", **more,
    }


AN = {"email": "an@example.vn", "name": "Nguyễn Văn Ân"}


def test_a_message_in_vietnamese_arrives_once_for_each_call_under_a_stable_id(
    tmp_path: Path,
) -> None:
    with mail_server() as box, described(tmp_path, mail=mail(box.port)) as known:
        first = known.connectors["mail"].call(order(**AN))
        assert first == Done({"message_id": f"<{TASK}@kimlien.vn>"})
        assert known.connectors["mail"].call(order(**AN)) == first
        assert [str(m["Message-ID"]) for m in box.messages] == [f"<{TASK}@kimlien.vn>"] * 2
        message = box.messages[0]
        assert message["Subject"] == "Hồ sơ 000.21.30.H41-261126-0001"
        assert message["To"] == "an@example.vn"
        assert message["Auto-Submitted"] == "auto-generated"
        assert "Nguyễn Văn Ân" in message.get_content()


@pytest.mark.parametrize("inputs", [
    {**AN, "email": "an@example.vn\r\nBcc: x@y.vn"}, {**AN, "email": "a@b.vn, c@d.vn"},
    {**AN, "email": "an"}, {**AN, "email": "An <an@b.vn>"}, {**AN, "email": "án@b.vn"},
    {**AN, "email": "an@localhost"}, {"name": "An"},
])
def test_an_address_that_is_not_one_alone_is_never_written_to(
    tmp_path: Path, inputs: dict[str, Any],
) -> None:
    with mail_server() as box, described(tmp_path, mail=mail(box.port)) as known:
        made = known.connectors["mail"].call(order(**inputs))
        assert isinstance(made, Failed)
        assert not made.again
        assert box.recipients == []


@pytest.mark.parametrize("name", ["a\r\nBcc: x@y.vn", "a\nb", "a\x00b", "a\u2028b", "a" * 400])
def test_a_subject_never_begins_another_header(tmp_path: Path, name: str) -> None:
    with mail_server() as box, described(
        tmp_path, mail=mail(box.port, subject="{{ name }}"),
    ) as known:
        made = known.connectors["mail"].call(order(email="an@b.vn", name=name))
        assert made == Failed("order-not-complete: mail.subject: not one line", again=False)
        assert box.messages == []


@pytest.mark.parametrize(("said", "made"), [
    ({"RCPT": "550 no such user"}, Mistake("recipient_refused")),
    ({"RCPT": "450 busy"}, Failed("smtp-450")),
    ({"DATA": "451 later"}, Failed("smtp-451")),
    ({"DATA": "554 spam"}, Failed("smtp-554", again=False)),
    ({"hello": "421 closing"}, Failed("smtp-421")),
])
def test_what_a_mail_server_says_decides_what_comes_next(
    tmp_path: Path, said: dict[str, str], made: object,
) -> None:
    with mail_server() as box, described(tmp_path, mail=mail(box.port)) as known:
        box.said = said
        assert known.connectors["mail"].call(order(**AN)) == made


def test_a_mail_server_that_never_ends_its_greeting_or_is_gone_holds_nobody(
    tmp_path: Path,
) -> None:
    with mail_server() as box, described(tmp_path, mail=mail(box.port, timeout=1)) as known:
        box.drips = True
        began = time.monotonic()
        made = known.connectors["mail"].call(order(**AN))
        assert isinstance(made, Failed)
        assert made.again
        assert time.monotonic() - began < 3
    with described(tmp_path, mail=mail(1)) as known:
        assert known.connectors["mail"].call(order(**AN)) == Failed(
            "smtp-unreachable: ConnectionRefusedError")


def test_a_login_travels_under_tls_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MOTCUA_SECRET_SMTP", "pw")
    shown, trusting = certificate(tmp_path, "localhost")
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    safe = {"user": "motcua", "secrets": {"password": "MOTCUA_SECRET_SMTP"}, "tls": "starttls"}
    with mail_server(shown) as box, described(tmp_path, mail=mail(box.port, **safe)) as known:
        assert isinstance(known.connectors["mail"].call(order(**AN)), Done)
        assert (box.logins, len(box.messages)) == (1, 1)
    with mail_server() as box, described(tmp_path, mail=mail(box.port, **safe)) as known:
        assert isinstance(known.connectors["mail"].call(order(**AN)), Failed)
        assert (box.logins, box.messages) == (0, [])


@pytest.mark.parametrize(("section", "place"), [
    ({"kind": "http", "url": "ftp://x/"}, "x.url"),
    ({"kind": "http", "url": "https://{{ h }}/"}, "x.hosts"),
    ({"kind": "http", "url": "https://a/", "hosts": ["b"]}, "x.url"),
    ({"kind": "http", "url": "https://a/{{ 1 + }}"}, "x.url"),
    ({"kind": "http", "url": "https://a/{{ x.upper() }}"}, "x.url"),
    ({"kind": "http", "url": "https://a/", "method": "TRACE"}, "x.method"),
    ({"kind": "http", "url": "https://a/", "timeout": 0}, "x.timeout"),
    ({"kind": "http", "url": "https://a/", "timeout": True}, "x.timeout"),
    ({"kind": "http", "url": "https://a/", "attempts": 1000}, "x.attempts"),
    ({"kind": "http", "url": "https://a/", "errors": {"e": {}}}, "x.errors.e"),
    ({"kind": "http", "url": "https://a/", "result": {"a": "("}}, "x.result.a"),
    ({"kind": "http", "url": "https://a/", "retries": 1}, "x.retries"),
    ({"kind": "http", "url": "https://a/", "secrets": {"a": "PATH"}}, "x.secrets.a"),
    ({"kind": "http", "url": "https://a/", "secrets": {"a": "MOTCUA_SECRET_NONE"}}, "x.secrets.a"),
    ({"kind": "lookup", "url": "https://a/", "not_found": {"status": [404]}}, "x.fields"),
    ({"kind": "lookup", "url": "https://a/", "fields": {"a": {"value": "1"}}}, "x.not_found"),
    ({"kind": "lookup", "url": "https://a/", "fields": {"a": {"value": "1", "type": "x"}}},
     "x.fields.a.type"),
    ({"kind": "smtp", "host": "a.vn", "tls": "none"}, "x.to"),
    ({"kind": "smtp", "host": "a.vn", "tls": "none", "to": "a", "subject": "b", "body": "c"},
     "x.tls"),
    ({"kind": "smtp", "host": "a.vn", "from": "me", "to": "a", "subject": "b", "body": "c"},
     "x.from"),
    ({"kind": "smtp", "host": "a.vn", "user": "u", "to": "a", "subject": "b", "body": "c"},
     "x.secrets.password"),
    ([], "x"), ({}, "x.kind"),
], ids=lambda value: value if isinstance(value, str) else None)
def test_a_faulty_section_is_refused_with_its_place(
    tmp_path: Path, section: Any, place: str,
) -> None:
    told = refusal(tmp_path, {"connectors": {"x": section}})
    assert f"connectors.{place}: " in told.en
    assert f"connectors.{place}: " in told.vi


@pytest.mark.parametrize(("held", "place"), [
    ("[1", "connectors.json: "), ("[]", "connectors.json: "),
    ({"connectors": {"a b": {}}}, "connectors.a b"), ({"other": 1}, ".other"),
    ({"private_hosts": [1]}, ".private_hosts"), ({"topics": {"t": "x"}}, ".topics.t"),
])
def test_a_faulty_file_is_refused_with_its_place(tmp_path: Path, held: Any, place: str) -> None:
    assert place in refusal(tmp_path, held).en


def test_a_pack_brings_connectors_alone_and_the_file_wins(tmp_path: Path) -> None:
    asked = {"kind": "http", "url": "https://a.example/"}
    pack = ("pack", json.dumps({"connectors": {"a": asked, "b": asked}}).encode())
    file = tmp_path / "c.toml"
    file.write_text('[connectors.a]\nkind = "http"\nurl = "https://b.example/"\ntimeout = 3\n')
    known = read_registry([pack], file)
    assert known.names == {"a", "b"}
    assert (known.connectors["a"].limit, known.connectors["b"].limit) == (3, 20)
    known.close()
    private = ("pack", b'{"private_hosts": ["127.0.0.1"]}')
    assert "pack/connectors.json.private_hosts" in refusal(tmp_path, {}, [private]).en
    missing = tmp_path / "none.json"
    with pytest.raises(Invalid, match=r"none\.json"):
        read_registry([], missing)
