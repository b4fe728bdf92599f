"""Law (luật): statuses and acts that exist, moves along the table, acts that every path must pass.

Only for drawings with a procedure code. Acts may also be performed outside of the drawing, so all
but unknown words are warnings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.flow import bpmn
from engine.flow.findings import finding, label
from engine.flow.lint.course import Course, Edge, course_of
from engine.flow.lint.report import Subject
from engine.law.acts import ACTS
from engine.law.status import STATUSES, may_move
from engine.step import Finding

#: Acts that decide about receiving, and acts after which the applicant holds result or refusal.
DECIDES = frozenset({"accept", "not-accept", "withdraw", "stop", "refuse"})
ANSWERS = frozenset({"return", "not-accept", "withdraw", "stop", "refuse"})
#: Statuses that may stand after an act; a supplement comes back by an act outside the drawing.
LEADS_TO: Mapping[str, frozenset[str]] = {
    "accept": frozenset({"received"}), "not-accept": frozenset({"not_accepted"}),
    "request-supplement": frozenset({"supplement_requested", "received", "in_process"}),
    "settle": frozenset({"settled"}), "return": frozenset({"returned"}),
}
_NEEDS: Mapping[str, str] = {
    "accept": "received", "not-accept": "not_accepted", "settle": "settled", "return": "returned",
    "request-supplement": "supplement_requested",
}
_Marks = frozenset[str]


def law_findings(subject: Subject) -> list[Finding]:
    """Return findings of law on a procedure's drawing; none for drawings without a code."""
    if subject.procedure is None:
        return []
    course = course_of(subject)
    return [*_unknown(subject), *_paths(subject, course), *_moves(subject, course)]


def _unknown(subject: Subject) -> Iterator[Finding]:
    for element in subject.document.marked("sequenceFlow", *bpmn.EVENTS):
        act = bpmn.motcua(element, "act")
        if act is not None and act not in ACTS:
            yield finding("error", "unknown-act", element, (
                f"Không có hành vi “{act[:60]}”.", f"There is no act '{act[:60]}'.",
            ), (f"Có: {', '.join(ACTS)}.", f"There are: {', '.join(ACTS)}."))
    for element in subject.document.marked(*bpmn.FLOW_NODES):
        status = bpmn.motcua(element, "status")
        if status is not None and status not in STATUSES:
            yield finding("error", "unknown-status", element, (
                f"Không có trạng thái “{status[:60]}”.", f"There is no status '{status[:60]}'.",
            ), (f"Có: {', '.join(STATUSES)}.", f"There are: {', '.join(STATUSES)}."))


def _paths(subject: Subject, course: Course) -> Iterator[Finding]:
    passed = _must(course)
    for scope in subject.scopes:
        if scope.element is not subject.procedure:
            continue
        for key, node in scope.nodes.items():
            if scope.outgoing.get(key) or key not in passed or key in scope.links:
                continue
            marks = passed[key] | _marks(bpmn.motcua(node, "act"))
            if "decided" not in marks:
                yield finding("warning", "law-no-receiving-step", node, (
                    f"Có đường tới “{label(node)}” không qua bước tiếp nhận hay từ chối tiếp nhận.",
                    f"A path reaches '{label(node)}' without accepting or refusing to accept.",
                ), (
                    'Ghi motcua:act="accept" và "not-accept" trên các nhánh của bước tiếp nhận.',
                    'Write motcua:act="accept" and "not-accept" on the receiving step\'s flows.',
                ))
            elif "answered" not in marks:
                yield finding("warning", "law-no-answer", node, (
                    f"Có đường tới “{label(node)}” mà chưa trả kết quả hay thông báo từ chối.",
                    f"A path reaches '{label(node)}' without a result or a refusal returned.",
                ), ('Ghi motcua:act="return" trên luồng sau bước trả kết quả.',
                    'Write motcua:act="return" on the flow after the returning step.'))


def _must(course: Course) -> dict[str, _Marks]:
    """Return what has happened on every path to each node.

    Where paths meet only what all bring counts; a parallel join and a catching event wait for
    their other side, so what either brings counts.
    """
    order = list(course.in_order())
    marks = dict.fromkeys(order, frozenset({"decided", "answered"}))
    changed = True
    while changed:
        changed = False
        for key in order:
            now = _arriving(course, key, marks)
            if marks[key] != now:
                marks[key], changed = now, True
    return marks


def _arriving(course: Course, key: str, marks: Mapping[str, _Marks]) -> _Marks:
    edges = [edge for edge in course.before.get(key, []) if edge.source in marks]
    flows = [_along(edge, marks, course) for edge in edges if not edge.message]
    messages = [_along(edge, marks, course) for edge in edges if edge.message]
    node = course.nodes.get(key)
    join = frozenset.union if node is not None and bpmn.kind(node) == "parallelGateway" else (
        frozenset.intersection
    )
    return _merged(flows, join) | _merged(messages, frozenset.intersection)


def _merged(sides: list[_Marks], how: Callable[..., _Marks]) -> _Marks:
    return how(*sides) if sides else frozenset()


def _along(edge: Edge, marks: Mapping[str, _Marks], course: Course) -> _Marks:
    node = course.nodes.get(edge.source)
    acts = (
        bpmn.motcua(edge.element, "act") if edge.element is not None else None,
        bpmn.motcua(node, "act") if node is not None else None,
    )
    return marks[edge.source] | _marks(*acts)


def _marks(*acts: str | None) -> _Marks:
    decided = {"decided"} if any(act in DECIDES for act in acts) else set()
    return frozenset(decided | ({"answered"} if any(act in ANSWERS for act in acts) else set()))


def _moves(subject: Subject, course: Course) -> Iterator[Finding]:
    """Warn of a status on a task, and of an act, that the table allows from no status before it."""
    possible: dict[str, set[str]] = {key: {"newly_registered"} for key in _lead_starts(subject)}
    ahead = list(possible)
    while ahead:
        key = ahead.pop()
        here = _on_node(course, key, possible[key])
        for edge in course.after.get(key, []):
            act = bpmn.motcua(edge.element, "act") if edge.element is not None else None
            then = _after_act(act, here)
            known = possible.setdefault(edge.target, set())
            if not then <= known or edge.target not in possible:
                known |= then
                ahead.append(edge.target)
    yield from _never(course, possible)


def _never(course: Course, possible: Mapping[str, set[str]]) -> Iterator[Finding]:
    for key, before in possible.items():
        node = course.nodes.get(key)
        status = bpmn.motcua(node, "status") if node is not None else None
        if node is not None and status in STATUSES and before and not any(
            _allowed(now, status) for now in before
        ):
            yield finding("warning", "status-never-moves", node, (
                (f"Tới “{label(node)}” hồ sơ không thể chuyển sang {status} "
                f"(đang có thể là: {', '.join(sorted(before))})."),
                (f"At '{label(node)}' the dossier cannot become {status} "
                f"(it may be: {', '.join(sorted(before))})."),
            ), ("Xem bảng chuyển trạng thái.", "See the table of moves."))
        for edge in course.after.get(key, []):
            act = bpmn.motcua(edge.element, "act") if edge.element is not None else None
            wanted = _NEEDS.get(act or "")
            here = _on_node(course, key, before)
            if wanted is not None and here and not any(_allowed(now, wanted) for now in here):
                yield finding("warning", "act-never-allowed", edge.element, (
                    (f"Hành vi {act} ở đây không hợp trạng thái nào có thể có "
                    f"({', '.join(sorted(here))})."),
                    (f"The act {act} fits none of the statuses that may stand here "
                    f"({', '.join(sorted(here))})."),
                ), ("Đặt motcua:status hoặc hành vi đúng thứ tự.",
                    "Put motcua:status or the acts into the right order."))


def _lead_starts(subject: Subject) -> tuple[str, ...]:
    return next((s.starts for s in subject.scopes if s.element is subject.procedure), ())


def _on_node(course: Course, key: str, before: set[str]) -> set[str]:
    node = course.nodes.get(key)
    status = bpmn.motcua(node, "status") if node is not None else None
    if status not in STATUSES or status is None:
        return set(before)
    return {status if _allowed(now, status) else now for now in before}


def _after_act(act: str | None, before: set[str]) -> set[str]:
    """Return the statuses after an act, taken to have happened so that one mistake is told once."""
    return set(before) if act not in LEADS_TO or act is None else set(LEADS_TO[act])


def _allowed(now: str, then: str) -> bool:
    return now == then or may_move(now, then)  # type: ignore[arg-type]  # both are in STATUSES
