"""Contents of acts (nội dung hành vi): the form that each act asks for, as form-js draws it.

The pages, the API and an act task hold what is said against the same form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.forms import Form


def _text(key: str, label: str, *, required: bool = False, most: int = 2000) -> dict[str, Any]:
    kind = "textarea" if most > 500 else "textfield"
    rules = {"required": required, "maxLength": most}
    return {"type": kind, "key": key, "label": label, "validate": rules}


def _choice(
    key: str, label: str, *values: tuple[str, str], required: bool = False,
) -> dict[str, Any]:
    options = [{"value": value, "label": name} for value, name in values]
    return {"type": "select", "key": key, "label": label, "values": options,
            "validate": {"required": required}}


def _number(
    key: str, label: str, most: int, *, required: bool = False,
) -> dict[str, Any]:
    rules = {"required": required, "min": 1, "max": most}
    return {"type": "number", "key": key, "label": label, "decimalDigits": 0, "validate": rules}


def _tick(key: str, label: str) -> dict[str, Any]:
    return {"type": "checkbox", "key": key, "label": label}


def _form(*components: Mapping[str, Any]) -> Form:
    return Form({"type": "default", "components": [*components]})


_REASON = _text("reason", "Lý do", required=True)
_WHY = _text("reason", "Lý do")
_NOTE = _text("note", "Ghi chú")
_APOLOGY = _text("apology", "Lời xin lỗi")
_DAYS = _number("days", "Chờ trong số ngày làm việc", 365)

#: Act -> the form of its content.
CONTENTS: Mapping[str, Form] = {
    "accept": _form(
        _choice("through", "Người nộp", ("applicant", "Chính người làm thủ tục"),
                ("public_post", "Bưu chính công ích"), ("hired_service", "Dịch vụ thuê"),
                ("authorised_person", "Người được ủy quyền")),
        _text("agent", "Họ tên, giấy tờ của người nộp thay", most=500), _NOTE),
    "take-over": _form(_NOTE),
    "forward": _form(_NOTE),
    "not-accept": _form(_REASON, _NOTE),
    "request-supplement": _form(
        _REASON, {"type": "taglist", "key": "items", "label": "Giấy tờ cần bổ sung"},
        _text("because", "Vì sao bản số hóa đã có không dùng được"), _DAYS, _NOTE),
    "receive-supplement": _form(_WHY, _NOTE),
    "close": _form(_WHY, _NOTE),
    "request-payment": _form(
        _number("amount", "Số tiền (đồng)", 10**14, required=True), _WHY, _DAYS, _NOTE),
    "record-payment": _form(
        _text("receipt", "Chứng từ nộp tiền", required=True, most=200),
        _choice("method", "Cách nộp", ("direct", "Trực tiếp"), ("account", "Chuyển khoản"),
                ("postal", "Qua bưu chính"), ("online", "Trực tuyến")), _NOTE),
    "consult": _form(
        _text("agency", "Mã cơ quan được hỏi", required=True, most=200),
        _text("question", "Nội dung lấy ý kiến", required=True),
        _text("duration", "Thời hạn trả lời", required=True, most=100), _NOTE),
    "answer": _form(
        _text("consultation", "Lần lấy ý kiến", most=10),
        _text("opinion", "Ý kiến", required=True, most=20_000), _tick("agrees", "Đồng ý"), _NOTE),
    "extend": _form(
        _REASON, {"type": "datetime", "subtype": "date", "key": "due", "label": "Hẹn lại ngày"},
        _text("duration", "Hoặc gia hạn thêm", most=100), _APOLOGY, _NOTE),
    "stop": _form(_REASON, _NOTE),
    "withdraw": _form(_WHY, _NOTE),
    "refuse": _form(_REASON, _APOLOGY, _NOTE),
    "settle": _form(
        _choice("result", "Kết quả", ("granted", "Đồng ý giải quyết"), ("refused", "Từ chối")),
        _tick("on_the_spot", "Giải quyết ngay"), _WHY, _NOTE),
    "return": _form(
        _choice("how", "Nơi trả", ("counter", "Tại bộ phận một cửa"), ("post", "Qua bưu chính"),
                ("online", "Trực tuyến")),
        _tick("informed", "Đã báo trước cho người nộp"), _tick("originals", "Đã trả bản gốc"), _WHY,
        _NOTE),
    "correct": _form(_REASON, _NOTE),
    "remedy": _form(
        _choice("fault", "Sự việc", ("loss", "Mất, hỏng giấy tờ"), ("error", "Sai sót"),
                required=True),
        _REASON, _text("apology", "Lời xin lỗi", required=True), _NOTE),
    "acknowledge": _form(_NOTE),
}
