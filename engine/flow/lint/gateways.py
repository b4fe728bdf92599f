"""Gateways (cổng): ways without conditions, questions to people, what follows an event gateway."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import finding, label
from engine.flow.graph import Flow, Scope
from engine.flow.lint.report import Subject
from engine.step import Finding

_FOLLOWS_EVENTS = {"message", "timer", "signal", "conditional"}
#: Where a token may come from before a gateway: people's tasks, and other nodes, by id.
_Origins = tuple[dict[str, Element], dict[str, Element]]
#: What has been found out so far, by gateway.
_Known = dict[str, _Origins]


def gateway_findings(subject: Subject) -> list[Finding]:
    """Return findings on every gateway that has several ways out."""
    found: list[Finding] = []
    for scope in subject.scopes:
        known: _Known = {}
        for key, name in scope.kinds.items():
            ways = scope.outgoing.get(key, [])
            if name == "eventBasedGateway":
                found += _event_based(scope, scope.nodes[key], ways)
            elif name in ("exclusiveGateway", "inclusiveGateway") and len(ways) > 1:
                found += _choosing(scope, key, ways, known)
            elif name == "parallelGateway":
                found += _ignored(scope.nodes[key], ways)
    return found


def _choosing(
    scope: Scope, key: str, ways: list[Flow], known: _Known,
) -> Iterator[Finding]:
    node = scope.nodes[key]
    default = bpmn.reference(node, "default")
    others = [way for way in ways if bpmn.ident(way.element) != default]
    bare = [way for way in others if not bpmn.condition(way.element)]
    for way in ways:
        if bpmn.ident(way.element) == default and bpmn.condition(way.element):
            yield finding("warning", "default-flow-with-condition", way.element, (
                "Luồng mặc định có điều kiện; điều kiện đó không được xét.",
                "The default flow has a condition, which is not looked at.",
            ), ("Bỏ điều kiện, hoặc bỏ mặc định.", "Remove the condition or the default."))
    if len(bare) == len(others):
        asked = _without_conditions(scope, key, known)
        yield asked
        if asked.code == "gateway-asks":
            yield from _answers(node, ways)
    elif bpmn.kind(node) == "exclusiveGateway":
        for way in bare:
            yield _no_condition(way.element, last=way is others[-1])


def _answers(node: Element, ways: list[Flow]) -> Iterator[Finding]:
    """Warn of answers that a person cannot tell apart: flows without a name, or of one name."""
    nameless = [way.element for way in ways if bpmn.name_of(way.element) is None]
    if nameless:
        ids = ", ".join(f"“{label(way)}”" for way in nameless[:3])
        yield finding("info", "answer-without-name", nameless[0], (
            (f"Câu hỏi “{label(node)}” có {len(nameless)} nhánh không tên; người làm chỉ thấy mã "
             f"({ids})."),
            (f"{len(nameless)} flows of the question '{label(node)}' have no name; people see "
             f"their ids only ({ids})."),
        ), ("Đặt tên ngắn cho từng nhánh, ví dụ Đạt, Không đạt.",
            "Give each flow a short name, such as Passed or Not passed."))
    seen: set[str] = set()
    for way in ways:
        name = bpmn.name_of(way.element)
        if name is not None and name in seen:
            yield finding("error", "answers-alike", way.element, (
                f"Hai nhánh của câu hỏi “{label(node)}” cùng tên “{name[:60]}”.",
                f"Two flows of the question '{label(node)}' have the name '{name[:60]}'.",
            ), ("Đặt cho mỗi nhánh một tên riêng.", "Give each flow a name of its own."))
        seen.add(name or "")


def _without_conditions(scope: Scope, key: str, known: _Known) -> Finding:
    node = scope.nodes[key]
    if bpmn.kind(node) == "inclusiveGateway":
        return finding("warning", "gateway-takes-all", node, (
            f"Cổng “{label(node)}” không có điều kiện: mọi nhánh đều được đi.",
            f"The gateway '{label(node)}' has no conditions: every way is taken.",
        ), ("Ghi điều kiện, hoặc dùng cổng song song.", "Write conditions, or draw it parallel."))
    before = _before(scope, key, known)
    people, others = list(before[0].values()), list(before[1].values())
    if people and not others:
        return finding("info", "gateway-asks", node, (
            (f"Cổng “{label(node)}” không có điều kiện: trở thành câu hỏi cho người làm bước "
            f"{_listed(people)}."),
            (f"The gateway '{label(node)}' has no conditions: it becomes a question to the person "
            f"doing {_listed(people)}."),
        ))
    return _nobody_to_ask(node, people, others)


def _nobody_to_ask(node: Element, people: list[Element], others: list[Element]) -> Finding:
    met = f" ({_listed(others)})" if others else ""
    some = bool(people)
    return finding("warning" if some else "error", "gateway-without-conditions", node, (
        (f"Cổng “{label(node)}” không có điều kiện và "
        f"{'trên một nhánh ' if some else ''}không có người nào làm bước trước nó{met}."),
        (f"The gateway '{label(node)}' has no conditions and no person works before it"
        f"{' on one way' if some else ''}{met}."),
    ), (
        "Ghi điều kiện trên các nhánh, hoặc đặt một bước có người làm ngay trước cổng.",
        "Write conditions on its flows, or put a person's task just before it.",
    ))


def _no_condition(way: Element, *, last: bool) -> Finding:
    if last:
        return finding("info", "condition-missing-last", way, (
            f"Nhánh “{label(way)}” không có điều kiện: được đi khi các nhánh trên đều không đúng.",
            f"The flow '{label(way)}' has no condition: it is taken when none above it holds.",
        ), ("Đánh dấu nó là mặc định cho rõ.", "Mark it as the default to make it plain."))
    return finding("warning", "condition-missing", way, (
        (f"Nhánh “{label(way)}” không có điều kiện nên luôn đúng; các nhánh sau nó không bao giờ "
        "được đi."),
        (f"The flow '{label(way)}' has no condition and always holds; flows after it are never "
        "taken."),
    ), ("Ghi điều kiện hoặc đánh dấu mặc định.", "Write a condition or mark it as the default."))


def _before(scope: Scope, key: str, known: _Known) -> _Origins:
    """Return the people's tasks just before a gateway, and other nodes a token may come from."""
    people: dict[str, Element] = {}
    others: dict[str, Element] = {}
    seen, ahead = {key}, [key]
    while ahead:
        at = ahead.pop()
        if at in known:
            people.update(known[at][0])
            others.update(known[at][1])
            continue
        sources = [flow.source for flow in scope.incoming.get(at, ())]
        sources += scope.linked.get(at, ())
        for source in sources:
            node = scope.nodes[source]
            if scope.kinds[source] in bpmn.PERSONAL:
                people[source] = node
            elif not _passed(node):
                others[source] = node
            elif source not in seen:
                seen.add(source)
                ahead.append(source)
        if not sources:
            others.setdefault(at, scope.nodes[at])
    known[key] = people, others
    return people, others


def _passed(node: Element) -> bool:
    """Tell whether a token runs through a node by itself, its answers with it."""
    name = bpmn.kind(node)
    return name in bpmn.GATEWAYS - {"eventBasedGateway"} or name in (
        "scriptTask", "intermediateThrowEvent",
    ) or (name == "intermediateCatchEvent" and bpmn.child(node, "linkEventDefinition") is not None)


def _event_based(scope: Scope, node: Element, ways: list[Flow]) -> Iterator[Finding]:
    for way in ways:
        target = scope.nodes[way.target]
        triggers = {bpmn.kind(d).removesuffix("EventDefinition") for d in bpmn.definitions(target)}
        waits = bpmn.kind(target) == "intermediateCatchEvent" and (
            not triggers or triggers & _FOLLOWS_EVENTS
        )
        if not waits and bpmn.kind(target) != "receiveTask":
            yield finding("error", "event-gateway-target", way.element, (
                (f"Sau cổng sự kiện “{label(node)}” chỉ được là sự kiện chờ hoặc bước nhận, không "
                f"phải “{label(target)}”."),
                (f"After the event gateway '{label(node)}' come catching events or receive tasks "
                f"only, not '{label(target)}'."),
            ), ("Thêm sự kiện chờ vào giữa.", "Put a catching event in between."))


def _ignored(node: Element, ways: list[Flow]) -> Iterator[Finding]:
    for way in ways:
        if bpmn.condition(way.element):
            yield finding("warning", "condition-ignored", way.element, (
                f"Cổng song song “{label(node)}” đi mọi nhánh; điều kiện này không được xét.",
                (f"The parallel gateway '{label(node)}' takes every way; this condition is not "
                "looked at."),
            ), ("Bỏ điều kiện hoặc đổi loại cổng.", "Remove it or change the gateway."))


def _listed(nodes: list[Element]) -> str:
    shown = ", ".join(f"“{label(node)}”" for node in nodes[:3])
    return shown + (" …" if len(nodes) > 3 else "")
