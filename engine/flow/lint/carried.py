"""Carried papers (giấy tờ kèm thông điệp): the components that a message declares, by code."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.building.payload import read_papers
from engine.flow.findings import finding, label
from engine.flow.lint.report import Subject
from engine.step import Finding

#: Codes that a hint lists.
_SHOWN = 8


def carried_findings(subject: Subject) -> list[Finding]:
    """Return findings on motcua:papers of messages: codes that nobody declares, ways that end."""
    found: list[Finding] = []
    root = subject.document.root
    drawn = [(message, read_papers(bpmn.motcua(message, "papers")))
             for message in bpmn.inside(root, "message")]
    if not any(codes for _, codes in drawn):
        return found
    declared = _declared(subject)
    outside = _leaving(root)
    for message, codes in drawn:
        if codes and not declared:
            found.append(_without(message))
        found.extend(_unknown(message, code, declared)
                     for code in codes if declared and code not in declared)
        if codes and bpmn.ident(message) in outside:
            found.append(_outside(message))
    return found


def _declared(subject: Subject) -> list[str]:
    """Return the codes of the procedure's components, as drawn."""
    if subject.procedure is None:
        return []
    drawn = subject.procedure.iter(f"{{{bpmn.MOTCUA}}}component")
    return [code for item in drawn if (code := (item.get("code") or "").strip())]


def _leaving(root: Element) -> set[str]:
    """Return the messages that go to a pool without a process, which is outside."""
    pools = {bpmn.ident(pool) for pool in bpmn.inside(root, "participant")
             if not bpmn.reference(pool, "processRef")}
    return set(_sent(root, pools))


def _sent(root: Element, pools: Collection[str | None]) -> Iterator[str]:
    nodes = {bpmn.ident(node): node for node in bpmn.inside(root, *bpmn.FLOW_NODES)}
    for flow in bpmn.inside(root, "messageFlow"):
        if bpmn.reference(flow, "targetRef") not in pools:
            continue
        node = nodes.get(bpmn.reference(flow, "sourceRef"))
        holders = [flow] if node is None else [flow, node, *bpmn.definitions(node)]
        yield from (name for at in holders if (name := bpmn.reference(at, "messageRef")))


def _unknown(message: Element, code: str, declared: list[str]) -> Finding:
    close = get_close_matches(code, declared, 1)
    listed = ", ".join(declared[:_SHOWN]) + (", …" if len(declared) > _SHOWN else "")
    return finding("error", "papers-unknown", message, (
        (f"Thông điệp “{label(message)}” gửi kèm giấy tờ “{code[:60]}”, không thành phần hồ sơ nào "
         "mang mã đó."),
        f"The message '{label(message)}' carries '{code[:60]}', which no component declares.",
    ), (f"Có phải là {close[0]}?", f"Did you mean {close[0]}?") if close else (
        f"Các thành phần có: {listed}.", f"There are: {listed}."))


def _without(message: Element) -> Finding:
    return finding("error", "papers-without-components", message, (
        (f"Thông điệp “{label(message)}” gửi kèm giấy tờ nhưng thủ tục không khai thành phần hồ sơ "
         "nào."),
        f"The message '{label(message)}' carries papers, but the procedure declares no components.",
    ), (
        "Khai motcua:component ở quy trình mang mã thủ tục, hoặc bỏ motcua:papers.",
        "Declare motcua:component in the process with the procedure code, or drop motcua:papers.",
    ))


def _outside(message: Element) -> Finding:
    return finding("warning", "papers-to-outside", message, (
        (f"Thông điệp “{label(message)}” ra bể không có quy trình: giấy tờ kèm theo không đi cùng "
         "được."),
        f"The message '{label(message)}' goes to a pool without a process: papers stay here.",
    ), (
        "Bỏ motcua:papers, hoặc vẽ quy trình của bên nhận.",
        "Drop motcua:papers, or draw the process of who receives it.",
    ))
