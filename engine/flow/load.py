"""Loading (nạp): lowered bytes become specs, once per server; nothing is lowered or fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock

from engine.flow.bpmn import children, motcua
from engine.flow.building.drawing import Drawing, title
from engine.flow.building.levels import build
from engine.flow.building.notes import facts, pools, start_form
from engine.flow.building.payload import read_papers
from engine.flow.building.questions import questions
from engine.flow.specs.process import ProcessSpec
from engine.procedure import Facts, Pool
from engine.step import Question, TaskNote

#: Flows kept in memory; a server runs a few hundred procedures in a few versions each.
MAX_CACHED = 1_024


@dataclass(frozen=True)
class Flow:
    """A lowered drawing ready to run; never changed at run time.

    `hash` is the SHA-256 of the lowered bytes, `notes` say of each task what is drawn, `facts` are
    None where no process has a procedure code, `start_form` opens a dossier, `questions` are the
    gateways without conditions by id, `acts` the acts drawn on flows and events by their id,
    `papers` by message the codes of the components whose papers it carries.
    """

    hash: str
    facts: Facts | None
    pools: tuple[Pool, ...]
    notes: Mapping[str, TaskNote]
    start_form: str | None = None
    questions: Mapping[str, Question] = field(default_factory=dict)
    acts: Mapping[str, str] = field(default_factory=dict)
    papers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: dict[str, ProcessSpec] = field(default_factory=dict, repr=False)

    def draws(self, act: str, element: str) -> bool:
        """Tell whether an act is drawn at an element: a node, or a sequence flow."""
        nodes = [node for level in self.levels.values() for node in level.task_specs.values()]
        arcs = [arc for node in nodes for arc in getattr(node, "outgoing", ())]
        return any(getattr(node, "element", None) == element and node.act == act
                   for node in nodes if getattr(node, "act", None)) or any(
            arc.id == element and arc.act == act for arc in arcs)


_cache: dict[str, Flow] = {}
_lock = Lock()


def load(lowered: bytes) -> Flow:
    """Return the flow of these lowered bytes, from memory where it has been loaded before.

    Raises Corrupt when the bytes are no XML and Invalid when an expression cannot be read; neither
    happens to bytes that lint has let pass.
    """
    key = sha256(lowered).hexdigest()
    flow = _cache.get(key)
    if flow is not None:
        return flow
    made = _load(lowered, key)
    with _lock:
        if len(_cache) >= MAX_CACHED:
            _cache.pop(next(iter(_cache)))
        # Two threads may have made it at once; all use the one that came first.
        return _cache.setdefault(key, made)


def _load(lowered: bytes, key: str) -> Flow:
    drawing = Drawing(lowered)
    levels, nodes = build(drawing)
    return Flow(
        hash=key, facts=facts(drawing), pools=pools(drawing), notes=nodes.notes,
        start_form=start_form(drawing), questions=questions(drawing), acts=_acts(levels),
        papers=_papers(drawing), levels=levels,
    )


def _papers(drawing: Drawing) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for message in children(drawing.root, "message"):
        name, codes = title(message) or message.get("id") or "", motcua(message, "papers")
        if codes:
            found[name] = (*found.get(name, ()), *read_papers(codes))
    return found


def _acts(levels: Mapping[str, ProcessSpec]) -> Mapping[str, str]:
    nodes = [node for level in levels.values() for node in level.task_specs.values()]
    drawn = [(node.element, node.act) for node in nodes]
    drawn += [(arc.id, arc.act) for node in nodes for arc in node.outgoing]
    return {key: act for key, act in drawn if key and act}
