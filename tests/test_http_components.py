"""Officials at the counter (thành phần hồ sơ): scan, show, replace, reuse, hand back, look."""

from __future__ import annotations

import hashlib
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import paper_files as make
import psycopg
import pytest
import requests
import town
from http_town import Person, Town
from papers_town import (
    AN,
    BINH,
    BUSINESS,
    EARLIER,
    FORM,
    RESULT,
    act,
    hand_in,
    item,
    needs,
    open_procedure,
    register,
    settle,
    stored,
)

from engine.clock import FixedClock
from engine.history import read_body
from engine.office import Office
from engine.store import Store, entries

PDF = make.pdf()


@pytest.fixture
def desk(here: Town, office: Office, clock: FixedClock) -> Person:
    """The one-stop officer of the commune, the sample procedure with components in force."""
    open_procedure(office, clock)
    return here.reception


@pytest.fixture
def others(here: Town) -> Person:
    return here.person(town.DEPARTMENT, "one_stop_officer")


def problem(answer: requests.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert told["detail_vi"]
    return str(told["code"])


def test_a_new_dossier_says_what_is_required_and_missing(here: Town, desk: Person) -> None:
    code = register(here)
    told = needs(desk, code)
    assert told["complete"] is False
    assert told["missing"] == [FORM, EARLIER]
    assert [(i["component"], i["required"], i["missing"]) for i in told["items"]] == [
        (FORM, True, 1), (EARLIER, True, 1), (RESULT, False, 0), (BUSINESS, False, 0),
    ]


def test_what_was_answered_at_the_start_decides_what_is_asked(here: Town, desk: Person) -> None:
    code = register(here, business=True)
    assert item(desk, code, BUSINESS)["missing"] == 2
    assert hand_in(desk, code, BUSINESS, PDF, copy="plain").status_code == 201
    assert item(desk, code, BUSINESS)["missing"] == 1
    assert hand_in(desk, code, BUSINESS, make.png(), copy="plain").status_code == 201
    assert item(desk, code, BUSINESS)["missing"] == 0


def test_a_scan_lies_in_the_store_by_its_hash_and_comes_back_as_it_was(
    here: Town, desk: Person, tmp_path: Path,
) -> None:
    code = register(here)
    added = hand_in(desk, code, FORM, PDF, file_name="Tờ khai «mẫu».pdf", source="submitted")
    assert added.status_code == 201
    (paper,) = added.json()["papers"]
    name = hashlib.sha256(PDF).hexdigest()
    assert (paper["sha256"], paper["size"]) == (name, len(PDF))
    assert (paper["media_type"], paper["state"]) == ("application/pdf", "held")
    assert added.headers["ETag"] == f'"{item(desk, code, FORM)["etag"]}"'
    assert [p.name for p in stored(tmp_path)] == [name]
    given = requests.get(here.base + added.headers["Location"], headers=desk.headers(), timeout=9)
    assert given.content == PDF
    assert given.headers["Content-Type"] == "application/pdf"
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Cache-Control"] == "no-store"
    assert given.headers["Content-Length"] == str(len(PDF))
    assert given.headers["Content-Disposition"] == (
        "attachment; filename=\"T_ khai _m_u_.pdf\"; "
        "filename*=UTF-8''T%E1%BB%9D%20khai%20%C2%ABm%E1%BA%ABu%C2%BB.pdf"
    )


def test_a_long_scan_comes_back_as_it_was(here: Town, desk: Person, tmp_path: Path) -> None:
    code, noise = register(here), random.Random(3).randbytes(6_000_000)
    picture = b"4 0 obj\n<</Subtype/Image>>\nstream\n" + noise + b"\nendstream\nendobj\n"
    for scan in (make.pdf(picture), make.pdf(picture.replace(b"\n", b"\r"))):
        number = hand_in(desk, code, FORM, scan).json()["number"]
        given = desk.get(f"/dossiers/{code}/components/{number}/content")
        assert given.content == scan
    assert len(stored(tmp_path)) == 2


def test_a_paper_that_was_only_shown_counts_and_has_no_file(here: Town, desk: Person) -> None:
    code = register(here)
    shown = hand_in(desk, code, EARLIER, copy="certified", shown=True)
    assert shown.status_code == 201
    told = item(desk, code, EARLIER)
    assert (told["missing"], told["digitise"]) == (0, False)
    number = shown.json()["number"]
    assert problem(desk.get(f"/dossiers/{code}/components/{number}/content"), 404) == "no-file"
    back = desk.post(f"/dossiers/{code}/components/hand-back", {"papers": [number]},
                     etag=needs(desk, code)["etag"])
    assert problem(back, 409) == "no-original"


def test_a_paper_without_scan_of_a_class_that_must_be_digitised_is_told(
    here: Town, desk: Person,
) -> None:
    code = register(here)
    first = hand_in(desk, code, EARLIER)
    assert first.status_code == 201
    assert item(desk, code, EARLIER)["digitise"] is True
    scanned = hand_in(desk, code, EARLIER, PDF, source="digitised_at_counter",
                      replaces=first.json()["number"])
    assert scanned.status_code == 201
    told = item(desk, code, EARLIER)
    assert [p["state"] for p in told["papers"]] == ["replaced", "held"]
    assert (told["digitise"], told["missing"]) == (False, 0)


def test_a_wrong_paper_is_withdrawn_with_a_reason_and_stays_in_the_history(
    here: Town, desk: Person,
) -> None:
    code = register(here)
    number = hand_in(desk, code, FORM, PDF).json()["number"]
    paper = item(desk, code, FORM)["papers"][0]
    path = f"/dossiers/{code}/components/{number}/withdraw"
    assert problem(desk.post(path, {}, etag=paper["etag"]), 422) == "reason-required"
    assert problem(desk.post(path, {"reason": "Nhầm"}), 428) == "precondition-required"
    done = desk.post(path, {"reason": "Nhầm hồ sơ"}, etag=paper["etag"])
    assert done.status_code == 200
    assert item(desk, code, FORM)["missing"] == 1
    assert problem(desk.post(path, {"reason": "Nữa"}, etag="x"), 409) == "paper-not-held"
    kinds = [e["command"]["kind"] for e in desk.get(f"/dossiers/{code}/history").json()["items"]]
    assert kinds == ["register", "add-paper", "withdraw-paper"]
    assert desk.get(f"/dossiers/{code}/components/{number}/content").content == PDF


def test_originals_are_handed_back_once(here: Town, desk: Person) -> None:
    code = register(here)
    numbers = [hand_in(desk, code, c, PDF).json()["number"] for c in (FORM, EARLIER)]
    path, told = f"/dossiers/{code}/components/hand-back", needs(desk, code)
    done = desk.post(path, {"papers": numbers, "note": "Đã nhận đủ"}, etag=told["etag"])
    assert done.status_code == 200
    assert all(p["handed_back_at"] for p in done.json()["papers"])
    assert item(desk, code, FORM)["missing"] == 0
    again = desk.post(path, {"papers": numbers}, etag=needs(desk, code)["etag"])
    assert problem(again, 409) == "no-original"
    assert problem(desk.post(path, {"papers": [99]}, etag="x"), 404) == "no-paper"
    assert problem(desk.post(path, {"papers": []}, etag="x"), 422) == "body-invalid"


def test_a_paper_that_nobody_declared_needs_a_name(here: Town, desk: Person) -> None:
    code = register(here)
    assert problem(hand_in(desk, code, "other", PDF), 422) == "name-required"
    done = hand_in(desk, code, "other", PDF, name="Đơn trình bày")
    assert done.status_code == 201
    assert item(desk, code, "other")["papers"][0]["name"] == "Đơn trình bày"
    assert problem(hand_in(desk, code, "KHONG.CO", PDF, etag="x"), 404) == "no-component"


def test_the_history_holds_hashes_and_never_names_or_ids(
    here: Town, desk: Person, store: Store, clock: FixedClock,
) -> None:
    code = register(here)
    hand_in(desk, code, EARLIER, PDF, file_name="Nguyễn Văn An 001234567890.pdf")
    hand_in(desk, code, FORM, make.jpeg())
    hand_in(desk, code, "other", make.png(), name="Đơn của ông An")
    settle(here, clock, code)
    with store.reading() as connection:
        chain = list(entries.chain(connection, code))
    told = str([read_body(entry) for entry in chain])
    assert hashlib.sha256(PDF).hexdigest() in told
    for secret in (AN, "Nguyễn", "ông An"):
        assert secret not in told


def test_a_dossier_is_done_again_after_the_file_store_is_gone(
    here: Town, desk: Person, clock: FixedClock, tmp_path: Path,
) -> None:
    code = register(here)
    first = hand_in(desk, code, FORM, PDF).json()["number"]
    hand_in(desk, code, FORM, make.png(), replaces=first)
    hand_in(desk, code, EARLIER, shown=True)
    settle(here, clock, code)
    shutil.rmtree(tmp_path / "files")
    again = desk.get(f"/dossiers/{code}/replay").json()
    assert again["whole"], again
    lost = desk.get(f"/dossiers/{code}/components/{first}/content")
    assert problem(lost, 500) == "file-lost"


def test_a_row_that_was_touched_is_found_by_doing_it_again(
    here: Town, desk: Person, owner: str,
) -> None:
    code = register(here)
    hand_in(desk, code, FORM, PDF)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("UPDATE paper SET media_type = 'text/html'")
    again = desk.get(f"/dossiers/{code}/replay").json()
    assert again["rows"] == ["paper 0001: its row differs in media_type"]


def test_a_file_that_was_changed_in_the_store_is_not_given_out(
    here: Town, desk: Person, tmp_path: Path,
) -> None:
    code = register(here)
    number = hand_in(desk, code, FORM, PDF).json()["number"]
    (kept,) = stored(tmp_path)
    kept.write_bytes(PDF.replace(b"Catalog", b"CatalOg"))
    path = f"/dossiers/{code}/components/{number}/content"
    assert problem(desk.get(path), 500) == "file-lost"
    # The same file handed in anew heals it.
    assert hand_in(desk, register(here), FORM, PDF).status_code == 201
    assert desk.get(path).content == PDF


class TestWhoMay:
    def test_another_agency_does_not_learn_that_there_is_a_dossier(
        self, here: Town, desk: Person, others: Person,
    ) -> None:
        code = register(here)
        number = hand_in(desk, code, FORM, PDF).json()["number"]
        for answer in (
            others.get(f"/dossiers/{code}/components"),
            others.get(f"/dossiers/{code}/components/{number}/content"),
            hand_in(others, code, FORM, PDF, etag="x"),
            hand_in(others, code, FORM, shown=True, etag="x"),
            others.post(f"/dossiers/{code}/components/{number}/withdraw", {"reason": "x"},
                        etag="x"),
            others.post(f"/dossiers/{code}/components/hand-back", {"papers": [1]}, etag="x"),
        ):
            assert problem(answer, 404) == "no-dossier"

    @pytest.mark.usefixtures("desk")
    def test_a_specialist_looks_and_adds_results_alone(self, here: Town) -> None:
        code = register(here)
        specialist = here.person(town.COMMUNE, "specialist")
        assert needs(specialist, code)["missing"]
        assert problem(hand_in(specialist, code, FORM, PDF), 403) == "paper-not-allowed"
        assert hand_in(specialist, code, RESULT, PDF).status_code == 201

    def test_an_agency_that_is_merely_consulted_sees_the_dossier_and_no_paper(
        self, here: Town, desk: Person, others: Person,
    ) -> None:
        code = register(here)
        number = hand_in(desk, code, FORM, PDF).json()["number"]
        hand_in(desk, code, EARLIER, make.png())
        for name, content in (("accept", {}), ("forward", {}), ("consult", {
            "agency": town.DEPARTMENT, "question": "Có vướng mắc không?",
            "duration": "05 ngày làm việc",
        })):
            done = act(desk, code, name, **content)
            assert done.status_code == 200, done.text
        assert others.get(f"/dossiers/{code}").status_code == 200
        assert problem(others.get(f"/dossiers/{code}/components"), 404) == "no-dossier"
        path = f"/dossiers/{code}/components/{number}/content"
        assert problem(others.get(path), 404) == "no-dossier"

    @pytest.mark.usefixtures("desk")
    def test_without_a_token_nothing_is_read(self, here: Town) -> None:
        code = register(here)
        url = f"{here.base}/api/v1/dossiers/{code}/components/{FORM}"
        answer = requests.post(url, files={"file": ("a.pdf", PDF)}, timeout=9)
        assert problem(answer, 401) == "no-token"


class TestCompleteness:
    """Decree 61/2018 art. 17.1, Decree 118/2025 art. 17: complete first, then accepted."""

    def accepting(self, desk: Person, code: str) -> dict[str, Any]:
        told = desk.get(f"/dossiers/{code}").json()
        return next(one for one in told["actions"] if one["act"] == "accept")

    def test_an_incomplete_dossier_is_not_accepted_and_each_missing_paper_is_named(
        self, here: Town, desk: Person,
    ) -> None:
        code = register(here)
        hand_in(desk, code, FORM, PDF)
        refused = act(desk, code, "accept")
        assert problem(refused, 409) == "dossier-incomplete"
        assert refused.json()["missing"] == [EARLIER]
        for words in (EARLIER, "Kết quả của thủ tục trước", "NĐ 118/2025 Đ17", "yêu cầu bổ sung"):
            assert words in refused.json()["detail_vi"]
        offered = self.accepting(desk, code)
        assert (offered["allowed"], offered["why"]["code"]) == (False, "dossier-incomplete")
        assert desk.get(f"/dossiers/{code}").json()["status_name"] == "newly_registered"

    def test_a_step_that_accepts_as_drawn_is_held_to_the_same_and_nothing_is_written(
        self, here: Town, desk: Person,
    ) -> None:
        code = register(here)
        task = here.task(desk, code)
        refused = desk.post(f"/tasks/{task['id']}/complete",
                            {"answers": {"Gateway_B1": "Tiếp nhận"}}, etag=task["etag"])
        assert problem(refused, 409) == "dossier-incomplete"
        assert refused.json()["missing"] == [FORM, EARLIER]
        assert here.task(desk, code) == task

    def test_on_the_spot_is_settled_what_is_complete_alone(self, here: Town, desk: Person) -> None:
        code = register(here)
        assert problem(act(desk, code, "settle", on_the_spot=True), 409) == "dossier-incomplete"

    def test_what_came_with_the_supplement_makes_it_complete(
        self, here: Town, desk: Person,
    ) -> None:
        code = register(here)
        hand_in(desk, code, FORM, PDF)
        assert act(desk, code, "request-supplement", reason="Thiếu").status_code == 200
        hand_in(desk, code, EARLIER, copy="certified", shown=True)
        assert act(desk, code, "receive-supplement").status_code == 200
        assert self.accepting(desk, code)["allowed"]
        assert act(desk, code, "accept").status_code == 200
        assert desk.get(f"/dossiers/{code}/replay").json()["whole"]

    def test_the_answers_decide_how_many_papers_make_it_complete(
        self, here: Town, desk: Person,
    ) -> None:
        code = register(here, business=True)
        for component in (FORM, EARLIER, BUSINESS):
            hand_in(desk, code, component, make.png(), copy="plain")
        refused = act(desk, code, "accept")
        assert refused.json()["missing"] == [BUSINESS]
        assert "(01)" in refused.json()["detail_vi"]  # two are asked for, one is there
        hand_in(desk, code, BUSINESS, make.jpeg(), copy="plain")
        assert act(desk, code, "accept").status_code == 200

    def test_a_paper_that_is_held_completes_it_when_it_is_reused(
        self, here: Town, desk: Person, clock: FixedClock,
    ) -> None:
        first = register(here)
        for component in (FORM, EARLIER):
            hand_in(desk, first, component, PDF)
        settle(here, clock, first)
        code = register(here)
        hand_in(desk, code, FORM, make.png())
        assert act(desk, code, "accept").json()["missing"] == [EARLIER]
        (offer,) = item(desk, code, EARLIER)["offers"]
        assert hand_in(desk, code, EARLIER, reuse=offer["id"]).status_code == 201
        assert act(desk, code, "accept").status_code == 200


class TestReuse:
    """Decree 107/2021, Decision 468/QĐ-TTg, Decree 118/2025 art. 4.2a."""

    def settled(self, here: Town, desk: Person, clock: FixedClock, owner: str = AN) -> str:
        code = register(here, owner)
        hand_in(desk, code, FORM, make.png())
        assert hand_in(desk, code, EARLIER, PDF, copy="certified").status_code == 201
        settle(here, clock, code)
        return code

    def test_papers_of_a_settled_dossier_are_offered_to_the_next_of_the_same_owner(
        self, here: Town, desk: Person, clock: FixedClock,
    ) -> None:
        code = register(here)
        hand_in(desk, code, EARLIER, PDF)
        hand_in(desk, code, FORM, make.png())
        assert item(desk, register(here), EARLIER)["offers"] == []
        settle(here, clock, code)
        told = item(desk, register(here), EARLIER)
        (offer,) = told["offers"]
        assert offer["code"] == f"{AN}.{EARLIER}"
        assert offer["dossier"] == code
        assert (told["may_ask"], told["article"]) == (
            False, "NĐ 118/2025 Đ4.2a, QĐ 468/QĐ-TTg",
        )
        # What is digitised on demand is not held, and nobody else is offered anything.
        assert item(desk, register(here), FORM)["offers"] == []
        assert item(desk, register(here, BINH), EARLIER)["offers"] == []
        assert item(desk, register(here, None), EARLIER)["offers"] == []

    def test_a_paper_that_is_held_may_not_be_asked_for_again_but_reused(
        self, here: Town, desk: Person, clock: FixedClock, tmp_path: Path,
    ) -> None:
        first = self.settled(here, desk, clock)
        code = register(here)
        (offer,) = item(desk, code, EARLIER)["offers"]
        again = hand_in(desk, code, EARLIER, make.jpeg())
        assert problem(again, 409) == "already-held"
        assert again.json()["offer"] == offer["id"]
        assert "NĐ 118/2025 Đ4.2a" in again.json()["detail_vi"]
        before = stored(tmp_path)
        reused = hand_in(desk, code, EARLIER, reuse=offer["id"])
        assert reused.status_code == 201, reused.text
        (paper,) = reused.json()["papers"]
        assert (paper["source"], paper["copy"]) == ("reused", "certified")
        assert paper["origin"].startswith(f"{first}/")
        assert item(desk, code, EARLIER)["missing"] == 0
        given = desk.get(f"/dossiers/{code}/components/{paper['number']}/content")
        assert given.content == PDF
        assert stored(tmp_path) == before
        assert desk.get(f"/dossiers/{code}/replay").json()["whole"]

    def test_where_the_held_paper_fails_it_is_asked_for_with_its_reason(
        self, here: Town, desk: Person, clock: FixedClock,
    ) -> None:
        self.settled(here, desk, clock)
        code = register(here)
        done = hand_in(desk, code, EARLIER, make.jpeg(), because="Bản số hóa bị mờ")
        assert done.status_code == 201, done.text

    def test_what_is_fetched_from_a_national_database_is_not_asked_of_the_applicant(
        self, here: Town, desk: Person, clock: FixedClock,
    ) -> None:
        self.settled(here, desk, clock)
        done = hand_in(desk, register(here), EARLIER, make.jpeg(), source="fetched")
        assert done.status_code == 201, done.text

    def test_the_paper_of_another_owner_cannot_be_reused(
        self, here: Town, desk: Person, clock: FixedClock,
    ) -> None:
        self.settled(here, desk, clock)
        (offer,) = item(desk, register(here), EARLIER)["offers"]
        for owner in (BINH, None):
            taken = hand_in(desk, register(here, owner), EARLIER, reuse=offer["id"])
            assert problem(taken, 404) == "no-offer"
        wrong = hand_in(desk, register(here), BUSINESS, reuse=offer["id"])
        assert problem(wrong, 404) == "no-offer"

    def test_the_result_becomes_reusable_when_it_is_added_after_signing(
        self, here: Town, desk: Person, clock: FixedClock, owner: str,
    ) -> None:
        code = self.settled(here, desk, clock)
        assert problem(hand_in(desk, code, FORM, PDF), 409) == "papers-closed"
        assert hand_in(desk, code, RESULT, make.pdf(text="Kết quả")).status_code == 201
        with psycopg.connect(owner) as connection:
            held = connection.execute(
                "SELECT owner, paper_type FROM held_paper WHERE ended_at IS NULL ORDER BY 2",
            ).fetchall()
        assert held == [(AN, EARLIER), (AN, RESULT)]

    def test_a_wrong_result_that_is_withdrawn_is_held_no_longer(
        self, here: Town, desk: Person, clock: FixedClock, owner: str,
    ) -> None:
        code = self.settled(here, desk, clock)
        number = hand_in(desk, code, RESULT, PDF).json()["number"]
        paper = item(desk, code, RESULT)["papers"][0]
        done = desk.post(f"/dossiers/{code}/components/{number}/withdraw",
                         {"reason": "Nhầm tệp"}, etag=paper["etag"])
        assert done.status_code == 200
        with psycopg.connect(owner) as connection:
            held = connection.execute(
                "SELECT paper_type FROM held_paper WHERE ended_at IS NULL",
            ).fetchall()
        assert held == [(EARLIER,)]

    def test_a_supplement_request_may_not_name_a_paper_that_is_held(
        self, here: Town, desk: Person, clock: FixedClock,
    ) -> None:
        self.settled(here, desk, clock)
        code = register(here)

        def ask(*items: str, **more: str) -> requests.Response:
            return act(desk, code, "request-supplement", reason="Thiếu giấy tờ",
                       items=list(items), **more)

        refused = ask(FORM, f"{EARLIER}: kết quả của thủ tục trước")
        assert problem(refused, 409) == "already-held"
        assert "NĐ 118/2025 Đ4.2a" in refused.json()["detail"]
        assert desk.get(f"/dossiers/{code}").json()["status_name"] == "newly_registered"
        assert ask(EARLIER, because="Bản số hóa thiếu trang 2").status_code == 200
        assert hand_in(desk, code, FORM, PDF).status_code == 201  # a held dossier takes papers in

    def test_what_is_not_held_may_be_asked_for(
        self, here: Town, desk: Person, clock: FixedClock,
    ) -> None:
        self.settled(here, desk, clock)
        for owner, items in ((AN, [FORM, "Ảnh 3x4"]), (BINH, [EARLIER])):
            code = register(here, owner)
            asked = act(desk, code, "request-supplement", reason="Thiếu giấy tờ", items=items)
            assert asked.status_code == 200, asked.text

    def test_a_settlement_that_is_taken_back_takes_its_papers_back(
        self, here: Town, desk: Person, owner: str,
    ) -> None:
        code = register(here)
        hand_in(desk, code, EARLIER, PDF)
        hand_in(desk, code, FORM, make.png())
        for name, content in (
            ("accept", {}), ("forward", {}), ("settle", {}),
            ("correct", {"reason": "Ký nhầm hồ sơ"}),
        ):
            done = act(desk, code, name, **content)
            assert done.status_code == 200, done.text
            offered = item(desk, register(here), EARLIER)["offers"]
            assert bool(offered) == (name == "settle")
        assert desk.get(f"/dossiers/{code}/replay").json()["whole"]
        with psycopg.connect(owner) as connection:
            (ended,) = connection.execute("SELECT ended_at FROM held_paper").fetchone() or (None,)
        assert ended is not None

    def test_a_refused_dossier_leaves_nothing_to_reuse(self, here: Town, desk: Person) -> None:
        code = register(here)
        hand_in(desk, code, EARLIER, PDF)
        hand_in(desk, code, FORM, make.png())
        for name, content in (("accept", {}), ("forward", {}),
                              ("settle", {"result": "refused", "reason": "Không đủ điều kiện"})):
            done = act(desk, code, name, **content)
            assert done.status_code == 200, done.text
        assert item(desk, register(here), EARLIER)["offers"] == []

    def test_owners_stand_outside_the_chain_and_can_be_erased(
        self, here: Town, desk: Person, clock: FixedClock, owner: str,
    ) -> None:
        code = self.settled(here, desk, clock)
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("DELETE FROM held_paper")
        assert item(desk, register(here), EARLIER)["offers"] == []
        assert desk.get(f"/dossiers/{code}/replay").json()["whole"]


class TestConcurrency:
    def test_two_officials_who_add_the_same_paper_at_once_add_it_once(
        self, here: Town, desk: Person, tmp_path: Path,
    ) -> None:
        code = register(here)
        etag = item(desk, code, FORM)["etag"]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(
                lambda _: hand_in(desk, code, FORM, PDF, etag=etag), range(8)))
        assert min(a.status_code for a in answers) == 201
        assert {a.status_code for a in answers} <= {201, 409, 412}
        assert [a.status_code for a in answers].count(201) == 1
        assert len(item(desk, code, FORM)["papers"]) == 1
        assert len(stored(tmp_path)) == 1
        assert desk.get(f"/dossiers/{code}/replay").json()["whole"]

    def test_two_officials_who_add_different_papers_are_not_in_each_others_way(
        self, here: Town, desk: Person,
    ) -> None:
        code = register(here)
        tags = {c: item(desk, code, c)["etag"] for c in (FORM, EARLIER, "other")}

        def add(component: str) -> int:
            return hand_in(desk, code, component, PDF, etag=tags[component],
                           name="Đơn").status_code

        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(add, tags)) == [201, 201, 201]
        assert [p["number"] for c in tags for p in item(desk, code, c)["papers"]]
        assert desk.get(f"/dossiers/{code}/replay").json()["whole"]

    def test_a_repeated_request_is_answered_from_its_record(
        self, here: Town, desk: Person,
    ) -> None:
        code = register(here)
        etag = item(desk, code, FORM)["etag"]
        first = hand_in(desk, code, FORM, PDF, etag=etag, key="k1")
        again = hand_in(desk, code, FORM, PDF, etag=etag, key="k1")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.json() == first.json()
        other = hand_in(desk, code, FORM, make.png(), etag=etag, key="k1")
        assert problem(other, 422) == "idempotency-key-reused"
        assert len(item(desk, code, FORM)["papers"]) == 1

    def test_the_very_same_file_twice_is_told_so(self, here: Town, desk: Person) -> None:
        code = register(here)
        hand_in(desk, code, FORM, PDF)
        assert problem(hand_in(desk, code, FORM, PDF), 409) == "same-file"
        assert problem(hand_in(desk, code, FORM, make.png(), etag="old"), 412) == "stale"


def said(**values: Any) -> dict[str, Any]:
    return values


@pytest.mark.parametrize("wrong", [
    said(copy="scan"), said(count=0), said(count=100), said(count="hai"), said(source="reused"),
    said(source="fax"), said(shown="maybe"), said(extra=1), said(because=5), said(name="a\x00b"),
    said(name="x" * 301), said(replaces=0), said(reuse=""), said(copy="electronic"),
])
def test_what_is_said_of_a_paper_is_read_strictly(
    here: Town, desk: Person, wrong: dict[str, Any],
) -> None:
    code = register(here)
    answer = hand_in(desk, code, FORM, **wrong)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]
    assert item(desk, code, FORM)["papers"] == []


def test_the_api_describes_how_a_paper_is_sent(here: Town) -> None:
    described = requests.get(f"{here.base}/openapi.json", timeout=9).json()
    path = described["paths"]["/api/v1/dossiers/{code}/components/{component}"]["post"]
    assert set(path["requestBody"]["content"]) == {"multipart/form-data", "application/json"}
    assert "NewPaper" in described["components"]["schemas"]
