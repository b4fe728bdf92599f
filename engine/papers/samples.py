"""Samples (mẫu thử): made-up facts of each paper, by which templates are checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.papers.facts import (
    Apology,
    Applicant,
    Component,
    ControlSlip,
    Heading,
    PaperFacts,
    Receipt,
    Refusal,
    SlipRow,
    StopNotice,
    SupplementRequest,
    context,
)
from engine.papers.kinds import Paper

_AT = "08 giờ 20 phút, ngày 09/11/2026"
_HEADING = Heading(
    form="Mẫu số 01, TT 03/2025/TT-VPCP", title="Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    agency="UBND xã Kim Liên", unit="Trung tâm Phục vụ hành chính công",
    place_and_day="Kim Liên, ngày 09 tháng 11 năm 2026", code="000.21.30.H41-261109-0001",
    number=1, procedure="Thủ tục thử", procedure_code="0.000000",
    applicant=Applicant("Nguyễn Văn Thử", "001099000001", "0912345678", "thu@example.vn",
                        "Xóm 1, xã Kim Liên"),
    official="Lê Thị Thử", article="NĐ 118/2025 Đ17",
)
_SAMPLES: Mapping[Paper, PaperFacts] = {
    "receipt": Receipt(
        _HEADING, "Trực tiếp", "qua dịch vụ bưu chính công ích", "12 ngày làm việc", _AT, _AT,
        "Trung tâm Phục vụ hành chính công", "50.000 đồng",
        (Component("Đơn đề nghị", "Bản chính", "1"),),
    ),
    "supplement-request": SupplementRequest(
        _HEADING, _AT, "1", "Thiếu bản sao", ("Bản sao quyết định",), "Nộp tại bộ phận một cửa",
        "05 ngày", "Thời hạn giải quyết được tính lại từ đầu.",
    ),
    "refusal": Refusal(_HEADING, "giải quyết", _AT, "Không thuộc đối tượng", "Thành thật xin lỗi."),
    "apology": Apology(_HEADING, _AT, _AT, _AT, "Chờ ý kiến cơ quan phối hợp", "Xin lỗi.",
                       "Chỉ hẹn lại một lần."),
    "stop-notice": StopNotice(_HEADING, _AT, _AT, "Không còn nhu cầu", "Theo đề nghị của ông (bà)"),
    "control-slip": ControlSlip(
        _HEADING, "UBND xã Kim Liên", "Sở Nội vụ Nghệ An", _AT, _AT, "Trong hạn",
        (SlipRow("B1", "Người nộp hồ sơ", "Bộ phận một cửa", _AT, _AT, _AT, "Đúng hạn"),),
    ),
}


def sample(paper: Paper) -> dict[str, Any]:
    """Return made-up values for every field that a template of the paper may name."""
    return context(_SAMPLES[paper])
