"""Faults of a form (lỗi biểu mẫu): each code's sentence in both languages, placed by pointer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError

from engine.errors import Fault

#: Code -> sentences; {0} is what stands behind the colon of the message.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "required": ("Thiếu thông tin bắt buộc.", "This is required."),
    "unknown-field": ("Biểu mẫu không có mục này.", "The form has no such field."),
    "hidden-field": (
        "Mục này đang ẩn theo điều kiện của biểu mẫu; hãy bỏ ra.",
        "The form's condition hides this field; leave it out.",
    ),
    "not-text": ("Cần một đoạn chữ.", "A text is needed."),
    "not-number": ("Cần một số hữu hạn.", "A finite number is needed."),
    "not-boolean": ("Cần true hoặc false.", "true or false is needed."),
    "not-list": ("Cần một danh sách.", "A list is needed."),
    "not-object": ("Cần một nhóm thông tin {{…}}.", "An object {{…}} is needed."),
    "not-date": ("Cần một ngày như 2026-11-23.", "A date such as 2026-11-23 is needed."),
    "not-time": ("Cần một giờ như 08:30.", "A time such as 08:30 is needed."),
    "not-datetime": (
        "Cần một thời điểm như 2026-11-23T08:30+07:00.",
        "A moment such as 2026-11-23T08:30+07:00 is needed.",
    ),
    "too-short": ("Cần ít nhất {0} ký tự.", "At least {0} characters are needed."),
    "too-long": ("Nhiều nhất {0} ký tự.", "At most {0} characters."),
    "too-small": ("Không được nhỏ hơn {0}.", "It must not be less than {0}."),
    "too-large": ("Không được lớn hơn {0}.", "It must not be more than {0}."),
    "too-precise": ("Nhiều nhất {0} chữ số thập phân.", "At most {0} decimal places."),
    "too-many": ("Nhiều nhất {0} mục.", "At most {0} items."),
    "repeated": ("Một lựa chọn được ghi hai lần.", "A choice is given twice."),
    "control-character": (
        "Có ký tự điều khiển; hãy gõ lại đoạn chữ.",
        "It holds a control character; type the text again.",
    ),
    "pattern": ("Không đúng dạng yêu cầu: {0}", "It does not fit the pattern {0}"),
    "email": ("Không phải địa chỉ thư điện tử.", "This is no e-mail address."),
    "phone": ("Không phải số điện thoại.", "This is no telephone number."),
    "choice": ("Chỉ chọn một trong: {0}", "Choose one of: {0}"),
}


def messages(error: ValidationError) -> dict[Any, Any]:
    """Return the messages of a refusal by field."""
    found = error.messages
    return found if isinstance(found, dict) else {"_schema": found}


def faults(error: ValidationError, pointer: str) -> list[Fault]:
    """Return a Fault for each message below `pointer`, in the order of the form's fields."""
    return [_fault(place, message) for place, message in _walk(messages(error), pointer)]


def _walk(found: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(found, Mapping):
        for key, below in found.items():
            own = key == "_schema"
            yield from _walk(below, place if own else f"{place}/{_escaped(str(key))}")
    else:
        for message in found if isinstance(found, list) else [found]:
            yield place, str(message)


def _fault(place: str, message: str) -> Fault:
    code, _, fact = message.partition(":")
    vi, en = SENTENCES[code]
    return Fault(place, code, vi.format(fact), en.format(fact))


def _escaped(key: str) -> str:
    """Return a key as RFC 6901 writes it in a pointer; overlong keys are cut."""
    return key[:100].replace("~", "~0").replace("/", "~1")
