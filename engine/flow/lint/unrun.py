"""Unrun (không chạy): each kind of BPMN's words in a drawing that is not run is told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.dialects import RESOURCES, owner_of
from engine.flow.findings import Sentence, finding, label
from engine.flow.lint.report import Subject
from engine.flow.support import SUPPORT
from engine.flow.vocabulary import ATTRIBUTES, ELEMENTS, Word
from engine.step import Finding, Severity

_JUDGED: Mapping[str, tuple[Severity, str]] = {
    "told": ("info", "documentation-only"), "warned": ("warning", "not-run"),
    "refused": ("error", "abstract-element"),
}
_SPEAKING = {name: word for name, word in ATTRIBUTES.items() if word.verdict in _JUDGED}
_DRAWN = frozenset(
    name for name, row in SUPPORT.items() if row.verdict == "drawn"
) - {"textAnnotation", "association"}  # words and lines look like nothing that runs
_READ_ONLY, _SILENT = Word("told", "chỉ để đọc", "documentation only"), Word("acts")


def unrun_findings(subject: Subject) -> list[Finding]:
    """Return one finding for all elements and attributes of which the same is to be said."""
    met: dict[Word, dict[str, Element]] = {}
    read: list[Element] = []
    for element in subject.document.root.iter(f"{{{bpmn.BPMN}}}*"):
        name = bpmn.kind(element)
        word = _READ_ONLY if name in _DRAWN else ELEMENTS.get(name, _SILENT)
        if name == "event" and _inside_behavior(element):
            continue
        if name in RESOURCES and owner_of(element) is not None:
            read.append(element)
        elif word.verdict in _JUDGED:
            met.setdefault(word, {}).setdefault(name, element)
        for said in _SPEAKING.keys() & element.keys():
            if _says(element, said):
                met.setdefault(_SPEAKING[said], {}).setdefault(f"@{said}", element)
    found = [_told(word, places) for word, places in met.items()]
    return [*found, *_directions(subject), *_owners(read)]


def _inside_behavior(element: Element) -> bool:
    """Tell of the one place where the schema gives the abstract name to something to be drawn."""
    around = element.getparent()
    return around is not None and bpmn.kind(around) == "complexBehaviorDefinition"


def _says(element: Element, name: str) -> bool:
    """Tell whether an attribute says something that its neutral values do not."""
    value = bpmn.attribute(element, name)
    if value is None or name == "gatewayDirection":
        return False
    if name in {"language", "scriptFormat", "scriptLanguage", "expressionLanguage"}:
        return value not in ATTRIBUTES[name].neutral and "feel" not in value.lower()
    return value not in ATTRIBUTES[name].neutral


def _told(word: Word, places: Mapping[str, Element]) -> Finding:
    """Return what is to be said of these names, at the first place of the first of them."""
    severity, code = _JUDGED[word.verdict]
    names, (first, *_) = ", ".join(sorted(places)), places.values()
    seen = label(first)
    return finding(severity, code, first, (
        f"“{seen}”: {names}: {word.vi}.", f"'{seen}': {names}: {word.en}."), _HINT)


def _directions(subject: Subject) -> Iterator[Finding]:
    """Warn of gateways whose flows contradict the direction that they are drawn with."""
    for scope in subject.scopes:
        for key, node in scope.nodes.items():
            said = bpmn.attribute(node, "gatewayDirection")
            against = {"Converging": scope.outgoing, "Diverging": scope.incoming}.get(said or "")
            if against is not None and len(against.get(key, ())) > 1:
                yield _told(ATTRIBUTES["gatewayDirection"], {"@gatewayDirection": node})


def _owners(read: list[Element]) -> Iterator[Finding]:
    if read:
        more = len(read) - 1
        vi, en = (f" và {more} nơi nữa", f" and {more} more") if more else ("", "")
        yield finding("info", "owner-as-role", read[0], (
            f"{bpmn.kind(read[0])}{vi}: được hiểu là vai trò “{owner_of(read[0])}”.",
            f"{bpmn.kind(read[0])}{en}: read as the role '{owner_of(read[0])}'."))


_HINT: Sentence = (
    "Bảng hỗ trợ trong bpmn/README.md nói từng từ của chuẩn được hiểu thế nào.",
    "The support table in bpmn/README.md says what becomes of every word of the standard.",
)
