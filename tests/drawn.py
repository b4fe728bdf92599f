"""What the diagrams of the pack say of themselves, read with the standard library alone."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIAGRAMS = sorted((ROOT / "bpmn").glob("*/*.bpmn"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
MOTCUA = "{urn:motcua:bpmn:1}"


@dataclass(frozen=True)
class Task:
    """One drawn task; `role` and `duration` are its own, else its lane's or pool's or group's."""

    id: str
    name: str
    step: str
    form: str
    status: str | None
    role: str | None
    duration: str | None
    shared_by: str | None
    process: str


@dataclass(frozen=True)
class Flow:
    """One drawn sequence flow."""

    id: str
    name: str
    source: str
    target: str
    act: str | None


@dataclass(frozen=True)
class Diagram:
    """One diagram of the pack, with what the process of the lead pool says of the procedure."""

    path: Path
    root: ET.Element
    lead: dict[str, str]
    limits: tuple[tuple[str, str], ...]
    tasks: tuple[Task, ...]
    flows: tuple[Flow, ...]

    def task(self, step: str) -> Task:
        """Return the one task of a step of the decision."""
        (found,) = (t for t in self.tasks if t.step == step)
        return found

    def forms(self) -> Path:
        """Return the folder of its forms."""
        return ROOT / "forms" / self.path.parent.name


def read(name: str) -> Diagram:
    """Read bpmn/<name>/<name>.bpmn."""
    path = ROOT / "bpmn" / name / f"{name}.bpmn"
    root = ET.parse(path).getroot()
    (lead,) = (p for p in root.iter(f"{BPMN}process") if p.get(f"{MOTCUA}procedureCode"))
    limits = tuple((e.get("when", ""), e.get("value", "")) for e in root.iter(f"{MOTCUA}limit"))
    return Diagram(path, root, _own(lead), limits, tuple(_tasks(root)), tuple(_flows(root)))


def _own(element: ET.Element) -> dict[str, str]:
    attributes = element.attrib.items()
    return {k.removeprefix(MOTCUA): v for k, v in attributes if k.startswith(MOTCUA)}


def _tasks(root: ET.Element) -> list[Task]:
    boxes = {
        s.get("bpmnElement", ""): s[0].attrib for s in root.iter()
        if s.tag.endswith("}BPMNShape")
    }
    pools = {p.get("processRef", ""): _own(p) for p in root.iter(f"{BPMN}participant")}
    found = []
    for process in root.iter(f"{BPMN}process"):
        for e in process.iter(f"{BPMN}userTask"):
            around = [
                (f.get("id", ""), _own(f)) for f in process.iter()
                if f.tag in (f"{BPMN}lane", f"{BPMN}group") and _holds(f, e, boxes)
            ]
            own = {**pools[process.get("id", "")], **_merged(around), **_own(e)}
            shares = None if _own(e).get("duration") else next(
                (i for i, said in around if said.get("duration")), None,
            )
            found.append(Task(
                e.get("id", ""), e.get("name", ""), own.get("step", ""), own.get("form", ""),
                own.get("status"), own.get("role"), own.get("duration"), shares,
                process.get("id", ""),
            ))
    return found


def _merged(around: list[tuple[str, dict[str, str]]]) -> dict[str, str]:
    return {k: v for _, said in around for k, v in said.items()}


def _holds(frame: ET.Element, task: ET.Element, boxes: dict[str, dict[str, str]]) -> bool:
    if frame.tag == f"{BPMN}lane":
        return task.get("id") in {r.text for r in frame.findall(f"{BPMN}flowNodeRef")}
    outer, inner = boxes[frame.get("id", "")], boxes[task.get("id", "")]
    return all(
        float(outer[a]) <= float(inner[a])
        and float(inner[a]) + float(inner[size]) <= float(outer[a]) + float(outer[size])
        for a, size in (("x", "width"), ("y", "height"))
    )


def _flows(root: ET.Element) -> list[Flow]:
    return [
        Flow(
            e.get("id", ""), e.get("name", ""), e.get("sourceRef", ""), e.get("targetRef", ""),
            e.get(f"{MOTCUA}act"),
        )
        for e in root.iter(f"{BPMN}sequenceFlow")
    ]
