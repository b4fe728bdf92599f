"""Decisions (quyết định): the words under which one is entered, as they go into a chain."""

from __future__ import annotations

from engine.errors import Invalid

#: Characters of the number of a decision, and of who took it, at most.
LONGEST = 200


def need_decision(decision: str, decided_by: str) -> None:
    """Raise Invalid unless both are said in a line that can be shown to an auditor as it is.

    They stay in the chain for ever, and are printed to terminals: a line break or an escape code
    in them could pass for something that the auditor's own tools say.
    """
    if not decision.strip() or not decided_by.strip():
        raise Invalid(
            "Phải ghi số quyết định và cơ quan hoặc người quyết định.",
            "The decision's number and who decided must be given.", code="decision-required",
        )
    for words in (decision, decided_by):
        if len(words) > LONGEST or not words.isprintable():
            raise Invalid(
                f"Số quyết định và người quyết định: mỗi thứ một dòng chữ thường, không quá "
                f"{LONGEST} ký tự, không có ký tự điều khiển.",
                f"The decision's number and who decided: one plain line each, of at most {LONGEST} "
                "characters and no control characters.", code="decision-unreadable",
            )
