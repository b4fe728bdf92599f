"""Staff (người làm): lanes, roles, agencies and forms of the tasks that people do."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import finding, label
from engine.flow.lint.report import Subject
from engine.step import Finding, Severity

#: Roles of the built-in pack; other roles must stand in the register.
ROLES = frozenset({
    "one_stop_officer", "division_head", "specialist", "leader", "records_clerk", "office_head",
})
_AGENCY = re.compile(
    r"\A(?:\d{3}(?:\.\d{2}){2}\.[A-Z]\d{2}"
    r"|dossier\.(?:receiving_agency|competent_agency)(?:\.[a-z_]+)?)\Z",
)


def staff_findings(subject: Subject) -> list[Finding]:
    """Return findings on who does what; unknown names are errors only beside a register."""
    return [
        *_lanes(subject), *_roles(subject), *_agencies(subject), *_nobody(subject),
        *_forms(subject),
    ]


def _grade(subject: Subject) -> Severity:
    return "warning" if subject.known is None else "error"


def _lanes(subject: Subject) -> Iterator[Finding]:
    for process in subject.document.processes:
        homes: dict[str, list[Element]] = {}
        lanes = list(bpmn.inside(process, "lane"))
        for lane in lanes:
            if bpmn.child(lane, "childLaneSet") is None:
                for pointer in bpmn.children(lane, "flowNodeRef"):
                    wanted = bpmn.unprefixed(pointer, bpmn.text(pointer)) or ""
                    homes.setdefault(wanted, []).append(lane)
        for node in bpmn.flow_nodes(process) if lanes else ():
            found = homes.get(bpmn.ident(node) or "", [])
            if len(found) > 1:
                yield finding("warning", "in-two-lanes", node, (
                    f"“{label(node)}” nằm trong {len(found)} làn.",
                    f"'{label(node)}' stands in {len(found)} lanes.",
                ), ("Đặt nó vào một làn.", "Put it into one lane."))
            elif not found and bpmn.kind(node) in bpmn.PERSONAL:
                yield finding("warning", "in-no-lane", node, (
                    f"“{label(node)}” không nằm trong làn nào.",
                    f"'{label(node)}' stands in no lane.",
                ), ("Đặt nó vào làn của người làm.", "Put it into the lane of who does it."))


def _roles(subject: Subject) -> Iterator[Finding]:
    known = ROLES if subject.known is None else subject.known.roles
    for element in subject.document.marked("participant", "lane", *bpmn.TASKS):
        role = bpmn.motcua(element, "role")
        if role is not None and role not in known:
            yield finding(_grade(subject), "unknown-role", element, (
                f"Không rõ vai trò “{role[:60]}” của “{label(element)}”.",
                f"The role '{role[:60]}' of '{label(element)}' is not known.",
            ), (f"Có: {', '.join(sorted(known))}.", f"There are: {', '.join(sorted(known))}."))


def _agencies(subject: Subject) -> Iterator[Finding]:
    kinds = ("participant", "lane", "process", *bpmn.TASKS)
    for element in subject.document.marked(*kinds):
        agency = bpmn.motcua(element, "agency")
        if agency is None or (agency.startswith("dossier.") and _AGENCY.match(agency)):
            continue
        known = subject.known
        if not _AGENCY.match(agency) if known is None else agency not in known.agencies:
            yield finding(_grade(subject), "unknown-agency", element, (
                f"Không rõ cơ quan “{agency[:60]}” của “{label(element)}”.",
                f"The agency '{agency[:60]}' of '{label(element)}' is not known.",
            ), (
                "Ghi mã định danh, ví dụ 000.00.17.H41, hoặc dossier.receiving_agency.",
                "Write a code such as 000.00.17.H41, or dossier.receiving_agency.",
            ))


def _nobody(subject: Subject) -> Iterator[Finding]:
    """Warn of people's tasks in a procedure that no role and no lane gives to anyone."""
    if subject.procedure is None:
        return
    pools = {bpmn.reference(p, "processRef"): p for p in subject.document.participants}
    for process in subject.document.processes:
        pool = pools.get(bpmn.ident(process))
        if pool is not None and bpmn.role(pool):
            continue
        given = {
            bpmn.unprefixed(pointer, bpmn.text(pointer))
            for lane in bpmn.inside(process, "lane") if bpmn.role(lane)
            for pointer in bpmn.inside(lane, "flowNodeRef")
        }
        for task in bpmn.inside(process, *bpmn.PERSONAL):
            if not bpmn.role(task) and not _around(task) & given:
                yield finding(_grade(subject), "task-without-role", task, (
                    f"Không rõ ai làm “{label(task)}”.", f"Nobody is said to do '{label(task)}'.",
                ), (
                    "Ghi motcua:role trên làn, bể hoặc bước.",
                    "Write motcua:role on the lane, the pool or the task.",
                ))


def _around(task: Element) -> set[str | None]:
    """Return the ids of a task and of the sub-processes around it."""
    found: set[str | None] = set()
    at: Element | None = task
    while at is not None and bpmn.kind(at) != "process":
        found.add(bpmn.ident(at))
        at = at.getparent()
    return found - {None}


def _forms(subject: Subject) -> Iterator[Finding]:
    told: set[str] = set()
    for task in subject.document.marked("startEvent", *bpmn.TASKS):
        stem = bpmn.form(task)
        if stem is None:
            continue
        content = subject.files.get(f"{stem}.form")
        if content is None:
            yield finding(_grade(subject), "form-missing", task, (
                f"Không thấy biểu mẫu {stem[:80]}.form của “{label(task)}”.",
                f"The form {stem[:80]}.form of '{label(task)}' was not found.",
            ), ("Đặt tệp biểu mẫu bên cạnh sơ đồ.", "Put the form beside the diagram."))
        elif stem not in told:
            told.add(stem)
            yield from _broken(task, stem, content)


def _broken(task: Element, stem: str, content: bytes) -> Iterator[Finding]:
    why = _form_fault(content)
    if why is not None:
        yield finding("error", "form-unreadable", task, (
            f"Biểu mẫu {stem}.form không dùng được: {why[0]}.",
            f"The form {stem}.form cannot be used: {why[1]}.",
        ), ("Lưu lại bằng công cụ vẽ biểu mẫu.", "Save it again from the form editor."))


def _form_fault(content: bytes) -> tuple[str, str] | None:
    try:
        schema = json.loads(content)
    except (ValueError, RecursionError):
        return "không phải JSON", "it is not JSON"
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        return "thiếu danh sách components", "it has no list of components"
    keys = [f.get("key") for f in schema["components"] if isinstance(f, dict) and f.get("key")]
    often = Counter(map(repr, keys))
    twice = sorted({str(key) for key in keys if often[repr(key)] > 1})
    if twice:
        return f"khóa dùng hai lần: {', '.join(twice)}", f"keys used twice: {', '.join(twice)}"
    return None
