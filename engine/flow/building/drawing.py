"""A lowered drawing (bản vẽ đã chuẩn hóa) as elements by id, in document order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from lxml import etree
from lxml.etree import _Element as Element

from engine.errors import Corrupt
from engine.flow.bpmn import BPMN, associated, children, reference, text, unprefixed


class Drawing:
    """The elements of one lowered drawing; raises Corrupt when the bytes are not XML."""

    def __init__(self, content: bytes) -> None:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
            remove_pis=True, huge_tree=True,
        )
        try:
            self.root: Element = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            raise Corrupt("Bản vẽ lưu trữ không đọc được.",
                          f"The stored drawing cannot be read: {error}.") from error

    @cached_property
    def by_id(self) -> dict[str, Element]:
        """The elements by id."""
        found: dict[str, Element] = {}
        for element in self.root.iter(f"{{{BPMN}}}*"):
            found.setdefault(element.get("id") or "", element)
        found.pop("", None)
        return found

    @cached_property
    def position(self) -> dict[str, int]:
        """The place of each element in the document, by id."""
        found: dict[str, int] = {}
        for number, element in enumerate(self.root.iter(f"{{{BPMN}}}*")):
            found.setdefault(element.get("id") or "", number)
        found.pop("", None)
        return found

    @cached_property
    def associated(self) -> dict[str, list[str]]:
        """What associations join to each element, both ways."""
        return associated(self.root)

    def target(self, element: Element, attribute: str) -> Element | None:
        """Return the element that a reference attribute points at."""
        return self.by_id.get(reference(element, attribute) or "")

    def flows_from(self, node: Element) -> list[Element]:
        """Return the sequence flows that leave a node, in document order."""
        return self._outgoing.get(node.get("id") or "", [])

    @cached_property
    def _outgoing(self) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for flow in self.root.iter(f"{{{BPMN}}}sequenceFlow"):
            found.setdefault(reference(flow, "sourceRef") or "", []).append(flow)
        return found

    def processes(self) -> list[Element]:
        """Return all processes in document order."""
        return list(children(self.root, "process"))

    def participants(self) -> Iterator[Element]:
        """Yield the pools of all collaborations."""
        for collaboration in children(self.root, "collaboration"):
            yield from children(collaboration, "participant")

    def message_flows(self) -> Iterator[Element]:
        """Yield the message flows of all collaborations."""
        for collaboration in children(self.root, "collaboration"):
            yield from children(collaboration, "messageFlow")


def title(element: Element) -> str:
    """Return the drawn name with runs of blanks as one, "" for none."""
    return " ".join((element.get("name") or "").split())


def yes(element: Element, name: str, *, default: bool = False) -> bool:
    """Return a boolean attribute as XML Schema reads it."""
    value = element.get(name)
    return default if value is None else value.strip().lower() in {"true", "1"}


def refs(element: Element, name: str) -> list[str]:
    """Return the references that stand as text of children."""
    found = (unprefixed(item, text(item)) for item in children(element, name))
    return [reference for reference in found if reference]
