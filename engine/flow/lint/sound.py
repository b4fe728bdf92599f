"""Soundness findings (bế tắc): what the token game met, told with the path that leads there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import finding, label
from engine.flow.graph import Scope, event_subprocess, truth
from engine.flow.lint.between import pool_findings
from engine.flow.lint.report import Subject
from engine.flow.soundness import (
    MAX_WORK,
    Met,
    Outcome,
    net_of,
    quantity,
    search,
    unreadable,
)
from engine.flow.support import triggers_of
from engine.step import Finding

#: Tokens looked at in any scope, however much those before it took of what a diagram gets.
_LEAST = 2_000
_SHOWN = 14
#: Places of one kind looked at; more of them come from the same mistake.
_MOST = 20


def soundness_findings(subject: Subject) -> list[Finding]:
    """Return where a scope gets stuck, doubles its work or cannot end; never silence on a limit."""
    found: list[Finding] = []
    left = MAX_WORK
    ended = _ended_from_outside(subject.scopes)
    for scope in subject.scopes:
        if scope.element not in ended:
            found += _no_way_out(scope)
        told, work = _played(scope, max(left, _LEAST))
        found += told
        left -= work
    if subject.document.message_flows:
        found += pool_findings(subject, max(left, _LEAST))
    return found


def _played(scope: Scope, most: int) -> tuple[list[Finding], int]:
    """Return the findings of one scope, and the work that they took."""
    net = net_of(scope)
    if net is not None:
        outcome = search(net, most=most)
        return list(_met(scope, outcome)), outcome.work
    why = unreadable(scope)
    if why is None or not scope.starts or bpmn.kind(scope.element) == "adHocSubProcess":
        return [], 0
    return [_undecided(scope, *why)], 0


def _met(scope: Scope, outcome: Outcome) -> Iterator[Finding]:
    for key, path in _roots(scope, outcome.stuck, together=True):
        yield _deadlock(scope, key, path)
    # Who draws completionQuantity wants several tokens on one flow.
    many = _multiplied(scope)
    doubled = () if many else outcome.doubled
    for key, path in _roots(scope, doubled, together=False):
        yield finding("warning", "lack-of-synchronisation", scope.nodes[key], (
            (f"“{label(scope.nodes[key])}” có thể chạy hai lần vì các nhánh song song không được "
            f"gộp. Đường đi: {_told(scope, path)}."),
            (f"'{label(scope.nodes[key])}' may run twice because parallel branches are not joined. "
            f"Path: {_told(scope, path)}."),
        ), (f"Gộp các nhánh bằng cổng song song trước “{label(scope.nodes[key])}”.",
            f"Join the branches with a parallel gateway before '{label(scope.nodes[key])}'."))
    if outcome.crowded and (many or not outcome.stuck):
        yield _undecided(scope, "completionQuantity cho ra quá nhiều thẻ" if many else
                         "quá nhiều thẻ trên một nhánh",
                         "completionQuantity gives too many tokens" if many else
                         "too many tokens on one way")
    if not outcome.decided:
        yield _undecided(scope, f"{outcome.states} trạng thái", f"{outcome.states} states")


def _deadlock(scope: Scope, key: str, path: tuple[str, ...]) -> Finding:
    seen, told = label(scope.nodes[key]), _told(scope, path)
    if scope.kinds[key] in bpmn.ACTIVITIES:
        return finding("error", "deadlock", scope.nodes[key], (
            f"Bế tắc: “{seen}” chờ nhiều thẻ hơn số thẻ tới nó (startQuantity). Đường đi: {told}.",
            f"Deadlock: '{seen}' waits for more tokens than come (startQuantity). Path: {told}.",
        ), ("Bỏ startQuantity, hoặc để các nhánh song song cùng dẫn tới bước này.",
            "Remove startQuantity, or let parallel branches lead to this step."))
    return finding("error", "deadlock", scope.nodes[key], (
        f"Bế tắc: “{seen}” chờ mãi một nhánh không bao giờ tới. Đường đi: {told}.",
        f"Deadlock: '{seen}' waits for ever for a way never taken. Path: {told}.",
    ), _COUNT if scope.kinds[key] == "complexGateway" else (
        "Cổng tách và cổng gộp phải cùng loại: tách loại trừ thì gộp loại trừ.",
        "Split and join with the same kind: what an exclusive gateway splits, one joins.",
    ))


_COUNT = (
    "Giảm số trong điều kiện kích hoạt (activationCount), hoặc tách bằng cổng song song.",
    "Lower the number of the activation condition (activationCount), or split in parallel.",
)


def _multiplied(scope: Scope) -> bool:
    return any(quantity(scope.nodes[key], "completionQuantity") > 1
               for key, name in scope.kinds.items() if name in bpmn.ACTIVITIES)


def _roots(scope: Scope, met: Met, *, together: bool) -> Met:
    """Leave out what only follows from another: `together` demands that both stand in one state."""
    ahead = {key: scope.reachable([key]) for key, _ in met[:_MOST]}
    return tuple(
        (key, path) for key, path in met[:_MOST] if not any(
            key in ahead[other] and other not in ahead[key] and (not together or path == way)
            for other, way in met[:_MOST]
        )
    )


def _undecided(scope: Scope, vi: str, en: str) -> Finding:
    return finding("info", "soundness-undecided", scope.element, (
        f"Chưa kết luận được “{label(scope.element)}” có bế tắc hay không ({vi}).",
        f"Whether '{label(scope.element)}' can get stuck was not decided ({en}).",
    ), ("Chia nhỏ quy trình để soát được hết.", "Divide the process so that all can be checked."))


def _ended_from_outside(scopes: Iterable[Scope]) -> set[Element]:
    """Return the scopes that an event on the border, or an event sub-process, may end.

    A loop in them, or in a scope inside them, needs no way out of its own.
    """
    by_element: dict[Element, Scope] = {}
    ended: set[Element] = set()
    for scope in scopes:
        by_element[scope.element] = scope
        parent = scope.element.getparent()
        around = by_element.get(parent) if parent is not None else None
        border = around.boundaries.get(bpmn.ident(scope.element) or "", ()) if around else ()
        if parent in ended or _interrupts("cancelActivity", [
            around.nodes[event] for event in border if around
        ]) or _interrupts("isInterrupting", [
            start for key, name in scope.kinds.items() if name in bpmn.SUBPROCESSES
            and event_subprocess(scope.nodes[key])
            for start in bpmn.children(scope.nodes[key], "startEvent")
        ]):
            ended.add(scope.element)
    return ended


def _interrupts(name: str, events: list[Element]) -> bool:
    return any("compensate" not in triggers_of(event) and truth(event, name, default=True)
               for event in events)


def _no_way_out(scope: Scope) -> Iterator[Finding]:
    """Warn once of nodes that a token reaches but from which no end can be reached."""
    reached = scope.reachable([*scope.starts, *scope.aside])
    before: dict[str, list[str]] = {}
    for key in reached:
        for after in scope.after[key]:
            before.setdefault(after, []).append(key)
    ending = {key for key in reached if not scope.after[key] or (
        scope.kinds[key] in bpmn.ACTIVITIES and not scope.outgoing.get(key)
    )}
    ahead = list(ending)
    while ahead:
        for key in before.get(ahead.pop(), []):
            if key not in ending:
                ending.add(key)
                ahead.append(key)
    left = reached - ending
    lost = next((key for key in scope.nodes if key in left), None)
    if lost is not None:
        yield finding("warning", "no-way-to-end", scope.nodes[lost], (
            f"Từ “{label(scope.nodes[lost])}” không có đường nào tới chỗ kết thúc.",
            f"From '{label(scope.nodes[lost])}' no path leads to an end.",
        ), ("Thêm một lối ra khỏi vòng lặp.", "Add a way out of the loop."))


def _told(scope: Scope, path: tuple[str, ...]) -> str:
    shown = [label(scope.nodes[key]) for key in path]
    if len(shown) > _SHOWN:
        shown = [*shown[:_SHOWN // 2], "…", *shown[-_SHOWN // 2:]]
    return " → ".join(shown)
