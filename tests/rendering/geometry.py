"""What a drawing's DI says, and what a reader would call untidy in it; plain geometry, no browser.

Boxes are (left, top, right, bottom), points (x, y), all in diagram pixels.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

Box = tuple[float, float, float, float]
Point = tuple[float, float]
Segment = tuple[Point, Point]

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
FRAMES = ("participant", "lane", "group")
#: A label further than this from what it names belongs to nothing in particular.
NEAR = 25.0


@dataclass(frozen=True)
class Shape:
    """One drawn shape; `inside` is its lane, or its pool where there are no lanes."""

    id: str
    kind: str
    name: str
    box: Box
    label: Box | None
    inside: str | None = None
    host: str | None = None


@dataclass(frozen=True)
class Edge:
    """One drawn flow, from waypoint to waypoint."""

    id: str
    kind: str
    name: str
    points: tuple[Point, ...]
    ends: tuple[str, str]
    label: Box | None

    def segments(self) -> tuple[Segment, ...]:
        """Return the straight pieces."""
        return tuple(pairwise(self.points))


@dataclass(frozen=True)
class Drawing:
    """All shapes and flows of one diagram, and the elements that nobody has drawn."""

    shapes: dict[str, Shape]
    edges: dict[str, Edge]
    undrawn: tuple[str, ...]

    def nodes(self) -> list[Shape]:
        """Return the events, tasks and gateways."""
        return [s for s in self.shapes.values() if s.kind not in FRAMES]


def read(path: Path) -> Drawing:
    """Read one .bpmn file."""
    root = ET.parse(path).getroot()
    elements = {e.get("id", ""): e for e in root.iter() if e.tag.startswith(BPMN)}
    inside = _insides(root)
    shapes, edges = {}, {}
    for item in root.iter(f"{BPMNDI}BPMNShape"):
        e = elements[item.get("bpmnElement", "")]
        shapes[e.get("id", "")] = Shape(
            e.get("id", ""), _kind(e), e.get("name", ""), _box(item.find(f"{DC}Bounds")),
            _label(item), inside.get(e.get("id", "")), e.get("attachedToRef"),
        )
    for item in root.iter(f"{BPMNDI}BPMNEdge"):
        e = elements[item.get("bpmnElement", "")]
        edges[e.get("id", "")] = Edge(
            e.get("id", ""), _kind(e), e.get("name", ""),
            tuple((float(p.get("x", 0)), float(p.get("y", 0))) for p in item.iter(f"{DI}waypoint")),
            (e.get("sourceRef", ""), e.get("targetRef", "")), _label(item),
        )
    drawn = shapes.keys() | edges.keys()
    return Drawing(shapes, edges, tuple(i for i in _to_draw(root) if i not in drawn))


def overlapping(drawing: Drawing) -> list[str]:
    """Name each two shapes that lie on each other, or a shape that leaves its frame."""
    faults = []
    for a, b in combinations(drawing.nodes(), 2):
        if b.id != a.host and a.id != b.host and _meet(a.box, b.box):
            faults.append(f"{a.id} lies on {b.id}")
    for kind in ("participant", "lane"):
        same = [s for s in drawing.shapes.values() if s.kind == kind]
        pairs = combinations(same, 2)
        faults += [f"{a.id} lies on {b.id}" for a, b in pairs if _meet(a.box, b.box)]
    for shape in drawing.shapes.values():
        frame = drawing.shapes.get(shape.inside or "")
        if frame and not _within(shape.box, frame.box):
            faults.append(f"{shape.id} leaves {frame.id}")
    for group in (s for s in drawing.shapes.values() if s.kind == "group"):
        faults += [
            f"{n.id} sits on the border of {group.id}" for n in drawing.nodes()
            if _meet(n.box, group.box) and not _within(n.box, group.box)
        ]
    return faults


def crossing(drawing: Drawing) -> list[str]:
    """Name each flow that runs through a shape, lies on another flow, or is not right-angled."""
    faults = []
    for edge in drawing.edges.values():
        for a, b in edge.segments():
            if a[0] != b[0] and a[1] != b[1]:
                faults.append(f"{edge.id} is slanted")
            faults += [
                f"{edge.id} runs through {n.id}" for n in drawing.nodes()
                if _meet(_span(a, b), _grown(n.box, -1))
            ]
        faults += _loose_ends(drawing, edge)
    for one, two in combinations(drawing.edges.values(), 2):
        if any(_share(s, t) for s in one.segments() for t in two.segments()):
            faults.append(f"{one.id} lies on {two.id}")
    return faults


def mislabelled(drawing: Drawing) -> list[str]:
    """Name each label that is missing, far from its element, or on a shape, flow or border."""
    faults = []
    boxes = dict(_labels(drawing))
    for owner, box in boxes.items():
        if box is None:
            faults.append(f"{owner} has a name and no place for it")
            continue
        if _distance(drawing, owner, box) > NEAR:
            faults.append(f"the label of {owner} is far from it")
        faults += [f"the label of {owner} lies on {what}" for what in _under(drawing, box)]
    for (a, one), (b, two) in combinations(boxes.items(), 2):
        if one and two and _meet(one, two):
            faults.append(f"the labels of {a} and {b} lie on each other")
    return faults


def _kind(element: ET.Element) -> str:
    return element.tag.removeprefix(BPMN)


def _box(bounds: ET.Element | None) -> Box:
    if bounds is None:
        return (0.0, 0.0, 0.0, 0.0)
    x, y, w, h = (float(bounds.get(k, 0)) for k in ("x", "y", "width", "height"))
    return (x, y, x + w, y + h)


def _label(item: ET.Element) -> Box | None:
    bounds = item.find(f"{BPMNDI}BPMNLabel/{DC}Bounds")
    return None if bounds is None else _box(bounds)


def _insides(root: ET.Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for pool in root.iter(f"{BPMN}participant"):
        for process in root.iter(f"{BPMN}process"):
            if process.get("id") == pool.get("processRef"):
                found |= {e.get("id", ""): pool.get("id", "") for e in process.iter()}
    for lane in root.iter(f"{BPMN}lane"):
        found |= {r.text or "": lane.get("id", "") for r in lane.findall(f"{BPMN}flowNodeRef")}
    return found


def _to_draw(root: ET.Element) -> Iterator[str]:
    for e in root.iter():
        kind = _kind(e)
        ends = ("Event", "Task", "task", "Gateway", "Flow", "participant", "lane", "group")
        if e.tag.startswith(BPMN) and kind.endswith(ends):
            yield e.get("id", "")


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _within(a: Box, b: Box) -> bool:
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


def _grown(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def _span(a: Point, b: Point) -> Box:
    # Half a pixel each way: a line has a width, and a box without area meets nothing.
    return _grown((min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])), 0.5)


def _share(one: Segment, two: Segment) -> bool:
    a, b = _span(*one), _span(*two)
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return width > 0 and height > 0 and max(width, height) > 5


def _loose_ends(drawing: Drawing, edge: Edge) -> list[str]:
    faults = []
    for point, end in zip((edge.points[0], edge.points[-1]), edge.ends, strict=True):
        box = drawing.shapes[end].box
        touching = _meet(_span(point, point), _grown(box, 1))
        if not touching or _meet(_span(point, point), _grown(box, -1)):
            faults.append(f"{edge.id} does not end at the border of {end}")
    return faults


def _labels(drawing: Drawing) -> Iterator[tuple[str, Box | None]]:
    for node in drawing.nodes():
        if node.name and node.kind.endswith(("Event", "Gateway")):
            yield node.id, node.label
    for edge in drawing.edges.values():
        if edge.name:
            yield edge.id, edge.label


def _distance(drawing: Drawing, owner: str, box: Box) -> float:
    if owner in drawing.shapes:
        return _gap(box, drawing.shapes[owner].box)
    return min(_gap(box, _span(a, b)) for a, b in drawing.edges[owner].segments())


def _gap(a: Box, b: Box) -> float:
    dx = max(a[0] - b[2], b[0] - a[2], 0.0)
    dy = max(a[1] - b[3], b[1] - a[3], 0.0)
    return float((dx * dx + dy * dy) ** 0.5)


def _under(drawing: Drawing, box: Box) -> Iterator[str]:
    yield from (n.id for n in drawing.nodes() if _meet(box, n.box))
    for edge in drawing.edges.values():
        if any(_meet(box, _span(a, b)) for a, b in edge.segments()):
            yield edge.id
    for frame in (s for s in drawing.shapes.values() if s.kind in FRAMES):
        if _meet(box, frame.box) and not _within(box, frame.box):
            yield f"the border of {frame.id}"


def holds(box: Box, text: Box) -> bool:
    """Tell whether a rendered text stays in its box, but for a few pixels of a glyph's overhang."""
    return _within(text, _grown(box, 6))
