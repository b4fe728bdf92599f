"""Advice (cách sửa): what to do about a finding whose own words do not say it, by its code."""

from __future__ import annotations

from collections.abc import Mapping

from engine.expressions import FUNCTIONS

_PLAIN = (
    "Chỉ dùng: tên dữ liệu, số, chữ trong nháy, so sánh, and/or/not, phép tính và hàm cho sẵn.",
    ("Use names of data, numbers, quoted text, comparison, and/or/not, arithmetic and listed "
    "functions."),
)
_SHORTER = (
    "Viết ngắn lại, hoặc tách thành vài bước kịch bản hay một bảng quyết định.",
    "Shorten it, or split it into script tasks or a decision table.",
)
_KINDS = (
    "Xem lại kiểu: số so với số, chữ (trong nháy) với chữ, ngày với ngày.",
    "Look at the kinds: numbers with numbers, text (in quotes) with text, dates with dates.",
)
ADVICE: Mapping[str, tuple[str, str]] = {
    "expression-empty": ("Ghi biểu thức, hoặc xóa phần để trống.",
                         "Write an expression, or delete the empty part."),
    "expression-forbidden": _PLAIN, "expression-invalid": _PLAIN,
    "expression-syntax": (
        'Viết như: so_tien > 100 and loai == "A"; chữ đặt trong nháy thẳng.',
        'Write for example: amount > 100 and kind == "A"; text stands in straight quotes.',
    ),
    "expression-too-deep": _SHORTER, "expression-too-long": _SHORTER,
    "expression-too-large": _SHORTER, "expression-type": _KINDS, "expression-value": _KINDS,
    "expression-arguments": ("Xem lại số giá trị đưa vào hàm.",
                             "Look at how many values the function takes."),
    "expression-unknown-function": (f"Các hàm: {', '.join(FUNCTIONS)}.",
                                    f"Functions: {', '.join(FUNCTIONS)}."),
    "loop-maximum": ("Ghi một số nguyên, ví dụ 3, hoặc bỏ trống.",
                     "Write a whole number such as 3, or leave it out."),
    "token-quantity": ("Ghi một số nguyên, thường là 1, hoặc bỏ thuộc tính.",
                       "Write a whole number, mostly 1, or remove the attribute."),
    "dangling-lane-member": ("Kéo lại bước đó vào làn trong công cụ vẽ rồi lưu.",
                             "Move the step into the lane again in the modeler and save."),
}
