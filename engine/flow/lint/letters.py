"""Letters (thư giữa các bể): which node of a pool sends what which node of another one catches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import Sentence, finding, label
from engine.flow.graph import Scope
from engine.flow.lint.report import Subject, message_of
from engine.flow.support import triggers_of
from engine.step import Finding

#: Acts that end every part of a dossier at once.
ENDING = frozenset({"not-accept", "withdraw", "stop", "refuse"})
_CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask")
_LOOPS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")


@dataclass
class Post:
    """The message flows between pools that have a process.

    `ways` are (flow, id of its sender, id of its catcher). `unfollowed` are flows one end of which
    lies in a sub-process, an event sub-process or a repeated task; whoever catches one of them, or
    a message from outside, is `fed`: what it waits for is taken to come.
    """

    ways: list[tuple[Element, str, str]] = field(default_factory=list)
    unfollowed: list[Element] = field(default_factory=list)
    fed: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def pools_of(subject: Subject) -> list[Scope]:
    """Return the processes of pools that hold flow nodes; the other pools are the outside."""
    wanted = {id(process) for pool in subject.document.participants
              if (process := subject.document.resolve(pool, "processRef")) is not None}
    return [scope for scope in subject.scopes if id(scope.element) in wanted and scope.nodes]


def post_of(subject: Subject) -> Post:
    """Return who sends what to whom, and findings on message flows that carry nothing."""
    return _Reader(subject).post


class _Reader:
    def __init__(self, subject: Subject) -> None:
        self._subject, self._document = subject, subject.document
        self._pools = pools_of(subject)
        self._flat = {key for scope in self._pools for key in scope.nodes}
        self._drawn = {self._document.resolve(flow, "sourceRef")
                       for flow in self._document.message_flows}
        self._left: set[int] = set()
        self.post = Post()
        for flow in self._document.message_flows:
            self._read(flow)
        self.post.ways = [way for way in self.post.ways if way[2] not in self.post.fed]

    def _read(self, flow: Element) -> None:
        source = self._document.resolve(flow, "sourceRef")
        target = self._document.resolve(flow, "targetRef")
        if source is None or target is None:
            return
        if _talks(source, _THROWING):
            if id(source) in self._left:
                self.post.findings.append(_second(flow, source))
                return
            self._left.add(id(source))
        if self._outside(target):
            return
        catcher = self._catcher(source, target)
        if self._outside(source):
            self.post.fed.update([] if catcher is None else [bpmn.ident(catcher) or ""])
            return
        if catcher is None:
            self.post.findings.append(_uncaught(flow, source, target))
            return
        senders = list(self._senders(source))
        if not senders:
            self.post.findings.append(_unsent(flow, source))
            self.post.fed.add(bpmn.ident(catcher) or "")
        for sender in senders:
            self._note(flow, sender, catcher)

    def _note(self, flow: Element, sender: Element, catcher: Element) -> None:
        ends = (bpmn.ident(sender) or "", bpmn.ident(catcher) or "")
        once = all(bpmn.child(node, *_LOOPS) is None for node in (sender, catcher))
        if once and self._flat.issuperset(ends):
            self.post.ways.append((flow, *ends))
        else:
            self.post.unfollowed.append(flow)
            self.post.fed.add(ends[1])

    def _outside(self, end: Element) -> bool:
        """Tell whether an end of a message flow is a pool without anything that runs."""
        if bpmn.kind(end) != "participant":
            return False
        process = self._document.resolve(end, "processRef")
        return process is None or all(scope.element is not process for scope in self._pools)

    def _catcher(self, source: Element, target: Element) -> Element | None:
        """Return the node that gets the message; at a pool the first that catches this message."""
        if bpmn.kind(target) != "participant":
            return target if _talks(target, _CATCHING) else None
        process = self._document.resolve(target, "processRef")
        return next(iter(self._subject.catching(process, message_of(source))), None)

    def _senders(self, source: Element) -> Iterator[Element]:
        """Yield who sends: the node itself; of a pool every node that has no flow of its own."""
        if bpmn.kind(source) != "participant":
            yield from [source] if _talks(source, _THROWING) else []
            return
        process = self._document.resolve(source, "processRef")
        nodes = bpmn.inside(process, *_THROWING) if process is not None else iter(())
        yield from (node for node in nodes if node not in self._drawn and _talks(node, _THROWING))


_RECEIVE: Sentence = (
    "Cho luồng đi tới sự kiện bắt đầu, sự kiện chờ hoặc receive task loại thông điệp.",
    "Let it lead to a message start event, a catching message event or a receive task.",
)
_BOTH: Sentence = (
    ("Vẽ luồng từ một sự kiện gửi thông điệp ở bể này tới một sự kiện bắt đầu hay sự kiện chờ "
     "thông điệp ở bể kia; bước thường không gửi và không nhận."),
    ("Draw it from a message throw event of one pool to a message start or catching event of the "
     "other; plain tasks neither send nor receive."),
)
_THROWING = ("intermediateThrowEvent", "endEvent", "sendTask")


def _talks(node: Element, kinds: tuple[str, ...]) -> bool:
    """Tell whether a node of these kinds sends or catches messages."""
    name = bpmn.kind(node)
    return name in kinds and (name.endswith("Task") or "message" in triggers_of(node))


def _second(flow: Element, source: Element) -> Finding:
    return finding("error", "message-flow-second", flow, (
        f"“{label(source)}” có nhiều luồng thông điệp đi ra; mỗi sự kiện chỉ gửi tới một nơi.",
        f"Several message flows leave '{label(source)}'; one event sends to one receiver only.",
    ), (
        "Vẽ thêm một sự kiện gửi nữa ngay sau nó, mỗi nơi nhận một sự kiện.",
        "Draw another throw event after it: one for each receiver.",
    ))


def _unsent(flow: Element, source: Element) -> Finding:
    return finding("error", "message-flow-not-sent", flow, (
        (f"Luồng thông điệp đi ra từ “{label(source)}” ({bpmn.kind(source)}), nhưng ở đó không gửi "
         "thông điệp nào; bên kia sẽ chờ mãi."),
        (f"The message flow leaves '{label(source)}' ({bpmn.kind(source)}), which sends no message;"
         " the other side waits for ever."),
    ), (
        "Sau bước đó vẽ sự kiện gửi thông điệp (hoặc send task) và cho luồng đi ra từ đấy.",
        "Draw a message throw event (or send task) after it, and let the flow leave from there.",
    ))


def _uncaught(flow: Element, source: Element, target: Element) -> Finding:
    return finding("warning", "message-never-received", flow, (
        (f"Thông điệp từ “{label(source)}” tới “{label(target)}” ({bpmn.kind(target)}), nhưng ở đó "
         "không có gì nhận thông điệp này."),
        (f"The message from '{label(source)}' goes to '{label(target)}' ({bpmn.kind(target)}), "
         "where nothing catches it."),
    ), _RECEIVE if _talks(source, _THROWING) else _BOTH)
