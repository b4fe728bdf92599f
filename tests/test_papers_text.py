"""What stands on the papers of a real dossier (TT 01/2018 Đ9, TT 03/2025), read back from them."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO

import pytest
import town
from paper_town import APPLICANT, P088, act, can_print_pdf, play, printed, register, text_of
from pypdf import PdfReader

from engine.clock import VIETNAM, FixedClock
from engine.office import Office
from engine.store import Store

FORMATS = ("pdf", "docx")


@pytest.fixture(params=FORMATS)
def how(request: pytest.FixtureRequest) -> str:
    if request.param == "pdf":
        can_print_pdf()
    return str(request.param)


def says(text: str, *words: str) -> None:
    """Each of the words stands in the text, in whatever case."""
    missing = [word for word in words if word.casefold() not in text.casefold()]
    assert missing == [], text


def test_every_paper_names_state_agency_form_code_and_that_its_layout_is_for_reference(
    ready: Office, store: Store, clock: FixedClock, how: str,
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 1)
    for paper, number in (("receipt", "01"), ("control-slip", "06")):
        text = text_of(printed(ready, code, paper, how).content)
        says(text, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
             "UBND xã Kim Liên", code, "Kim Liên, ngày 09 tháng 11 năm 2026",
             f"Mẫu số {number}, TT 03/2025/TT-VPCP", "Bố cục tham khảo", "Bản in số 1")


def test_the_receipt_tells_who_handed_what_in_and_when_the_result_is_due(
    ready: Office, store: Store, clock: FixedClock, how: str,
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 1)
    text = text_of(printed(ready, code, "receipt", how).content)
    says(text, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", *APPLICANT.values(),
         f"mã thủ tục {P088}", "Trực tiếp", "08 giờ 20 phút, ngày 09/11/2026", "96 giờ",
         "Người nộp hồ sơ", "Người tiếp nhận hồ sơ", "STT", "Loại bản", "Số lượng")


def test_the_supplement_request_lists_everything_at_once_with_its_reason(
    ready: Office, store: Store, clock: FixedClock, how: str,
) -> None:
    code = register(ready)
    act(ready, store, code, "request-supplement", reason="Thiếu giấy tờ chứng minh công tác",
        items=["Bản khai quá trình", "Bản sao quyết định"], days=5, note="Nộp tại bàn số 2")
    text = text_of(printed(ready, code, "supplement-request", how).content)
    says(text, "Mẫu số 02", "1. Bản khai quá trình", "2. Bản sao quyết định", "Nộp tại bàn số 2",
         "Thiếu giấy tờ chứng minh công tác", "đến 17 giờ 30 phút, ngày 16/11/2026")


def test_the_refusal_at_reception_gives_the_reason(
    ready: Office, store: Store, how: str,
) -> None:
    code = register(ready)
    act(ready, store, code, "not-accept", reason="Không thuộc đối tượng")
    says(text_of(printed(ready, code, "refusal", how).content),
         "Mẫu số 03", "từ chối tiếp nhận hồ sơ", "Không thuộc đối tượng", "Người tiếp nhận hồ sơ")


def test_the_refusal_to_settle_is_signed_by_the_head_of_the_agency(
    ready: Office, store: Store, clock: FixedClock, how: str,
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 1)
    act(ready, store, code, "refuse", reason="Không đủ thời gian công tác")
    says(text_of(printed(ready, code, "refusal", how).content),
         "từ chối giải quyết hồ sơ", "Không đủ thời gian công tác", "Thủ trưởng cơ quan")


def test_the_apology_names_the_old_day_the_new_one_and_the_reason(
    ready: Office, store: Store, clock: FixedClock, how: str,
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 1)
    act(ready, store, code, "extend", reason="Chờ kết quả xác minh", duration="16 giờ")
    says(text_of(printed(ready, code, "apology", how).content),
         "Mẫu số 04", "xin lỗi", "Chờ kết quả xác minh", "Hẹn lại ngày trả kết quả",
         APPLICANT["name"])


def test_the_stop_notice_says_that_no_decision_existed(
    ready: Office, store: Store, clock: FixedClock, how: str,
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 2)
    act(ready, store, code, "stop", reason="Gia đình không còn nhu cầu")
    says(text_of(printed(ready, code, "stop-notice", how).content),
         "Mẫu số 05", "Theo đề nghị của ông (bà)", "Gia đình không còn nhu cầu",
         "chưa có quyết định hoặc kết quả")


def test_a_dossier_closed_for_want_of_a_supplement_is_not_said_to_be_stopped_on_request(
    ready: Office, store: Store, clock: FixedClock,
) -> None:
    code = register(ready)
    act(ready, store, code, "request-supplement", reason="Thiếu bản khai", days=1)
    clock.advance(timedelta(days=3))
    act(ready, store, code, "close")
    text = text_of(printed(ready, code, "stop-notice").content)
    says(text, "Quá thời hạn mà hồ sơ không được bổ sung")
    assert "Theo đề nghị" not in text


def test_the_control_slip_has_each_handing_over_with_times_and_verdicts(
    ready: Office, store: Store, clock: FixedClock, how: str,
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 8)
    text = text_of(printed(ready, code, "control-slip", how).content)
    says(text, "Cơ quan giải quyết", "UBND xã Kim Liên", "Sở Nội vụ Nghệ An", "1. Giao", "2. Nhận",
         "Người nộp hồ sơ", "B1", "B8", "Trước hạn", "Ký giao", "Ký nhận")


def test_a_control_slip_names_no_official_of_another_agency(
    ready: Office, store: Store, clock: FixedClock,
) -> None:
    code = register(ready)
    play(ready, store, clock, code, 8)
    text = text_of(printed(ready, code, "control-slip").content)
    assert f"{town.DEPARTMENT}." not in text


def test_a_dossier_received_under_circular_01_keeps_its_numbers(
    office: Office, store: Store, clock: FixedClock,
) -> None:
    clock.set(datetime(2025, 6, 2, 8, 0, tzinfo=VIETNAM))
    town.bring_into_force(office, P088, town.pack_files("p088"), clock)
    code = register(office)
    play(office, store, clock, code, 1)
    text = text_of(printed(office, code, "control-slip").content)
    says(text, "Mẫu số 05, TT 01/2018/TT-VPCP", "Bộ phận Tiếp nhận và Trả kết quả")


def test_an_act_that_was_corrected_leaves_no_paper(
    ready: Office, store: Store, clock: FixedClock,
) -> None:
    code = register(ready)
    act(ready, store, code, "accept")
    act(ready, store, code, "correct", reason="Bấm nhầm")
    act(ready, store, code, "accept", note="lần hai")
    clock.advance(timedelta(minutes=5))
    says(text_of(printed(ready, code, "receipt").content), "08 giờ 00 phút, ngày 09/11/2026")


def test_what_a_citizen_wrote_is_text_on_the_page_and_nothing_else(
    ready: Office, store: Store, clock: FixedClock, how: str,
) -> None:
    name = "<b>Ngọc</b> & {{ code }} {% if 1 %}"
    code = register(ready, name=name)
    play(ready, store, clock, code, 1)
    says(text_of(printed(ready, code, "receipt", how).content), name)


def test_long_reasons_flow_onto_further_pages(
    ready: Office, store: Store,
) -> None:
    can_print_pdf()
    code = register(ready)
    act(ready, store, code, "not-accept", reason="Không đủ điều kiện theo quy định. " * 55)
    pages = PdfReader(BytesIO(printed(ready, code, "refusal", "pdf").content)).pages
    assert len(pages) == 2
    assert [round(float(x) / 72 * 25.4) for x in pages[0].mediabox[2:]] == [148, 210]
