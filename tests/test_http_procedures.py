"""A department uploads, another person approves, it takes effect from a date: over HTTP."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import requests
import town
from http_town import Person, Town

from engine.clock import FixedClock

CODE = "2.002755"
FILES = town.pack_files("p088")
FORM = FILES["receive.form"]
DECISION = {"decision": "3854/QĐ-UBND", "decision_date": "2026-11-02"}


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def step(person: Person, number: int, verb: str, body: Any = None) -> requests.Response:
    return person.post(f"/procedures/{CODE}/versions/{number}/{verb}", body or {})


def bring(here: Town, number: int, since: str) -> None:
    assert step(here.author, number, "submit").status_code == 200
    assert step(here.approver, number, "approve", DECISION).status_code == 200
    published = step(here.approver, number, "publish", {"effective_from": since})
    assert published.json()["effective_from"] == since


def test_the_next_dossier_starts_on_the_new_version_and_running_ones_stay(
    here: Town, clock: FixedClock,
) -> None:
    answer = here.author.upload(CODE, FILES)
    assert answer.status_code == 201
    assert {finding["severity"] for finding in answer.json()["findings"]} <= {"info", "warning"}
    bring(here, 1, "2026-11-09")
    first = here.register(CODE)["code"]
    longer = FILES["p088.bpmn"].replace("04 giờ".encode(), "03 giờ".encode(), 1)
    assert here.author.upload(CODE, {**FILES, "p088.bpmn": longer}).json()["number"] == 2
    bring(here, 2, "2026-11-10")
    second = here.register(CODE)["code"]
    clock.advance(timedelta(days=1))
    third = here.register(CODE)["code"]
    assert [here.reception.get(f"/dossiers/{code}").json()["version"]
            for code in (first, second, third)] == [1, 1, 2]
    states = [v["state"] for v in here.author.get(f"/procedures/{CODE}/versions").json()["items"]]
    assert states == ["published", "published"]


def test_two_versions_are_told_apart_element_by_element(here: Town) -> None:
    here.author.upload(CODE, FILES)
    changed = {**FILES, "p088.bpmn": FILES["p088.bpmn"].replace("04 giờ".encode(),
                                                                "03 giờ".encode(), 1)}
    changed["extra.form"] = changed.pop("sign.form")
    here.author.upload(CODE, changed)
    found = here.approver.get(f"/procedures/{CODE}/versions/2/diff").json()
    assert (found["older"], found["newer"]) == (1, 2)
    assert {(c["file"], c["change"]) for c in found["changes"]} == {
        ("extra.form", "added"), ("p088.bpmn", "changed"), ("sign.form", "removed"),
    }
    assert any(c["element"] == "Task_B1" for c in found["changes"])
    same = here.approver.get(f"/procedures/{CODE}/versions/2/diff", to=2).json()
    assert same["changes"] == []
    assert here.approver.get(f"/procedures/{CODE}/versions/1/diff").status_code == 404


def test_nobody_approves_their_own_draft(here: Town) -> None:
    here.author.upload(CODE, FILES)
    step(here.author, 1, "submit")
    own = step(here.author, 1, "approve", DECISION)
    assert (own.status_code, own.json()["code"]) == (403, "wrong-role")
    early = step(here.approver, 1, "publish", {"effective_from": "2026-11-09"})
    assert (early.status_code, early.json()["code"]) == (409, "wrong-state")


def test_a_decision_needs_its_number_and_a_day_that_exists(here: Town) -> None:
    here.author.upload(CODE, FILES)
    step(here.author, 1, "submit")
    wrong = step(here.approver, 1, "approve", {"decision": "", "decision_date": "2026-02-30"})
    assert [(e["pointer"], e["code"]) for e in wrong.json()["errors"]] == [
        ("/decision", "required"), ("/decision_date", "not-date"),
    ]
    step(here.approver, 1, "approve", DECISION)
    past = step(here.approver, 1, "publish", {"effective_from": "2026-11-08"})
    assert (past.status_code, past.json()["code"]) == (422, "effective-date-past")


def test_a_zip_of_the_files_is_the_same_version(here: Town) -> None:
    loose = here.author.upload(CODE, FILES).json()
    packed = here.author.upload(CODE, {"p088.zip": zipped({f"p088/{n}": c for n, c
                                                          in FILES.items()})}).json()
    assert packed["source_hash"] == loose["source_hash"]


def test_a_repeated_upload_makes_one_version(here: Town) -> None:
    first = here.author.upload(CODE, FILES, key="upload-1")
    again = here.author.upload(CODE, FILES, key="upload-1")
    assert (again.status_code, again.json()) == (201, first.json())
    other = here.author.upload(CODE, {"p088.bpmn": FILES["p088.bpmn"]}, key="upload-1")
    assert other.json()["code"] == "idempotency-key-reused"


@pytest.mark.parametrize(("files", "code"), [
    ({"p088.bpmn": b"this is no XML"}, "diagram-refused"),
    ({"p088.bpmn": b"<html/>"}, "diagram-refused"),
    ({"p088.bpmn": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "diagram-refused"),
    ({"p088.bpmn": FILES["p088.bpmn"].replace("04 giờ".encode(), "bốn giờ".encode())},
     "diagram-refused"),
    ({"receive.form": FILES["receive.form"]}, "no-diagram"),
    ({"run.exe": b"MZ"}, "upload-refused"), ({"p.zip": b"PK\x03\x04 broken"}, "upload-refused"),
    ({"p.zip": zipped({"big.form": b" " * 2_000_001})}, "upload-refused"),
    ({"p.zip": zipped({f"{n}.form": FORM for n in range(201)})}, "upload-refused"),
    ({"p.zip": zipped({"a/x.form": FORM, "b/x.form": FORM})}, "upload-refused"),
    ({"a\u202ex.form": FORM}, "upload-refused"), ({"a.form": b"{}"}, "upload-refused"),
], ids=["no XML", "no BPMN", "DOCTYPE", "duration", "no diagram", "kind", "broken zip", "bomb",
        "many", "twice", "name", "form"])
def test_what_cannot_be_a_version_is_refused_with_its_reason(
    here: Town, files: dict[str, bytes], code: str,
) -> None:
    answer = here.author.upload(CODE, files)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["detail_vi"]
    if code == "diagram-refused":
        assert all(e["pointer"].startswith("/file") for e in answer.json()["errors"])
    assert here.author.get(f"/procedures/{CODE}/versions").status_code == 404


def test_an_upload_without_a_file_or_by_a_stranger_is_refused(here: Town) -> None:
    nothing = here.author.post(f"/procedures/{CODE}/versions", files=[("other", ("a", b"b"))])
    assert nothing.status_code == 422
    assert here.reception.upload(CODE, FILES).status_code == 403
    other = here.author.upload("1.000000", FILES)
    assert (other.status_code, other.json()["code"]) == (422, "procedure-code")


def test_an_unknown_version_is_not_there(here: Town) -> None:
    here.author.upload(CODE, FILES)
    assert step(here.author, 7, "submit").status_code == 404
    assert here.author.post("/procedures/9.9/versions/1/submit", {}).status_code == 404
    assert here.author.get("/procedures/9.9/versions").status_code == 404
