"""The work (bản làm việc) of one lowering: a copy of the drawing, what was added and found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cached_property

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow.bpmn import BPMN, attribute, inside, kind, tag
from engine.flow.dmn.folder import Held
from engine.flow.document import Document
from engine.flow.findings import NO_HINT, Sentence, finding
from engine.step import Finding, Severity

RESERVED = "motcua."


class Work:
    """A drawing being lowered; rewrites change `root` and note added ids in `source_map`."""

    def __init__(
        self, document: Document, decisions: Mapping[str, Held] | None = None,
    ) -> None:
        self.root: Element = deepcopy(document.root)
        self.findings: list[Finding] = []
        #: The files beside the drawing that hold the decisions it calls.
        self.decisions = decisions or {}
        #: Added id -> id in the source that it came from.
        self.source_map: dict[str, str] = {}
        #: The kinds of elements that there may be; none of any other kind is looked for.
        self.kinds = set(document.kinds)
        self._taken: set[str] = set()

    @cached_property
    def keys(self) -> list[tuple[str | None, Element]]:
        """The elements of the drawing with their ids, as they stood before any was given."""
        return [(attribute(e, "id"), e) for e in self.root.iter(f"{{{BPMN}}}*")]

    def all(self, *names: str) -> Iterator[Element]:
        """Yield the elements of these kinds, in document order."""
        here = [name for name in names if name in self.kinds]
        yield from list(inside(self.root, *here)) if here else ()

    def fresh(self, source: str, what: str) -> str:
        """Return a new id for something added at a source element, and note where it came from.

        Ids that a drawing brings along do not begin like it: those that do are refused.
        """
        identity, number = f"{RESERVED}{source}.{what}", 1
        while identity in self._taken:
            number += 1
            identity = f"{RESERVED}{source}.{what}{number}"
        self._taken.add(identity)
        self.source_map[identity] = source
        return identity

    def add(self, scope: Element, name: str, /, **attributes: str) -> Element:
        """Append a BPMN element of this kind to a scope."""
        self.kinds.add(name)
        return etree.SubElement(scope, tag(name), attributes)

    def bring(self, element: Element) -> None:
        """Append a copy out of another drawing to this one."""
        self.root.append(element)
        self.kinds.update(map(kind, element.iter(f"{{{BPMN}}}*")))

    def holds(self, *names: str) -> bool:
        """Tell whether there is an element of one of these kinds."""
        return next(self.all(*names), None) is not None

    def by_id(self) -> dict[str, Element]:
        """Return the elements that have an id, the first where two share one."""
        found: dict[str, Element] = {}
        for element in self.root.iter(f"{{{BPMN}}}*"):
            key = attribute(element, "id")
            if key:
                found.setdefault(key, element)
        return found

    def found(self, severity: Severity, code: str, place: Element, says: Sentence,
              hint: Sentence = NO_HINT) -> None:
        """Note a finding at an element of the drawing."""
        self.findings.append(finding(severity, code, place, says, hint))

    def content(self) -> bytes:
        """Return the lowered bytes: the same for the same drawing."""
        etree.cleanup_namespaces(self.root)
        return etree.tostring(self.root, encoding="UTF-8", xml_declaration=True)
