"""Reading decisions (đọc quyết định): bytes to compiled decisions, with every finding at once."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from lxml.etree import _Element as Element

from engine.flow.bpmn import attribute, ident
from engine.flow.dmn import words
from engine.flow.dmn.building import Builder
from engine.flow.dmn.model import Decisions
from engine.flow.dmn.spelling import Spelling
from engine.flow.findings import Refused, Sentence, finding, label
from engine.flow.limits import Limits, TableLimits
from engine.flow.read import tree
from engine.step import Finding

#: More decisions, cells and values listed in cells than these in one file are refused.
MOST_DECISIONS = 500
#: What an installation may allow at most: tables that run were read under one limit or another.
WIDEST = TableLimits(2_000_000, 10_000, 500, 250)
MOST_CELLS = 40_000
MOST_TESTS = 100_000


def read_decisions(content: bytes) -> Decisions:
    """Return the decisions in these bytes, which have run before; raise Refused with every error.

    Namespaces of DMN 1.1 to 1.5, any encoding; at most 2 MB, 500 decisions, 10,000 rules,
    40,000 cells and 100,000 values listed in them. DOCTYPE and entities are refused.
    """
    decisions, found = examine(content, WIDEST)
    if decisions is None:
        raise Refused([remark for remark in found if remark.severity == "error"])
    return decisions


@lru_cache(maxsize=64)
def examine(
    content: bytes, limits: TableLimits,
) -> tuple[Decisions | None, tuple[Finding, ...]]:
    """Return the decisions, None after an error, and all findings of reading them."""
    try:
        root = tree(content, Limits(limits.size, nesting=limits.nesting))
    except Refused as refused:
        return None, refused.findings
    refusal = _not_decisions(root) or _too_many(root, limits) or _too_wide(root, limits)
    if refusal is not None:
        return None, (refusal,)
    builder = Builder(root, Spelling(_names(root)))
    built = [builder.decision(drawn) for drawn in words.children(root, "decision")]
    found = [*builder.findings, *_identities(root), *_requirements(root), *_circles(root)]
    if any(remark.severity == "error" for remark in found):
        return None, tuple(found)
    decisions = {made.id: made for made in built if made is not None}
    return Decisions(decisions, builder.spelling.names), tuple(found)


def _not_decisions(root: Element) -> Finding | None:
    if words.kind(root) != "definitions":
        shown = str(root.tag)[:120]
        return finding("error", "not-dmn", root, (
            f"Tệp là XML nhưng không phải DMN 1.1–1.5 (phần tử gốc là {shown}).",
            f"The file is XML but not DMN 1.1 to 1.5 (its root element is {shown}).",
        ), ("Phần tử gốc phải là definitions của DMN.", "The root must be definitions of DMN."))
    if words.child(root, "decision") is None:
        return finding("error", "no-decision", root, (
            "Tệp DMN không có quyết định nào.", "The DMN file holds no decision.",
        ), ("Vẽ ít nhất một bảng quyết định.", "Draw at least one decision table."))
    imported = words.child(root, "import")
    if imported is not None:
        return finding("error", "decision-import", imported, (
            "Tệp DMN lấy phần khác từ một tệp nữa.", "The DMN file imports another file.",
        ), ("Hãy đưa các quyết định vào một tệp.", "Put the decisions into one file."))
    return None


def _too_wide(root: Element, limits: TableLimits) -> Finding | None:
    """Return an error for the first table with more columns than may be."""
    for table in root.iter():
        if words.kind(table) != "decisionTable":
            continue
        count = sum(1 for _ in words.children(table, "input", "output"))
        if count > limits.columns:
            return finding("error", "too-many-columns", table, (
                f"Bảng có {count} cột, nhiều hơn {limits.columns}.",
                f"The table has {count} columns, more than {limits.columns}.",
            ), ("Hãy tách thành nhiều bảng nối với nhau.",
                "Split it into tables that feed one another."))
    return None


def _too_many(root: Element, limits: TableLimits) -> Finding | None:
    kinds = Counter(words.kind(element) for element in root.iter())
    tests = sum(words.said(entry).count(",") for entry in root.iter() if words.kind(
        entry) == "inputEntry")
    for count, most, vi, en in (
        (kinds["decision"], MOST_DECISIONS, "quyết định", "decisions"),
        (kinds["rule"], limits.rules, "luật", "rules"),
        (kinds["inputEntry"] + kinds["outputEntry"], MOST_CELLS, "ô", "cells"),
        (tests, MOST_TESTS, "giá trị trong các ô", "values in its cells"),
    ):
        if count > most:
            return finding("error", "too-many-rules", root, (
                f"Tệp có {count} {vi}, nhiều hơn {most}.",
                f"The file has {count} {en}, more than {most}.",
            ), ("Hãy tách thành nhiều tệp.", "Split it into several files."))
    return None


def _names(root: Element) -> list[str]:
    """Return the names that expressions of the file may read."""
    found = []
    for element in words.children(root, "inputData", "decision"):
        variable = words.child(element, "variable")
        found += [words.name_of(element), words.name_of(variable) if variable is not None else ""]
    return [name for name in found if name]


def _identities(root: Element) -> list[Finding]:
    found, seen = [], set()
    for decision in words.children(root, "decision"):
        key = ident(decision)
        if key is None or key in seen:
            found.append(finding("error", "decision-id", decision, (
                "Quyết định thiếu mã hoặc trùng mã.", "A decision has no id, or that of another.",
            ), ("Đặt cho mỗi quyết định một mã riêng.", "Give each decision an id of its own.")))
        seen.add(key)
    return found


def _requirements(root: Element) -> list[Finding]:
    """Return errors for requirements of what the file does not hold."""
    held = {kind: {ident(e) for e in words.children(root, kind)}
            for kind in ("decision", "inputData")}
    found = []
    for decision in words.children(root, "decision"):
        for what, kind in (("requiredDecision", "decision"), ("requiredInput", "inputData")):
            pointers = words.hrefs(decision, "informationRequirement", what)
            found += [_dangling(p) for p in pointers if words.pointed(p) not in held[kind]]
    return found


def _dangling(pointer: Element) -> Finding:
    shown = (attribute(pointer, "href") or "")[:80]
    says: Sentence = (
        f"Yêu cầu thông tin trỏ tới “{shown}”, không có trong tệp.",
        f"An information requirement points at '{shown}', which the file does not hold.",
    )
    return finding("error", "decision-requirement", pointer, says, (
        "Vẽ lại mũi tên, hoặc thêm phần tử còn thiếu.", "Draw the arrow again, or add what lacks.",
    ))


def _circles(root: Element) -> list[Finding]:
    """Return an error for each decision that requires itself, or one that does."""
    left = {
        ident(decision): {words.pointed(pointer) for pointer in words.hrefs(
            decision, "informationRequirement", "requiredDecision")}
        for decision in words.children(root, "decision")
    }
    while free := [key for key, needs in left.items() if not needs & left.keys()]:
        for key in free:
            del left[key]
    return [
        finding("error", "decision-circle", decision, (
            f"Quyết định “{label(decision)}” cần kết quả của chính nó, trực tiếp hay qua nhau.",
            f"The decision '{label(decision)}' requires its own result, directly or not.",
        ), ("Bỏ một mũi tên yêu cầu thông tin.", "Take away one information requirement."))
        for decision in words.children(root, "decision") if ident(decision) in left
    ]
