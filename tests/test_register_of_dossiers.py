"""The register of dossiers (TT 01/2018 mẫu 06, TT 03/2025 mẫu 07) as JSON, XLSX, page and PDF."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
import town
from http_town import Town, new_dossier
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from paper_town import APPLICANT, P088, act, can_print_pdf, play, register, text_of
from pypdf import PdfReader

from engine.audit import desk
from engine.audit.signing import make_seal
from engine.clock import VIETNAM, FixedClock
from engine.history import read_body
from engine.office import Office
from engine.papers import bound
from engine.store import Store, entries, printed

NOVEMBER = {"agency": town.COMMUNE, "from": "2026-11-01", "to": "2026-11-30"}


def ask(here: Town, how: str = "json", **query: Any) -> requests.Response:
    return here.reception.get("/register", **{**NOVEMBER, "format": how, **query})


def items(here: Town, **query: Any) -> list[dict[str, Any]]:
    answer = ask(here, **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def sheet(here: Town) -> Worksheet:
    answer = ask(here, "xlsx")
    assert answer.status_code == 200, answer.text
    found = load_workbook(BytesIO(answer.content)).active
    assert isinstance(found, Worksheet)
    return found


def test_a_line_tells_all_that_the_form_asks_for(
    p088: Town, office: Office, store: Store, clock: FixedClock,
) -> None:
    code = register(office)
    play(office, store, clock, code, 15)
    (line,) = items(p088)
    assert line == {
        "number": 1, "code": code, "procedure": P088, "procedure_name": line["procedure_name"],
        "applicant": APPLICANT["name"], "address": APPLICANT["address"],
        "phone": APPLICANT["phone"], "received": "2026-11-09T08:20:00+07:00", "due": line["due"],
        "settled": line["settled"], "returned": "2026-11-09T13:00:00+07:00", "ended": None,
        "result": "granted", "status": 10, "status_label": "đã trả kết quả", "channel": "direct",
        "standing": "early", "notes": [],
    }
    assert line["due"] > line["returned"]


@pytest.mark.parametrize(("steps", "later", "standing"), [
    (0, timedelta(), "uncounted"), (3, timedelta(), "on_time"), (3, timedelta(days=40), "late"),
])
def test_the_standing_says_how_the_dossier_stands_against_its_appointment(
    p088: Town, office: Office, store: Store, clock: FixedClock, *,
    steps: int, later: timedelta, standing: str,
) -> None:
    play(office, store, clock, register(office), steps)
    clock.advance(later)
    assert [line["standing"] for line in items(p088)] == [standing]


def test_a_dossier_that_waits_for_the_citizen_is_not_called_late_meanwhile(
    p088: Town, office: Office, store: Store, clock: FixedClock,
) -> None:
    code = register(office)
    play(office, store, clock, code, 2)
    act(office, store, code, "request-supplement", reason="Thiếu bản khai")
    clock.advance(timedelta(days=60))
    (line,) = items(p088)
    assert line["standing"] == "on_time"
    assert line["notes"][0] == "Bổ sung 1 lần"


def test_the_register_pages_by_an_opaque_cursor_in_the_order_of_receipt(
    p088: Town, office: Office, clock: FixedClock,
) -> None:
    codes = []
    for _ in range(5):
        codes.append(register(office))
        clock.advance(timedelta(minutes=1))
    first = ask(p088, limit=2).json()
    second = ask(p088, limit=2, cursor=first["next"]).json()
    third = ask(p088, limit=2, cursor=second["next"]).json()
    lines = [line for page in (first, second, third) for line in page["items"]]
    assert [line["code"] for line in lines] == codes
    assert [line["number"] for line in lines] == [1, 2, 3, 4, 5]
    assert third["next"] is None
    broken = ask(p088, cursor="nonsense")
    assert (broken.status_code, broken.json()["code"]) == (400, "bad-cursor")


def test_lines_are_numbered_through_the_year_and_begin_again_in_january(
    p088: Town, office: Office, clock: FixedClock,
) -> None:
    for moment in ("2026-11-09T08:00", "2026-12-31T23:59", "2027-01-01T00:01", "2027-01-04T08:00"):
        clock.set(datetime.fromisoformat(moment).replace(tzinfo=VIETNAM))
        register(office)
    whole = items(p088, **{"from": "2026-01-01", "to": "2027-12-31"})
    assert [line["number"] for line in whole] == [1, 2, 1, 2]
    assert [line["number"] for line in items(p088, **{"from": "2026-12-01", "to": "2027-01-02"})] \
        == [2, 1]
    assert [line["number"] for line in items(p088, **{"from": "2027-01-02", "to": "2027-01-31"})] \
        == [2]


def test_only_officials_of_the_agency_see_its_register(p088: Town) -> None:
    for agency in (town.DEPARTMENT, town.HANOI):
        answer = p088.person(agency).get("/register", **NOVEMBER)
        assert (answer.status_code, answer.json()["code"]) == (404, "no-register")
    answer = requests.get(f"{p088.base}/api/v1/register", params=NOVEMBER, timeout=20)
    assert answer.status_code == 401


@pytest.mark.parametrize(("query", "status"), [
    ({"from": "2026-12-01"}, 422), ({"format": "csv"}, 400), ({"from": "yesterday"}, 400),
    ({"to": "9999-12-31"}, 422), ({"limit": 0}, 400), ({"sort": "name"}, 400),
])
def test_what_cannot_be_asked_is_refused(p088: Town, query: dict[str, Any], status: int) -> None:
    assert p088.reception.get("/register", **{**NOVEMBER, **query}).status_code == status


def test_the_sheet_has_the_same_lines_with_moments_as_moments(
    p088: Town, office: Office, store: Store, clock: FixedClock,
) -> None:
    code = register(office)
    play(office, store, clock, code, 15)
    rows = [[cell.value for cell in row] for row in sheet(p088).iter_rows()]
    assert rows[0][0] == "UBND xã Kim Liên"
    assert rows[2][0] == "Hồ sơ nhận từ ngày 01/11/2026 đến ngày 30/11/2026"
    assert rows[3][:4] == ["STT", "Mã hồ sơ", "Tên thủ tục", "Họ tên người nộp"]
    line = dict(zip(rows[3], rows[4], strict=True))
    assert (line["STT"], line["Mã hồ sơ"]) == (1, code)
    assert line["Nhận hồ sơ"] == datetime(2026, 11, 9, 8, 20)  # noqa: DTZ001 - the wall's time
    assert line["Địa chỉ, điện thoại"] == f"{APPLICANT['address']}\n{APPLICANT['phone']}"
    assert (line["Kết quả"], line["Tình trạng"]) == ("Đã giải quyết", "Trước hạn")


@pytest.mark.parametrize("name", [
    '=HYPERLINK("http://x","y")', "+84912", "-2+3", "@SUM(A1)", "=1+1",
])
def test_what_a_citizen_wrote_is_never_a_formula(p088: Town, name: str) -> None:
    asked = new_dossier(P088, applicant={"name": name, "address": name})
    assert p088.reception.post("/dossiers", asked).status_code == 201
    cells = [cell for row in sheet(p088).iter_rows(min_row=5) for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    written = [cell for cell in cells if cell.value == name]
    assert len(written) == 2
    assert all(cell.data_type in {"s", "inlineStr"} and cell.quotePrefix for cell in written)


def test_the_page_escapes_what_a_citizen_wrote_and_may_run_nothing(p088: Town) -> None:
    asked = new_dossier(P088, applicant={"name": "<script>alert(1)</script>"})
    p088.reception.post("/dossiers", asked)
    answer = ask(p088, "html")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_the_printed_register_lies_on_a4_with_its_form_number_and_a_column_to_sign(
    p088: Town, office: Office,
) -> None:
    can_print_pdf()
    codes = [register(office) for _ in range(12)]
    answer = ask(p088, "pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.content)).pages
    assert [round(float(x) / 72 * 25.4) for x in pages[0].mediabox[2:]] == [297, 210]
    assert len(pages) == 2
    text = text_of(answer.content)
    for words in ("SỔ THEO DÕI HỒ SƠ", "Mẫu số 07, TT 03/2025/TT-VPCP", "Ký nhận",
                  "Trang 2/2", APPLICANT["name"]):
        assert words in text
    assert all(code in text.replace(" ", "") for code in codes)


def test_each_printing_leaves_an_entry_of_the_agency_that_knows_the_paper_again(
    p088: Town, office: Office, store: Store, tmp_path: Path,
) -> None:
    can_print_pdf()
    register(office)
    first, second = ask(p088, "pdf"), ask(p088, "pdf")
    with store.reading() as connection:
        chain = entries.chain(connection, f"book:{town.COMMUNE}")
        (found,) = printed.by_hash(connection, sha256(second.content).hexdigest())
    assert found == chain[-1]
    assert [first.headers["Motcua-Entry"], second.headers["Motcua-Entry"]] == ["1", "2"]
    for answer, entry in zip((first, second), chain, strict=True):
        told = read_body(entry)
        command = told["content"]["command"]
        assert command["sha256"] == sha256(answer.content).hexdigest()
        assert (command["since"], command["until"], command["form"]) == (
            "2026-11-01", "2026-11-30", "Mẫu số 07, TT 03/2025/TT-VPCP")
        assert told["actor"] == town.official(town.COMMUNE, "one_stop_officer").id
        assert entry.personal is None
    # The same lines twice are two papers, each with a mark that no one can guess and nobody keeps:
    # by hash and mark together, names in it could be tried out after they were erased.
    assert first.content != second.content
    verdict = desk.verify_stored(store, make_seal(tmp_path / "key.pem"))
    assert [said for said in verdict.broken if "checkpoint" not in said] == []
    assert f"book:{town.COMMUNE}" in {entry.chain for entry in chain}


def test_looking_at_the_register_leaves_no_entry(p088: Town, office: Office, store: Store) -> None:
    register(office)
    for how in ("json", "html", "xlsx"):
        assert ask(p088, how).status_code == 200
    asked = requests.head(f"{p088.base}/api/v1/register", params={**NOVEMBER, "format": "pdf"},
                          headers=p088.reception.headers(), timeout=20)
    assert (asked.status_code, asked.headers["Content-Type"]) == (200, "application/pdf")
    stranger = p088.person(town.DEPARTMENT).get("/register", **NOVEMBER, format="pdf")
    assert stranger.status_code == 404
    with store.reading() as connection:
        assert entries.chain(connection, f"book:{town.COMMUNE}") == []


def test_a_register_too_long_to_print_says_what_to_do(
    p088: Town, office: Office, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bound, "MOST_LINES", 1)
    register(office)
    assert ask(p088, "html").status_code == 200
    register(office)
    refused = ask(p088, "html")
    assert (refused.status_code, refused.json()["code"]) == (422, "register-too-long")
    assert "format=xlsx" in refused.json()["detail_vi"]
    assert ask(p088, "xlsx").status_code == 200
