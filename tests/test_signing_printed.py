"""A printed paper of the law, signed: the bytes of the printing, under the official's signature."""

from __future__ import annotations

from typing import Any

import papers_town
import pytest
import served
from paper_town import can_print_pdf
from signing_town import Country, Place

from engine.audit import desk as auditor
from engine.signatures import Trust, signatures_in


@pytest.fixture(autouse=True)
def _printing() -> None:
    can_print_pdf()


def printed(signing: Place, how: str = "pdf") -> tuple[str, int, bytes]:
    """A dossier stopped at the applicant's request, and its printed notice: code, entry, bytes."""
    code = papers_town.register(signing.here)
    served.act(signing.office, code, "request-supplement", reason="Thiếu giấy tờ.",
               items=["Giấy khai sinh"])
    made = signing.officer.post(
        f"/dossiers/{code}/papers/supplement-request?format={how}", {})
    assert made.status_code == 201, made.text
    return code, int(made.headers["Motcua-Entry"]), made.content


def ask(signing: Place, code: str, entry: int, **more: Any) -> Any:
    return signing.leader.post(f"/dossiers/{code}/signatures", {"printed": entry}, **more)


def test_the_very_bytes_that_were_printed_are_signed_and_kept(
    signing: Place, country: Country,
) -> None:
    code, entry, content = printed(signing)
    asked = ask(signing, code, entry)
    assert asked.status_code == 202, asked.text
    signing.settle(code)
    first, second = signing.papers(code, "other")
    assert (first["source"], first["origin"]) == ("printed", f"{code}#{entry}")
    assert (first["state"], second["source"]) == ("replaced", "signed")
    assert second["name"] == "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"
    assert second["file_name"] == f"supplement-request-{code}.pdf"
    assert signing.content(code, 1) == content
    after = signing.content(code, 2)
    assert after.startswith(content)
    (found,) = signatures_in(after, Trust((country.root.der,)), signing.clock.now())
    assert (found.status, found.serial) == ("valid", country.leader.serial)
    assert auditor.replay_stored(signing.store, code).whole


def test_a_printed_paper_comes_among_the_papers_once(signing: Place) -> None:
    code, entry, _ = printed(signing)
    first = ask(signing, code, entry, key="k")
    again = ask(signing, code, entry, key="k")
    assert (first.json(), again.headers["Idempotent-Replayed"]) == (again.json(), "true")
    other = ask(signing, code, entry)
    assert (other.status_code, other.json()["code"], other.json()["number"]) == (
        409, "printed-before", 1)
    signing.settle(code)
    second = signing.ask(signing.officer, code, 2, component="other")
    assert second.status_code == 202, second.text
    signing.settle(code)
    assert len(signing.paper(code, 3, "other")["signatures"]) == 2


def test_a_notice_is_signed_after_the_dossier_has_ended(signing: Place) -> None:
    code = papers_town.register(signing.here)
    served.act(signing.office, code, "not-accept", reason="Không thuộc thẩm quyền.")
    made = signing.officer.post(f"/dossiers/{code}/papers/refusal", {})
    assert made.status_code == 201, made.text
    assert ask(signing, code, int(made.headers["Motcua-Entry"])).status_code == 202
    signing.settle(code)
    assert signing.paper(code, 2, "other")["source"] == "signed"
    assert auditor.replay_stored(signing.store, code).whole


def test_a_paper_printed_as_docx_is_not_signed_and_the_refusal_says_what_to_do(
    signing: Place,
) -> None:
    code, entry, _ = printed(signing, "docx")
    refused = ask(signing, code, entry)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-pdf")
    assert "print it as PDF" in str(refused.json())


def test_an_entry_that_printed_nothing_is_not_found(signing: Place) -> None:
    code, entry, _ = printed(signing)
    for number in (1, entry + 1, 9999):
        refused = ask(signing, code, number)
        assert (refused.status_code, refused.json()["code"]) == (404, "no-paper")
    assert signing.papers(code, "other") == []
