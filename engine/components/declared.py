"""Declared (khai báo): the papers that a procedure's drawing asks for or gives out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, tuple[str, str]]

#: Decision 468/QĐ-TTg: three classes must be digitised, any other paper on demand.
CLASSES: Words = {
    "earlier_result": ("kết quả của thủ tục trước", "the result of an earlier procedure"),
    "participating_result": ("kết quả của cơ quan phối hợp", "a participating agency's result"),
    "own_result": ("kết quả của thủ tục này", "the result of this procedure"),
    "on_demand": ("số hóa theo yêu cầu", "digitised on demand"),
}
COPIES: Words = {
    "original": ("bản chính", "original"), "certified": ("bản sao chứng thực", "certified copy"),
    "plain": ("bản sao", "plain copy"), "electronic": ("bản điện tử", "electronic"),
}
#: The classes whose papers are digitised and become reusable.
DIGITISED = frozenset({"earlier_result", "participating_result", "own_result"})
#: The classes that the applicant hands in; the others the office itself adds.
FROM_APPLICANT = frozenset({"earlier_result", "on_demand"})

#: A paper that no drawing declares goes under this code, with a name of its own.
OTHER = "other"
#: Codes that addresses of the API use for themselves.
RESERVED = frozenset({OTHER, "hand-back"})
#: A code stands in addresses, ETags and digitised codes.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
MOST_COUNT = 99


@dataclass(frozen=True)
class Component:
    """One component as drawn; `code` is also the paper type of the digitised code.

    `kind` is one of CLASSES, `copy` one of COPIES, `count` how many of them, `when` an expression
    on the start answers: the component is asked for only where it is true ("" for always).
    """

    code: str
    name: str
    kind: str = "on_demand"
    copy: str = "original"
    count: int = 1
    required: bool = True
    when: str = ""
