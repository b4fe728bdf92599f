"""Wording (lời mẫu) of the built-in DOCX templates: lines, lists and grids of each paper.

A line is `label: value`, a text, a condition or a grid; all in the template language of docxtpl, so
that a department sees in its own copy what it may move about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.papers.kinds import Paper


@dataclass(frozen=True)
class Line:
    """One paragraph; `bold` marks a value that must catch the eye."""

    label: str
    value: str = ""
    bold: bool = False


@dataclass(frozen=True)
class When:
    """Lines that stand only where a condition of the template language holds."""

    condition: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Each:
    """A numbered list with one paragraph for each item."""

    items: str


@dataclass(frozen=True)
class Grid:
    """A table with one row for each item, columns as (heading, millimetres, cell)."""

    items: str
    columns: tuple[tuple[str, int, str], ...]
    size: float = 9.5


@dataclass(frozen=True)
class Signs:
    """Two signatures side by side: (as what, how, name)."""

    left: tuple[str, str, str]
    right: tuple[str, str, str]


Block = Line | When | Each | Grid | Signs

_SIGN, _SEAL = "(Ký, ghi rõ họ tên)", "(Ký, ghi rõ họ tên, đóng dấu)"
_PROCEDURE = Line("Yêu cầu giải quyết", "{{ procedure }} (mã thủ tục {{ procedure_code }})")
_NOTES = (
    "{% if item.due %}Hạn {{ item.due }} {% endif %}"
    "{% if item.finished %}Xong {{ item.finished }}{% endif %}"
)
_ARTICLE = When("article", (Line("Căn cứ", "{{ article }}."),))


def _applicant(label: str) -> tuple[Block, ...]:
    return (
        Line(label, "{{ applicant.name }}", bold=True),
        When("applicant.id_number", (Line("Số định danh", "{{ applicant.id_number }}"),)),
        When("applicant.address", (Line("Địa chỉ", "{{ applicant.address }}"),)),
        When("applicant.phone", (Line("Điện thoại", "{{ applicant.phone }}"),)),
        When("applicant.email", (Line("Thư điện tử", "{{ applicant.email }}"),)),
    )


def _signs(right: str, how: str = _SIGN, name: str = "{{ official }}") -> Signs:
    return Signs(("Người nộp hồ sơ", _SIGN, "{{ applicant.name }}"), (right, how, name))


WORDING: Mapping[Paper, tuple[Block, ...]] = {
    "receipt": (
        *_applicant("Tiếp nhận hồ sơ của"), _PROCEDURE,
        Line("Cách nộp hồ sơ", "{{ channel }}{% if through %}, {{ through }}{% endif %}"),
        Line("Thành phần hồ sơ đã nhận:"),
        Grid("components", (
            ("STT", 12, "{{ loop.index }}"), ("Tên giấy tờ", 64, "{{ item.name }}"),
            ("Loại bản", 28, "{{ item.kind }}"), ("Số lượng", 20, "{{ item.count }}"),
        )),
        Line("Thời hạn giải quyết", "{{ limit }}"),
        Line("Thời gian nhận hồ sơ", "{{ received }}"),
        Line("Thời gian trả kết quả", "{{ due }}", bold=True),
        Line("Nơi trả kết quả", "{{ return_place }}"), Line("Phí, lệ phí", "{{ fee }}"),
        Line("Khi đến nhận kết quả, mang theo giấy này (và giấy ủy quyền nếu nhận thay). Tra cứu "
             "tình trạng hồ sơ bằng mã hồ sơ hoặc mã QR trên giấy này."),
        _signs("Người tiếp nhận hồ sơ"),
    ),
    "supplement-request": (
        *_applicant("Hồ sơ của"), _PROCEDURE,
        Line("Yêu cầu lần thứ", "{{ times }}, lúc {{ requested }}"),
        Line("Đề nghị ông (bà) bổ sung, hoàn thiện hồ sơ{% if items %} gồm những nội dung sau:"
             "{% else %} theo lý do nêu dưới đây.{% endif %}"),
        Each("items"), Line("Lý do", "{{ reason }}"),
        When("guidance", (Line("Hướng dẫn", "{{ guidance }}"),)),
        When("until", (Line("Thời hạn bổ sung", "{{ until }}"),)),
        When("restart", (Line("{{ restart }}"),)), _ARTICLE,
        Line("Nếu có vướng mắc, ông (bà) liên hệ {{ unit or agency }} để được hướng dẫn."),
        _signs("Người hướng dẫn"),
    ),
    "refusal": (
        *_applicant("Hồ sơ của"), _PROCEDURE,
        Line("{{ agency }} từ chối {{ what }} hồ sơ nêu trên, lúc {{ refused }}."),
        Line("Lý do", "{{ reason }}"), _ARTICLE, When("apology", (Line("{{ apology }}"),)),
        Line("Ông (bà) có quyền khiếu nại, kiến nghị về việc từ chối này theo quy định của pháp "
             "luật. Hồ sơ và giấy tờ đã nộp được trả lại cùng phiếu này."),
        _signs("{% if what == 'tiếp nhận' %}Người tiếp nhận hồ sơ{% else %}Thủ trưởng cơ quan"
               "{% endif %}", name="{% if what == 'tiếp nhận' %}{{ official }}{% endif %}"),
    ),
    "apology": (
        Line("Kính gửi", "{{ applicant.name }}", bold=True),
        Line("{{ agency }} đã nhận hồ sơ đề nghị giải quyết thủ tục {{ procedure }} (mã thủ tục "
             "{{ procedure_code }}) của ông (bà), mã hồ sơ {{ code }}."),
        Line("Thời gian nhận hồ sơ", "{{ received }}"), Line("Ngày hẹn trả kết quả", "{{ was }}"),
        Line("Đến nay hồ sơ chưa giải quyết xong. {{ agency }} thành thật xin lỗi ông (bà) vì sự "
             "chậm trễ này."),
        When("apology", (Line("{{ apology }}"),)), Line("Lý do", "{{ reason }}"),
        Line("Hẹn lại ngày trả kết quả", "{{ due }}", bold=True),
        Line("{% if once %}{{ once }} {% endif %}{% if article %}Căn cứ: {{ article }}. {% endif %}"
             "Rất mong ông (bà) thông cảm."),
        Signs(("Người lập phiếu", _SIGN, "{{ official }}"), ("Thủ trưởng cơ quan", _SEAL, "")),
    ),
    "stop-notice": (
        Line("Kính gửi", "{{ applicant.name }}", bold=True), *_applicant("Hồ sơ của"), _PROCEDURE,
        When("received", (Line("Thời gian nhận hồ sơ", "{{ received }}"),)),
        Line("{{ cause }}, {{ agency }} dừng giải quyết hồ sơ nêu trên từ "
             "{{ stopped }}. Tại thời điểm đó hồ sơ chưa có quyết định hoặc kết quả giải quyết."),
        Line("Lý do", "{{ reason }}"), _ARTICLE,
        Line("Khi có nhu cầu, ông (bà) nộp hồ sơ mới theo quy định."),
        _signs("Người ra thông báo"),
    ),
    "control-slip": (
        Line("Thủ tục", "{{ procedure }} (mã thủ tục {{ procedure_code }})"),
        Line("Cơ quan giải quyết", "{{ settling }}"),
        Line("Cơ quan phối hợp", "{{ coordinating }}"),
        Line("Thời gian nhận hồ sơ", "{{ received }}"), Line("Hẹn trả kết quả", "{{ due }}"),
        Line("Tình trạng cả hồ sơ", "{{ verdict }}", bold=True),
        Grid("rows", (
            ("Bước", 12, "{{ item.step }}"),
            ("Tên cơ quan, bộ phận", 36, "1. Giao: {{ item.giver }}\n2. Nhận: {{ item.taker }}"),
            ("Thời gian giao, nhận", 17, "{{ item.given }}"), ("Ký giao", 11, ""),
            ("Ký nhận", 11, ""), ("Kết quả", 14, "{{ item.verdict }}"),
            ("Ghi chú", 23, _NOTES),
        ), size=8),
        Signs(
            ("Người lập phiếu", _SIGN, "{{ official }}"), ("Lãnh đạo bộ phận một cửa", _SIGN, ""),
        ),
    ),
}
