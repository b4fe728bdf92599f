"""What an attacker, a careless scanner and a broken line send to the counter over HTTP."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paper_files as make
import pytest
import requests
from http_town import Issuer, Person, Town, running
from papers_town import FORM, hand_in, item, open_procedure, register, stored

from api.settings import Settings
from engine.clock import FixedClock
from engine.inspection import Bounds
from engine.office import Office
from engine.store import Store

PDF = make.pdf()


@pytest.fixture
def small(
    store: Store, clock: FixedClock, issuer: Issuer, office: Office, tmp_path: Path,
) -> Iterator[Town]:
    """The town whose files may have 100,000 bytes and a million pixels."""
    open_procedure(office, clock)
    settings = Settings(
        tmp_path, files=str(tmp_path / "files"), file_bounds=Bounds(100_000, 1_000_000),
    )
    with running(store, clock, issuer, settings=settings) as base:
        yield Town(base, issuer)


@pytest.fixture
def desk(small: Town) -> Person:
    return small.reception


def refused(answer: requests.Response, status: int = 422) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    return dict(answer.json())


@pytest.mark.parametrize(("content", "code"), [
    (b"", "file-empty"), (b"MZ\x90\x00", "file-type"), (b"<html>", "file-type"),
    (make.pdf(tail=make.packed({"a": b"b"})), "file-two-faced"),
    (make.pdf(b"5 0 obj <</S/JavaScript/JS(x)>> endobj"), "file-active"),
    (make.docx(word__vbaProject_dot_bin=b"x"), "file-active"),
    (make.docx(word__media__a_dot_png=b"\0" * 25_000_000), "file-bomb"),
    (make.png(40_000, 40_000), "image-too-large"), (make.png()[:-4], "file-broken"),
    (make.png() + b"x" * 101_000, "file-too-large"),
])
def test_a_bad_file_is_refused_by_name_and_leaves_nothing(
    small: Town, desk: Person, tmp_path: Path, content: bytes, code: str,
) -> None:
    dossier = register(small)
    told = refused(hand_in(desk, dossier, FORM, content, file_name="an-toan.pdf"))
    assert told["code"] == code
    assert told["errors"][0]["pointer"] == "/file"
    if "large" in code:
        assert told["limit"] in (100_000, 1_000_000)
    assert item(desk, dossier, FORM)["papers"] == []
    assert stored(tmp_path) == []


def test_a_body_beyond_the_address_is_refused_before_it_is_read(
    small: Town, desk: Person, tmp_path: Path,
) -> None:
    dossier = register(small)
    told = refused(hand_in(desk, dossier, FORM, b"x" * 300_000), 413)
    assert told["code"] == "too-large"
    assert told["limit"] == 165_536
    assert stored(tmp_path) == []


@pytest.mark.parametrize(("sent", "shown"), [
    ("../../../etc/passwd", "passwd.pdf"), ("..\\..\\boot.ini", "boot.pdf"),
    ("/etc/cron.d/x", "x.pdf"), ("anh\u202egpj.exe", "anhgpj.pdf"), ("a%00b.pdf", "a%00b.pdf"),
    ("Giấy\u00a0khai  sinh.PDF", "Giấy khai sinh.pdf"), ("con.pdf\u200b", "con.pdf"),
    ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
])
def test_names_lead_nowhere(
    small: Town, desk: Person, tmp_path: Path, sent: str, shown: str,
) -> None:
    dossier = register(small)
    done = hand_in(desk, dossier, FORM, PDF, file_name=sent)
    assert done.status_code == 201, done.text
    (paper,) = done.json()["papers"]
    assert paper["file_name"] == shown
    assert [p.name for p in stored(tmp_path)] == [paper["sha256"]]
    given = desk.get(f"/dossiers/{dossier}/components/{paper['number']}/content")
    said = given.headers["Content-Disposition"]
    assert said.isascii()
    assert said.startswith("attachment; ")
    assert given.content == PDF


def raw(desk: Person, dossier: str, body: bytes, kind: str) -> requests.Response:
    headers = {**desk.headers(), "If-Match": "*", "Content-Type": kind}
    url = f"{desk.base}/api/v1/dossiers/{dossier}/components/{FORM}"
    return requests.post(url, data=body, headers=headers, timeout=20)


def form(*parts: bytes) -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


FILE = b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF
NUL = b'Content-Disposition: form-data; name="file"; filename="a\x00/../b.exe"\r\n\r\n' + PDF
OTHER = b'Content-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n' + PDF
COUNT = b'Content-Disposition: form-data; name="count"\r\n\r\n1'
LONG = b'Content-Disposition: form-data; name="because"\r\n\r\n' + b"x" * 40_000


@pytest.mark.parametrize(("body", "answered"), [
    (form(FILE), ("multipart/form-data; boundary=b", 201)),
    (form(NUL), ("multipart/form-data; boundary=b", 201)),
    (form(FILE, FILE), ("multipart/form-data; boundary=b", 422)),
    (form(OTHER), ("multipart/form-data; boundary=b", 422)),
    (form(COUNT), ("multipart/form-data; boundary=b", 422)),
    (form(COUNT, COUNT, FILE), ("multipart/form-data; boundary=b", 400)),
    (form(LONG, FILE), ("multipart/form-data; boundary=b", 422)),
    (form(*[COUNT] * 30, FILE), ("multipart/form-data; boundary=b", 413)),
    (form(FILE)[:-40], ("multipart/form-data; boundary=b", 400)),
    (form(FILE), ("multipart/form-data", 400)), (b"", ("multipart/form-data; boundary=b", 400)),
    (form(FILE), ("multipart/form-data; boundary=\xe1", 400)),
    (PDF, ("application/pdf", 415)), (b"{", ("application/json", 400)),
    (b"[]", ("application/json", 422)), (b"file=x", ("application/x-www-form-urlencoded", 415)),
])
def test_a_form_is_read_strictly(
    small: Town, desk: Person, tmp_path: Path, body: bytes, answered: tuple[str, int],
) -> None:
    dossier = register(small)
    kind, status = answered
    answer = raw(desk, dossier, body, kind)
    assert answer.status_code == status, answer.text
    if status == 201:
        assert answer.json()["papers"][0]["file_name"] in {"a.pdf", "b.pdf"}
    else:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert stored(tmp_path) == []


def test_a_line_that_breaks_in_the_middle_of_a_file_leaves_nothing(
    small: Town, desk: Person, tmp_path: Path,
) -> None:
    dossier = register(small)
    host, _, port = desk.base.removeprefix("http://").partition(":")
    head = (
        f"POST /api/v1/dossiers/{dossier}/components/{FORM} HTTP/1.1\r\nHost: {host}\r\n"
        f"Authorization: {desk.headers()['Authorization']}\r\nIf-Match: *\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 90000\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(head.encode() + b"--b\r\n" + FILE + b"x" * 20_000)
        wait_for(lambda: list((tmp_path / "files").rglob("*.part")))
    wait_for(lambda: not stored(tmp_path))
    assert item(desk, dossier, FORM)["papers"] == []
    assert hand_in(desk, dossier, FORM, PDF).status_code == 201


def wait_for(there: Any) -> None:
    for _ in range(200):
        if there():
            return
        time.sleep(0.05)
    pytest.fail("it did not come about within ten seconds")


def test_a_file_store_that_does_not_answer_is_told_and_nothing_is_written(
    small: Town, desk: Person, tmp_path: Path,
) -> None:
    dossier = register(small)
    (tmp_path / "files").write_text("no folder", encoding="utf-8")
    told = refused(hand_in(desk, dossier, FORM, PDF), 503)
    assert told["code"] == "files-unavailable"
    assert item(desk, dossier, FORM)["papers"] == []
    # Paper alone needs no file store.
    assert hand_in(desk, dossier, FORM, shown=True).status_code == 201
