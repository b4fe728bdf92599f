"""Kinds of papers (mẫu giấy tờ): their names, and the number that each circular gives them.

Circular 01/2018/TT-VPCP art. 9 has forms 01-06, Circular 03/2025/TT-VPCP 01-07. Which circular
counts depends on the rule set that the dossier keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from engine.errors import Corrupt, NotFound
from engine.law.rules import RuleSet

Paper = Literal[
    "receipt", "supplement-request", "refusal", "apology", "stop-notice", "control-slip",
    "register",
]
PAPERS: tuple[Paper, ...] = get_args(Paper)
#: What is printed of one dossier: everything but the register, which is of an agency.
OF_DOSSIER: tuple[Paper, ...] = PAPERS[:-1]


@dataclass(frozen=True)
class Form:
    """One form of a circular: its number, the circular, and the title at its head."""

    number: str
    circular: str
    title: str

    @property
    def name(self) -> str:
        """Return how people name the form: `Mẫu số 01, TT 01/2018/TT-VPCP`."""
        if not self.number:
            return f"Không có mẫu trong {self.circular}"
        return f"Mẫu số {self.number}, {self.circular}"


_TITLES: Mapping[Paper, str] = {
    "receipt": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    "supplement-request": "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    "refusal": "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
    "apology": "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
    "stop-notice": "Thông báo dừng giải quyết hồ sơ",
    "control-slip": "Phiếu kiểm soát quá trình giải quyết hồ sơ",
    "register": "Sổ theo dõi hồ sơ",
}


def _forms(
    circular: str, order: tuple[Paper, ...], other: Mapping[Paper, str] | None = None,
) -> Mapping[Paper, Form]:
    titles = {**_TITLES, **(other or {})}
    return {
        paper: Form(f"{number:02d}", circular, titles[paper])
        for number, paper in enumerate(order, start=1)
    }


#: By the circular that a rule set names.
_FORMS: Mapping[str, Mapping[Paper, Form]] = {
    "TT01/2018": _forms("TT 01/2018/TT-VPCP", (
        "receipt", "supplement-request", "refusal", "apology", "control-slip", "register",
    )),
    "TT03/2025": _forms("TT 03/2025/TT-VPCP", PAPERS, {
        "refusal": "Phiếu từ chối tiếp nhận hồ sơ",
        "apology": "Văn bản xin lỗi và đề nghị gia hạn",
    }),
}


def form_of(paper: Paper, rules: RuleSet) -> Form:
    """Return the form on which a rule set prints a paper.

    A paper that the circular does not know, as the stop notice under Circular 01, has no number.
    Raises Corrupt for a circular that this build does not know.
    """
    forms = _FORMS.get(rules.circular)
    if forms is None:
        raise Corrupt(
            f"Không rõ mẫu của {rules.circular}.",
            f"The forms of {rules.circular} are unknown to this build.",
        )
    return forms.get(paper) or Form("", forms["receipt"].circular, _TITLES[paper])


def paper_named(name: str) -> Paper:
    """Return the paper of a dossier by its name; raise NotFound for any other."""
    for paper in OF_DOSSIER:
        if paper == name:
            return paper
    raise NotFound(
        f"Không có loại giấy tờ «{name}»; có: {', '.join(OF_DOSSIER)}.",
        f"There is no paper {name!r}; there are: {', '.join(OF_DOSSIER)}.", code="unknown-paper",
    )
