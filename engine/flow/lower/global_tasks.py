"""Global tasks (việc dùng chung): each becomes a small process that call activities can call."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.flow.bpmn import kind, reference, tag
from engine.flow.findings import label
from engine.flow.lower.work import Work

_TASKS = {
    "globalTask": "task", "globalUserTask": "userTask", "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask", "globalBusinessRuleTask": "businessRuleTask",
}


def rewrite(work: Work) -> None:
    """Put the one task of each global task into a process of the same id; it runs when called."""
    called = {reference(call, "calledElement") for call in work.all("callActivity")}
    for drawn in work.all(*_TASKS):
        identity = drawn.get("id") or ""
        if identity not in called:
            _leave_out(work, drawn)
            continue
        task = work.add(drawn, _TASKS[kind(drawn)], **_attributes(drawn))
        task.set("id", work.fresh(identity, "task"))
        for inner in [item for item in drawn if item is not task]:
            task.append(inner)
        for name in list(drawn.attrib):
            if name not in {"id", "name"}:
                del drawn.attrib[name]
        drawn.tag = tag("process")
        work.kinds.add("process")
        drawn.set("isExecutable", "true")


def _leave_out(work: Work, drawn: Element) -> None:
    name = label(drawn)
    work.found("info", "global-task-uncalled", drawn, (
        f"Việc dùng chung “{name}” không bước gọi nào dùng tới nên không chạy.",
        f"No call activity calls the global task '{name}', so it never runs.",
    ))
    around = drawn.getparent()
    if around is not None:
        around.remove(drawn)


def _attributes(drawn: Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in drawn.attrib.items() if name != "id"}
