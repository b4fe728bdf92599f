"""Beginning (khởi đầu): whether each pool of a procedure would ever begin, and how."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.expressions import ExpressionError, compile_expression
from engine.flow import bpmn
from engine.flow.findings import Sentence, finding, label
from engine.flow.graph import truth
from engine.flow.lint.report import Subject
from engine.flow.lint.times import TIMES
from engine.flow.support import triggers_of
from engine.flow.timers import readable
from engine.step import Finding

_LEAD: Sentence = (
    "Vẽ thêm một sự kiện bắt đầu thường (không biểu tượng) trong bể tiếp nhận.",
    "Draw a plain start event (without a symbol) in the pool of the receiving agency.",
)
_MESSAGE: Sentence = (
    "Vẽ luồng thông điệp tới bể này, hoặc đổi cách bắt đầu: tín hiệu, hẹn giờ, điều kiện.",
    "Draw a message flow to this pool, or let it begin by a signal, a timer or a condition.",
)
_FACTS: Sentence = (
    ('Chỉ dùng dossier.…, ví dụ dossier.status == "in_process"; hoặc bắt đầu bằng thông điệp mang '
     "dữ liệu ấy."),
    ('Use dossier.… alone, dossier.status == "in_process" say; or begin by a message that brings '
     "these data."),
)


def beginning_findings(subject: Subject) -> list[Finding]:
    """Return how the pools of a procedure begin, an error where a dossier could not begin one."""
    if subject.procedure is None:
        return []
    called = {bpmn.reference(call, "calledElement")
              for call in bpmn.inside(subject.document.root, "callActivity")}
    found: list[Finding] = []
    for process in subject.document.processes:
        starts = list(bpmn.children(process, "startEvent"))
        if process is subject.procedure:
            found += _lead(process, starts)
        elif bpmn.ident(process) not in called:
            found += _other(subject, process, starts)
        for start in starts:
            found += _blind(start)
    return found


def _lead(process: Element, starts: list[Element]) -> Iterator[Finding]:
    if starts and not any(triggers_of(start) == ["none"] for start in starts):
        yield finding("error", "lead-start", starts[0], (
            (f"“{label(process)}” tiếp nhận hồ sơ nhưng không có sự kiện bắt đầu thường: người nộp "
             "đăng ký thì không bước nào mở ra."),
            (f"'{label(process)}' receives the dossier and has no plain start event: once it is "
             "registered no task would open."),
        ), _LEAD)


def _other(subject: Subject, process: Element, starts: list[Element]) -> Iterator[Finding]:
    kinds = {kind for start in starts for kind in triggers_of(start)}
    if "none" in kinds or not (starts or _instantiated(process)):
        yield finding("info", "begins-with-dossier", process, (
            f"“{label(process)}” bắt đầu ngay khi hồ sơ được đăng ký.",
            f"'{label(process)}' begins as soon as the dossier is registered.",
        ), ("Để bắt đầu muộn hơn, dùng sự kiện bắt đầu loại thông điệp.",
            "To begin later give it a message start event."))
    if kinds & {"signal", "timer", "conditional"}:
        yield finding("info", "begins-by-event", process, (
            (f"“{label(process)}” bắt đầu trong hồ sơ: hẹn giờ tính từ lúc đăng ký, tín hiệu phát "
             "ở bể khác, điều kiện nhìn vào dossier."),
            (f"'{label(process)}' begins within a dossier: a timer counts from its registration, a "
             "signal comes from another pool, a condition looks at dossier."),
        ))
    if kinds == {"message"} and not _reached(subject, process):
        yield finding("warning", "pool-never-begins", process, (
            f"“{label(process)}” bắt đầu bằng thông điệp nhưng không luồng thông điệp nào tới nó.",
            f"'{label(process)}' begins by a message, and no message flow leads to it.",
        ), _MESSAGE)


def _instantiated(process: Element) -> bool:
    return any(truth(node, "instantiate") for node in bpmn.flow_nodes(process))


def _reached(subject: Subject, process: Element) -> bool:
    """Tell whether a message flow leads into a process, or somebody throws what begins it."""
    for flow in subject.document.message_flows:
        target = subject.document.resolve(flow, "targetRef")
        if target is not None and (
            process in (target, *target.iterancestors())
            or subject.document.resolve(target, "processRef") is process
        ):
            return True
    wanted = {_message(start) for start in bpmn.children(process, "startEvent")} - {None}
    return any(_message(node) in wanted
               for node in bpmn.inside(subject.document.root, "sendTask", *bpmn.THROWS))


def _message(node: Element) -> str | None:
    named = (bpmn.reference(holder, "messageRef") for holder in (node, *bpmn.definitions(node)))
    return next(filter(None, named), None)


def _blind(start: Element) -> Iterator[Finding]:
    """Yield an error where a start looks at data: what has not begun has none."""
    unknown = sorted({name for text in _expressions(start) for name in _names(text)})
    if unknown:
        shown = ", ".join(unknown[:4])
        yield finding("error", "start-reads-data", start, (
            f"“{label(start)}” nhìn vào {shown}, nhưng phần việc chưa bắt đầu thì chưa có dữ liệu.",
            f"'{label(start)}' looks at {shown}, and a part that has not begun has no data.",
        ), _FACTS)


def _expressions(start: Element) -> Iterator[str]:
    for item in bpmn.definitions(start):
        yield bpmn.text(bpmn.child(item, "condition"))
        for name, which in TIMES.items():
            said = bpmn.text(bpmn.child(item, name))
            if said and not readable(which, said):
                yield said


def _names(text: str) -> set[str]:
    try:
        return set(compile_expression(text).names) - {"dossier"} if text else set()
    except ExpressionError:
        return set()  # the family of words tells
