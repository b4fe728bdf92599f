"""Repeats (bước lặp): activities that say how often they are done, and too often."""

from __future__ import annotations

from collections.abc import Iterator

from engine.flow import bpmn
from engine.flow.findings import finding, holder, label
from engine.flow.lint.report import Subject
from engine.step import Finding

_MOST = 1_000


def repeat_findings(subject: Subject) -> list[Finding]:
    """Return findings on every activity that is drawn as repeated."""
    return list(_too_many(subject))


def _too_many(subject: Subject) -> Iterator[Finding]:
    for element in subject.document.drawn("loopCardinality"):
        text = bpmn.text(element)
        if text.isdecimal() and int(text[:20]) > _MOST:
            seen = label(holder(element))
            yield finding("warning", "too-many-instances", element, (
                f"Số lần lặp {text[:20]} của “{seen}” quá lớn; bước này sẽ bị dừng.",
                f"{text[:20]} instances of '{seen}' are too many; this step will be stopped.",
            ), (f"Không quá {_MOST}.", f"At most {_MOST}."))
