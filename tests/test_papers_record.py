"""Printing is a recorded act: who may, when it makes sense, what the history keeps of it."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
import requests
import town
from http_town import Issuer, Person, Town, running
from paper_town import P088, can_print_pdf, play, printed, register, template_saying

from api.cli.papers import papers as command
from engine.audit import desk
from engine.clock import VIETNAM, FixedClock
from engine.errors import Conflict, Forbidden, NotFound
from engine.history import read_body, read_personal
from engine.law.rules import rules_on
from engine.law.standing import Standing
from engine.office import Office
from engine.office.printing import Printed
from engine.papers.drawn import built_in
from engine.papers.occasion import need_occasion
from engine.papers.templates import Templates
from engine.paperwork import PrintPaper, PrintRegister
from engine.store import Store, dossiers, entries
from engine.store import printed as printed_rows

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=VIETNAM)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def asks(
    person: Person, code: str, paper: str, how: str = "docx", *, body: object = None,
    key: str | None = None,
) -> requests.Response:
    headers = person.headers() | ({"Idempotency-Key": key} if key else {})
    return requests.post(
        f"{person.base}/api/v1/dossiers/{code}/papers/{paper}", params={"format": how},
        json={} if body is None else body, headers=headers, timeout=30,
    )


def accepted(town_: Town) -> str:
    code = str(town_.register(P088)["code"])
    etag = town_.reception.get(f"/dossiers/{code}").json()["etag"]
    answer = town_.reception.post(f"/dossiers/{code}/acts/accept", {}, etag=etag)
    assert answer.status_code == 200, answer.text
    return code


@pytest.mark.parametrize(("how", "media"), [("docx", DOCX), ("pdf", "application/pdf")])
def test_the_file_is_answered_and_its_hash_and_size_stand_in_the_history(
    p088: Town, store: Store, how: str, media: str,
) -> None:
    if how == "pdf":
        can_print_pdf()
    code = accepted(p088)
    answer = asks(p088.reception, code, "receipt", how)
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, media)
    assert f'filename="receipt-{code}.{how}"' in answer.headers["Content-Disposition"]
    digest = answer.headers["Content-Digest"].removeprefix("sha-256=:").removesuffix(":")
    assert b64decode(digest) == sha256(answer.content).digest()
    with store.reading() as connection:
        entry = entries.chain(connection, code)[-1]
    assert read_body(entry)["content"]["command"] == {
        "kind": "print", "dossier": code, "paper": "receipt", "format": how, "asked": False,
        "form": "Mẫu số 01, TT 03/2025/TT-VPCP", "number": 1, "size": len(answer.content),
        "sha256": sha256(answer.content).hexdigest(),
    }
    # Without a secret inside, the hash would let anyone try out names and numbers on it.
    mark = read_personal(entry)[1]["content"]["mark"]
    assert len(mark) == 32
    assert mark.encode() not in entry.body


def test_printing_moves_nothing_but_the_history(p088: Town, store: Store) -> None:
    code = accepted(p088)
    before = p088.reception.get(f"/dossiers/{code}")
    asks(p088.reception, code, "receipt")
    after = p088.reception.get(f"/dossiers/{code}")
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])
    again = desk.replay_stored(store, code)
    assert again.whole, again.entries[-1].difference


def test_each_printing_of_a_kind_has_its_number_and_the_list_tells_them_all(p088: Town) -> None:
    code = accepted(p088)
    for paper in ("receipt", "control-slip", "receipt"):
        assert asks(p088.reception, code, paper).status_code == 201
    first = p088.reception.get(f"/dossiers/{code}/papers", limit=2).json()
    assert [(i["paper"], i["number"]) for i in first["items"]] == [
        ("receipt", 1), ("control-slip", 1),
    ]
    assert first["items"][0]["actor"] == p088.reception.name
    rest = p088.reception.get(f"/dossiers/{code}/papers", cursor=first["next"]).json()
    assert [(i["paper"], i["number"]) for i in rest["items"]] == [("receipt", 2)]
    assert rest["next"] is None


def test_a_repeated_key_gets_the_same_bytes_and_no_second_entry(
    p088: Town, store: Store, clock: FixedClock,
) -> None:
    code = accepted(p088)
    first = asks(p088.reception, code, "receipt", key="in-1")
    clock.advance(timedelta(minutes=3))
    second = asks(p088.reception, code, "receipt", key="in-1")
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Motcua-Entry"] == first.headers["Motcua-Entry"]
    with store.reading() as connection:
        assert len(printed_rows.of_dossier(connection, code, after=0, size=9)) == 1
    other = asks(p088.reception, code, "receipt", "pdf", key="in-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_repeated_key_whose_paper_would_now_differ_is_told_so(
    ready: Office, store: Store, clock: FixedClock, issuer: Issuer, tmp_path: Path,
) -> None:
    folder = tmp_path / "mau"
    folder.mkdir()
    office = Office(store, clock, templates=Templates(folder))
    with running(store, clock, issuer, office=office) as base:
        here = Town(base, issuer)
        code = accepted(here)
        assert asks(here.reception, code, "receipt", key="in-1").status_code == 201
        (folder / "receipt.docx").write_bytes(built_in("stop-notice"))
        broken = asks(here.reception, code, "receipt", key="in-1")
        assert (broken.status_code, broken.json()["code"]) == (409, "template-broken")
        (folder / "receipt.docx").write_bytes(template_saying("{{ code }}"))
        changed = asks(here.reception, code, "receipt", key="in-1")
        assert (changed.status_code, changed.json()["code"]) == (409, "paper-changed")


@pytest.mark.parametrize(("paper", "article"), [
    ("receipt", "NĐ 118/2025 Đ17"), ("supplement-request", "NĐ 118/2025 Đ17.2a"),
    ("refusal", "NĐ 118/2025 Đ17"), ("apology", "extend"), ("stop-notice", "NĐ 118/2025 Đ21"),
    ("control-slip", "NĐ 118/2025 Đ17"),
])
def test_a_paper_that_makes_no_sense_yet_is_refused_with_its_article(
    p088: Town, store: Store, paper: str, article: str,
) -> None:
    code = p088.register(P088)["code"]
    refused = asks(p088.reception, code, paper)
    assert (refused.status_code, refused.json()["code"]) == (409, "paper-not-due")
    assert article in refused.json()["detail_vi"]
    with store.reading() as connection:
        assert len(entries.chain(connection, code)) == 1


def test_a_dossier_settled_on_the_spot_gets_a_receipt_only_when_asked_for() -> None:
    at_once = Standing("settled", accepted_at=MONDAY, settled_at=MONDAY, on_the_spot=True)
    rules = rules_on(date(2020, 1, 1))
    with pytest.raises(Conflict, match=r"NĐ 61/2018 Đ17\.4") as refused:
        need_occasion("receipt", at_once, rules, asked=False)
    assert refused.value.code == "receipt-not-asked"
    need_occasion("receipt", at_once, rules, asked=True)
    need_occasion("control-slip", at_once, rules, asked=False)


def test_an_unknown_paper_or_format_is_refused_by_name(p088: Town) -> None:
    code = accepted(p088)
    unknown = asks(p088.reception, code, "register")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-paper")
    assert asks(p088.reception, code, "receipt", "odt").status_code == 400
    odd = asks(p088.reception, code, "receipt", body={"asked": "yes", "copies": 2})
    assert {fault["pointer"] for fault in odd.json()["errors"]} == {"/asked", "/copies"}


def test_who_takes_part_may_print_with_a_role_that_prints_and_nobody_else(
    ready: Office, store: Store, clock: FixedClock,
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 8)
    specialist = town.official(town.DEPARTMENT, "specialist")
    assert printed(ready, code, "control-slip", actor=specialist).body["number"] == 1
    with pytest.raises(Forbidden):
        printed(ready, code, "control-slip", actor=town.official(town.COMMUNE, "office_head"))
    with pytest.raises(NotFound):
        printed(ready, code, "control-slip", actor=town.official(town.HANOI))


@pytest.fixture
def verify(
    owner: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str]]:
    """`motcua papers verify` on these bytes: its exit and all that it says."""
    monkeypatch.setenv("MOTCUA_DATABASE_URL", owner)

    def run(content: bytes, *more: str) -> tuple[int, str]:
        shown = tmp_path / "giay"
        shown.write_bytes(content)
        code = command(["verify", str(shown), *more])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_a_paper_shown_later_is_known_by_its_hash_and_a_changed_one_is_not(
    ready: Office, store: Store, clock: FixedClock, verify: Callable[..., tuple[int, str]],
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 1)
    content = printed(ready, code, "receipt").content
    status, said = verify(content)
    assert (status, said.split(":")[0]) == (0, code)
    assert json.loads(verify(content, "--json")[1])["printed"][0]["dossier"] == code
    status, said = verify(content + b" ")
    assert status == 1
    assert "no dossier recorded it" in said


def test_a_printed_register_is_known_by_its_hash_as_the_agencys(
    ready: Office, verify: Callable[..., tuple[int, str]],
) -> None:
    can_print_pdf()
    days = date(2026, 11, 1), date(2026, 11, 30)
    result = ready.execute(
        PrintRegister(town.COMMUNE, *days), town.official(town.COMMUNE, "specialist"))
    assert isinstance(result, Printed)
    status, said = verify(result.content)
    assert (status, said.split(": mục")[0]) == (0, f"book:{town.COMMUNE}")
    assert verify(result.content + b" ")[0] == 1


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["verify", "no-such-file"]) == 2
    assert "no-such-file" in capsys.readouterr().err


def test_a_row_that_somebody_added_by_hand_proves_nothing(
    ready: Office, owner: str, verify: Callable[..., tuple[int, str]],
) -> None:
    code = register(ready)
    with psycopg.connect(owner) as connection:
        connection.execute(
            "INSERT INTO printed_paper VALUES (%s, 1, 'receipt', %s)",
            [code, sha256(b"forged").hexdigest()],
        )
    status, said = verify(b"forged")
    assert status == 1
    assert "tell an auditor" in said


def test_no_paper_goes_to_an_applicant_whose_name_was_erased(
    ready: Office, store: Store, clock: FixedClock, owner: str,
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 1)
    with psycopg.connect(owner) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE entry SET personal = NULL WHERE chain = %s", [code])
    with pytest.raises(Conflict) as refused:
        printed(ready, code, "receipt")
    assert refused.value.code == "applicant-unknown"
    assert printed(ready, code, "control-slip").body["number"] == 1


def test_the_application_can_neither_change_nor_take_away_what_was_printed(
    ready: Office, store: Store, clock: FixedClock,
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 1)
    printed(ready, code, "receipt")
    for statement in (
        "UPDATE printed_paper SET sha256 = ''", "DELETE FROM printed_paper",
        "TRUNCATE printed_paper",
    ):
        with store.reading() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_nothing_is_recorded_when_the_paper_cannot_be_made(
    ready: Office, store: Store, clock: FixedClock, tmp_path: Path,
) -> None:
    (tmp_path / "receipt.docx").write_bytes(b"no docx at all")
    office = Office(store, clock, templates=Templates(tmp_path))
    code = register(office)
    play(office, store, clock, code, 1)
    with store.reading() as connection:
        before = dossiers.by_code(connection, code)
    with pytest.raises(Conflict, match=r"receipt\.docx"):
        office.execute(PrintPaper(code, "receipt", "docx"), town.official(town.COMMUNE))
    with store.reading() as connection:
        assert dossiers.by_code(connection, code) == before
