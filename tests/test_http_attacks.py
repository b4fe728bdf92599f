"""An attacker with a token and uploads: each try ends in a clear refusal, nothing is written."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import quote

import pytest
import requests
import town
from http_town import Person, Town, new_dossier
from town import pack_files

P088 = "2.002755"
DRAWING = "p088.bpmn"


def refused(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    return dict(answer.json())


def at_once(tries: list[Callable[[], requests.Response]]) -> list[requests.Response]:
    """Let all tries begin at the same moment."""
    barrier = Barrier(len(tries))

    def begin(attempt: Callable[[], requests.Response]) -> requests.Response:
        barrier.wait()
        return attempt()

    with ThreadPoolExecutor(len(tries)) as pool:
        return [done.result() for done in [pool.submit(begin, one) for one in tries]]


def zipped(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as file:
        file.writestr(name, content)
    return bytearray(archive.getvalue())


@pytest.mark.parametrize("person", ["a\x00b", "\x1b[2J", "\u202e"], ids=repr)
def test_a_token_for_a_subject_with_strange_characters_opens_no_door(
    here: Town, person: str,
) -> None:
    refused(Person(here.base, here.issuer, person).get("/tasks"), 401, "invalid-token")


@pytest.mark.parametrize("depth", [50, 300, 600, 700])
def test_a_body_nested_deeper_than_any_form_is_refused_before_it_exhausts_the_stack(
    p088: Town, depth: int,
) -> None:
    nested = json.loads("[" * depth + "]" * depth)
    body = new_dossier(P088, applicant={"name": nested})
    answer = p088.reception.post("/dossiers", body, key="deep")
    refused(answer, 400, "malformed-json")
    shallow = new_dossier(P088, applicant={"name": [[["An"]]]})
    refused(p088.reception.post("/dossiers", shallow), 422, "answers-invalid")


@pytest.mark.parametrize("code", ["nope", "  ", "000.00.17.H41 "])
def test_a_competent_agency_that_the_register_does_not_hold_is_named(
    p088: Town, code: str,
) -> None:
    body = new_dossier(P088, competent_agency=code)
    found = refused(p088.reception.post("/dossiers", body), 422, "unknown-agency")
    assert found["agency"] == "dossier.competent_agency"


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_a_zip_whose_packed_bytes_are_broken_is_refused(here: Town, method: int) -> None:
    archive = zipped("a.bpmn", bytes(range(256)) * 2, method)
    for place in (45, 50, 60):
        broken = bytearray(archive)
        broken[place] ^= 0xFF
        broken[place + 1] ^= 0xFF
        refused(here.author.upload("X", {"a.zip": bytes(broken)}), 422, "upload-refused")


def test_a_zip_with_names_that_are_not_utf8_or_places_outside_of_itself_is_refused(
    here: Town,
) -> None:
    strange = bytes(zipped("é.bpmn", b"<a/>")).replace("é".encode(), b"\xff\xfe")
    outside = zipped("a.bpmn", b"<a/>")
    outside[-6:-2] = (0x7FFFFFF0).to_bytes(4, "little")  # where the directory claims to begin
    for content in (strange, bytes(outside)):
        refused(here.author.upload("X", {"a.zip": content}), 422, "upload-refused")


@pytest.mark.parametrize("code", ['a"b', "Đ1", "😀", "a b", "{files}", "-a", "x" * 65], ids=repr)
def test_a_procedure_code_that_no_address_or_header_can_carry_is_refused(
    here: Town, code: str,
) -> None:
    files = dict(pack_files("p088"))
    named = f'procedureCode="{code.replace(chr(34), "&quot;")}"'.encode()
    files[DRAWING] = files[DRAWING].replace(f'procedureCode="{P088}"'.encode(), named)
    refused(here.author.upload(quote(code, safe=""), files), 422, "procedure-code")
    refused(here.author.get(f"/procedures/{quote(code, safe='')}/versions"), 404, "no-procedure")


@pytest.mark.parametrize("component", [
    {"type": "textfield", "key": "q", "validate": {"minLength": 1e999}},
    {"type": "textfield", "key": "q", "validate": {"pattern": "a{99999999999999}"}},
    {"type": "textfield", "key": "Meta"},
    {"type": "number", "key": "q", "decimalDigits": "2"},
    {"type": "number", "key": "q", "decimalDigits": 1.5},
    {"type": "number", "key": "q", "decimalDigits": []},
], ids=str)
def test_a_form_that_would_break_when_it_is_filled_in_is_refused_on_upload(
    here: Town, component: dict[str, Any],
) -> None:
    files = dict(pack_files("p088"))
    form = json.loads(files["receive.form"])
    files["receive.form"] = json.dumps({**form, "components": [component]}).encode()
    refused(here.author.upload(P088, files), 422, "upload-refused")


def test_a_task_completed_by_twenty_at_once_is_completed_once(p088: Town) -> None:
    code = p088.register(P088)["code"]
    person = p088.reception
    task = p088.task(person, code)
    answers = {"papers_complete": True, "paper_copies": 1, "Gateway_B1": "Tiếp nhận"}
    answered = at_once([
        lambda: person.post(f"/tasks/{task['id']}/complete", {"answers": answers},
                            etag=task["etag"]),
    ] * 20)
    assert Counter(answer.status_code for answer in answered) == {200: 1, 409: 19}
    assert len(person.get(f"/dossiers/{code}/history").json()["items"]) == 2


def test_one_key_sent_by_many_at_once_registers_one_dossier_for_each_person(p088: Town) -> None:
    other = town.official(town.COMMUNE, "specialist").id
    bodies = [new_dossier(P088), new_dossier(P088, channel="postal")]
    answered = at_once([
        lambda body=body: p088.reception.post("/dossiers", body, key="k") for body in bodies * 6
    ])
    made = {answer.json()["code"] for answer in answered if answer.status_code == 201}
    assert len(made) == 1
    assert Counter(answer.status_code for answer in answered) == {201: 6, 422: 6}
    stranger = Person(p088.base, p088.issuer, other)
    refused(stranger.post("/dossiers", bodies[0], key="k"), 403, "not-receiving")


def test_who_did_a_step_is_told_to_their_own_agency_alone(p088: Town) -> None:
    code = p088.register(P088)["code"]
    written = town.walk("p088")["paths"]["happy"]
    department = p088.person(town.DEPARTMENT)
    for element in written["order"]:
        answers = written["answers"][element][0]
        agency = next(
            (a for a in town.NAMES if p088.person(a).get("/tasks", dossier=code).json()["items"]),
        )
        person = p088.person(agency)
        task = p088.task(person, code, element)
        done = person.post(f"/tasks/{task['id']}/complete", {"answers": answers}, etag=task["etag"])
        assert done.status_code == 200, done.text
        if agency == town.PROVINCE:
            break
    for path in ("history", "replay"):
        told = department.get(f"/dossiers/{code}/{path}").text
        assert town.official(town.PROVINCE).id not in told
        assert town.official(town.COMMUNE).id not in told
    own = department.get(f"/dossiers/{code}/history").json()["items"]
    assert department.name in {item["actor"] for item in own}
    assert all(item["command"].keys() == {"kind"} for item in own[1:] if item["actor"] is None)
