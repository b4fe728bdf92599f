"""The document (bản vẽ đã đọc): one diagram's tree, with its elements by id and by kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.dialects import ZEEBE
from engine.flow.limits import Limits

#: Elements with an attribute of ours or of Camunda, whose words those of others have become.
_MARKED = etree.XPath(
    "descendant-or-self::*[@motcua:* or @camunda:*]",
    namespaces={"motcua": bpmn.MOTCUA, "camunda": bpmn.CAMUNDA})


@dataclass(frozen=True)
class Document:
    """A diagram as read: `root` is bpmn:definitions; `content` are the bytes it came from.

    The tree is not changed any more: what is looked up in it is looked up once.
    """

    root: Element
    content: bytes = field(repr=False)
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The elements of BPMN, in document order."""
        return tuple(self.root.iter(f"{{{bpmn.BPMN}}}*"))

    @cached_property
    def ids(self) -> Mapping[str, Element]:
        """Elements by id; the first one where an id is used twice."""
        found: dict[str, Element] = {}
        for key, element in zip(self.keys, self.elements, strict=True):
            if key is not None:
                found.setdefault(key, element)
        return found

    @cached_property
    def keys(self) -> tuple[str | None, ...]:
        """The id of each element, in document order."""
        return tuple([bpmn.ident(element) for element in self.elements])

    @cached_property
    def kinds(self) -> Mapping[str, list[int]]:
        """The places of each kind among the elements, in document order."""
        found: dict[str, list[int]] = {}
        for place, element in enumerate(self.elements):
            found.setdefault(bpmn.kind(element), []).append(place)
        return found

    def drawn(self, *names: str) -> tuple[Element, ...]:
        """Return the elements of these kinds, each named once, at any depth, in document order."""
        found = self._drawn.get(names)
        if found is None:
            here = [self.kinds[name] for name in names if name in self.kinds]
            places = here[0] if len(here) == 1 else sorted(chain(*here))
            found = self._drawn[names] = tuple([self.elements[place] for place in places])
        return found

    def marked(self, *names: str) -> tuple[Element, ...]:
        """Return those of these kinds that have an attribute of ours or of Camunda."""
        marked = self._marked
        return tuple([element for element in self.drawn(*names) if element in marked])

    @cached_property
    def extensions(self) -> list[Element]:
        """The elements of ours and of other engines, in document order."""
        return list(self.root.iter(*(f"{{{space}}}*" for space in (
            bpmn.MOTCUA, bpmn.CAMUNDA, ZEEBE))))

    @cached_property
    def _marked(self) -> frozenset[Element]:
        return frozenset(_MARKED(self.root))

    @cached_property
    def _drawn(self) -> dict[tuple[str, ...], tuple[Element, ...]]:
        return {}

    @cached_property
    def processes(self) -> tuple[Element, ...]:
        """The processes, in document order."""
        return tuple(bpmn.children(self.root, "process"))

    @cached_property
    def participants(self) -> tuple[Element, ...]:
        """The pools of all collaborations, in document order."""
        return tuple(
            pool for drawing in bpmn.children(self.root, "collaboration")
            for pool in bpmn.children(drawing, "participant")
        )

    @cached_property
    def message_flows(self) -> tuple[Element, ...]:
        """The message flows of all collaborations, in document order."""
        return tuple(
            flow for drawing in bpmn.children(self.root, "collaboration")
            for flow in bpmn.children(drawing, "messageFlow")
        )

    def resolve(self, element: Element, name: str) -> Element | None:
        """Return the element that a reference attribute points at, by full value or local part."""
        whole = bpmn.attribute(element, name)
        if whole is None or whole in self.ids:
            return self.ids[whole] if whole else None
        return self.ids.get(bpmn.unprefixed(element, whole) or "")
