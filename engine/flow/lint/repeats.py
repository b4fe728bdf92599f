"""Repeats (bước lặp): activities that do not say how often, or that say too often."""

from __future__ import annotations

from collections.abc import Iterator

from engine.flow import bpmn
from engine.flow.findings import finding, holder, label
from engine.flow.lint.report import Subject
from engine.step import Finding

_MOST = 1_000
_SAID = ("loopCardinality", "loopDataInputRef")


def repeat_findings(subject: Subject) -> list[Finding]:
    """Return findings on every activity that is drawn as repeated."""
    return [*_many(subject), *_loops(subject), *_too_many(subject)]


def _many(subject: Subject) -> Iterator[Finding]:
    for many in bpmn.inside(subject.document.root, "multiInstanceLoopCharacteristics"):
        if bpmn.camunda(many, "collection") or any(
            bpmn.text(child) for child in bpmn.children(many, *_SAID)
        ):
            continue
        seen = label(holder(many))
        yield finding("error", "repetition-without-number", many, (
            f"“{seen}” lặp nhiều lần nhưng không ghi lặp mấy lần hay theo danh sách nào.",
            f"'{seen}' is repeated, but says neither how often nor over which list.",
        ), ("Ghi số lần (Loop cardinality), ví dụ 3 hoặc len(cac_xa), hoặc danh sách (Collection).",
            "Write the number (Loop cardinality), 3 or len(communes) say, or a list (Collection)."))


def _loops(subject: Subject) -> Iterator[Finding]:
    for loop in bpmn.inside(subject.document.root, "standardLoopCharacteristics"):
        if bpmn.text(bpmn.child(loop, "loopCondition")) or bpmn.attribute(loop, "loopMaximum"):
            continue
        seen = label(holder(loop))
        yield finding("warning", "loop-without-condition", loop, (
            f"“{seen}” có dấu lặp nhưng không ghi điều kiện lặp; nó chỉ chạy một lần.",
            f"'{seen}' is marked as a loop without a loop condition; it runs once only.",
        ), ("Ghi điều kiện lặp tiếp, hoặc vẽ vòng lặp bằng cổng, hoặc bỏ dấu lặp.",
            "Write when to go on, or draw the loop with a gateway, or remove the marker."))


def _too_many(subject: Subject) -> Iterator[Finding]:
    for element in bpmn.inside(subject.document.root, "loopCardinality"):
        text = bpmn.text(element)
        if text.isdecimal() and int(text[:20]) > _MOST:
            seen = label(holder(element))
            yield finding("warning", "too-many-instances", element, (
                f"Số lần lặp {text[:20]} của “{seen}” quá lớn; bước này sẽ bị dừng.",
                f"{text[:20]} instances of '{seen}' are too many; this step will be stopped.",
            ), (f"Không quá {_MOST}.", f"At most {_MOST}."))
