"""A printed paper of the law, signed: the bytes of the printing, under the official's signature."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import papers_town
import pytest
import served
import signing_town as town_of
from paper_town import can_print_pdf
from signing_town import Country, Place

from engine.audit import desk as auditor
from engine.clock import FixedClock
from engine.signatures import Trust, signatures_in
from engine.store import Store


@pytest.fixture(scope="module")
def known() -> Country:
    can_print_pdf()
    return town_of.country()


@pytest.fixture
def place(
    store: Store, clock: FixedClock, tmp_path: Path, known: Country,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    monkeypatch.setenv(town_of.VARIABLE, town_of.PASSPHRASE)
    with town_of.opened(store, clock, tmp_path, town_of.configuration(tmp_path, known)) as found:
        yield found


def printed(place: Place, how: str = "pdf") -> tuple[str, int, bytes]:
    """A dossier stopped at the applicant's request, and its printed notice: code, entry, bytes."""
    code = papers_town.register(place.here)
    served.act(place.office, code, "request-supplement", reason="Thiếu giấy tờ.",
               items=["Giấy khai sinh"])
    made = place.officer.post(
        f"/dossiers/{code}/papers/supplement-request?format={how}", {})
    assert made.status_code == 201, made.text
    return code, int(made.headers["Motcua-Entry"]), made.content


def ask(place: Place, code: str, entry: int, **more: Any) -> Any:
    return place.leader.post(f"/dossiers/{code}/signatures", {"printed": entry}, **more)


def test_the_very_bytes_that_were_printed_are_signed_and_kept(
    place: Place, known: Country,
) -> None:
    code, entry, content = printed(place)
    asked = ask(place, code, entry)
    assert asked.status_code == 202, asked.text
    place.settle(code)
    first, second = place.papers(code, "other")
    assert (first["source"], first["origin"]) == ("printed", f"{code}#{entry}")
    assert (first["state"], second["source"]) == ("replaced", "signed")
    assert second["name"] == "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"
    assert second["file_name"] == f"supplement-request-{code}.pdf"
    assert place.content(code, 1) == content
    after = place.content(code, 2)
    assert after.startswith(content)
    (found,) = signatures_in(after, Trust((known.root.der,)), place.clock.now())
    assert (found.status, found.serial) == ("valid", known.leader.serial)
    assert auditor.replay_stored(place.store, code).whole


def test_a_printed_paper_comes_among_the_papers_once(place: Place) -> None:
    code, entry, _ = printed(place)
    first = ask(place, code, entry, key="k")
    again = ask(place, code, entry, key="k")
    assert (first.json(), again.headers["Idempotent-Replayed"]) == (again.json(), "true")
    other = ask(place, code, entry)
    assert (other.status_code, other.json()["code"], other.json()["number"]) == (
        409, "printed-before", 1)
    place.settle(code)
    second = place.ask(place.officer, code, 2, component="other")
    assert second.status_code == 202, second.text
    place.settle(code)
    assert len(place.paper(code, 3, "other")["signatures"]) == 2


def test_a_notice_is_signed_after_the_dossier_has_ended(place: Place) -> None:
    code = papers_town.register(place.here)
    served.act(place.office, code, "not-accept", reason="Không thuộc thẩm quyền.")
    made = place.officer.post(f"/dossiers/{code}/papers/refusal", {})
    assert made.status_code == 201, made.text
    assert ask(place, code, int(made.headers["Motcua-Entry"])).status_code == 202
    place.settle(code)
    assert place.paper(code, 2, "other")["source"] == "signed"
    assert auditor.replay_stored(place.store, code).whole


def test_a_paper_printed_as_docx_is_not_signed_and_the_refusal_says_what_to_do(
    place: Place,
) -> None:
    code, entry, _ = printed(place, "docx")
    refused = ask(place, code, entry)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-pdf")
    assert "print it as PDF" in str(refused.json())


def test_an_entry_that_printed_nothing_is_not_found(place: Place) -> None:
    code, entry, _ = printed(place)
    for number in (1, entry + 1, 9999):
        refused = ask(place, code, number)
        assert (refused.status_code, refused.json()["code"]) == (404, "no-paper")
    assert place.papers(code, "other") == []
