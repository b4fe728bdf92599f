"""Names (tên dữ liệu): what the data of a diagram can hold, as far as forms and scripts tell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from lxml.etree import _Element as Element

from engine import expressions
from engine.expressions import ExpressionError
from engine.flow import bpmn
from engine.flow.dialects import ZEEBE
from engine.flow.dmn.folder import DECIDING, Held
from engine.flow.dmn.model import Decisions, outputs
from engine.flow.dmn.tasks import Called, called
from engine.flow.document import Document

#: Names that every expression sees; the applicant is not among them.
ALWAYS = frozenset({
    "dossier", "loopCounter", "activationCount", "waitingForStart"}).union(*bpmn.COUNTS)
#: Where form fields and mappings, also of other tools, write the names that they make.
_MAKING = tuple((f"{{{space}}}{name}", key) for space, key, names in (
    (bpmn.CAMUNDA, "id", ("formField",)),
    (bpmn.CAMUNDA, "name", ("inputParameter", "outputParameter")),
    (bpmn.CAMUNDA, "target", ("in", "out")), (bpmn.MOTCUA, "name", ("input", "output")),
    (ZEEBE, "target", ("input", "output")),
    (ZEEBE, "resultVariable", ("script",)), (ZEEBE, "inputElement", ("loopCharacteristics",)),
    (ZEEBE, "outputCollection", ("loopCharacteristics",)),
) for name in names)
#: BPMN's own elements that name data.
_DATA = ("inputDataItem", "outputDataItem", "dataObject", "dataObjectReference", "dataInput",
         "dataOutput", "property")
#: Camunda variables that are not data of ours but say that a name exists.
_CAMUNDA_NAMED = ("resultVariable", "elementVariable", "collection")


@dataclass(frozen=True)
class Names:
    """The names that are known; `open` tells that others may come from outside the drawing."""

    known: frozenset[str]
    open: bool

    def close(self, name: str) -> str | None:
        """Return the known name that is most like this one; None where none is close."""
        if name not in self._guessed:
            signs, size = _signs(name), len(name)
            likely = [other for other, theirs in self._known_signs if 8 * min(
                size - (signs & ~theirs).bit_count(),
                len(other) - (theirs & ~signs).bit_count()) >= 3 * (size + len(other))]
            self._guessed[name] = next(iter(get_close_matches(name, likely, 1, 0.75)), None)
        return self._guessed[name]

    @cached_property
    def _guessed(self) -> dict[str, str | None]:
        return {}

    @cached_property
    def _known_signs(self) -> list[tuple[str, int]]:
        """The known names with their signs: what lacks too many of them cannot be close."""
        return [(name, _signs(name)) for name in self.known]


def _signs(name: str) -> int:
    """Return the set of a name's signs as bits; signs that share a bit make names look closer."""
    found = 0
    for sign in name:
        found |= 1 << ord(sign) % 64
    return found


def names_of(
    document: Document, files: Mapping[str, bytes], decisions: Mapping[str, Held],
) -> Names:
    """Return the names that forms, scripts, messages, loops and decisions of a diagram provide."""
    known = {
        *ALWAYS, *_from_forms(document, files), *_from_drawing(document),
        *_from_decisions(document, decisions),
    }
    return Names(frozenset(known), _is_open(document, files, decisions))


def form_fields(content: bytes) -> list[str]:
    """Return the keys of a form's fields, groups and lists entered; [] for what is no form."""
    try:
        schema = json.loads(content)
    except (ValueError, RecursionError):
        return []
    return list(_keys(schema, 0))


def _keys(schema: Any, depth: int) -> Iterator[str]:
    if not isinstance(schema, dict) or depth > 20:
        return
    for field in schema.get("components") or ():
        if isinstance(field, dict):
            key = field.get("key") or field.get("path")
            if isinstance(key, str) and key:
                yield key.split(".")[0]
            yield from _keys(field, depth + 1)


def _from_forms(document: Document, files: Mapping[str, bytes]) -> Iterator[str]:
    holders = document.marked("startEvent", *bpmn.TASKS)
    for stem in {bpmn.form(holder) for holder in holders} - {None}:
        yield from form_fields(files.get(f"{stem}.form", b""))


def _from_drawing(document: Document) -> Iterator[str]:
    for element in document.drawn("scriptTask"):
        yield from _assigned(bpmn.script(element))
    for element in document.marked("message"):
        for part in (bpmn.motcua(element, "payload") or "").split(","):
            yield part.partition("=")[0].strip()
    yield from _from_data(document)
    for element in document.marked(*bpmn.ACTIVITIES, "multiInstanceLoopCharacteristics"):
        yield bpmn.motcua(element, "result") or ""
        for name in _CAMUNDA_NAMED:
            yield bpmn.camunda(element, name) or ""


def _from_data(document: Document) -> Iterator[str]:
    """Yield the names that form fields, mappings and drawn data give."""
    for element in document.extensions:
        for tag, key in _MAKING:
            if tag == element.tag:
                yield element.get(key) or ""
    for element in document.drawn(*_DATA):
        yield bpmn.name_of(element) or ""
        yield bpmn.ident(element) or ""


def _from_decisions(document: Document, beside: Mapping[str, Held]) -> Iterator[str]:
    """Yield the outputs of decisions whose results become data by their own names."""
    for task in document.drawn(*DECIDING):
        call, decisions = _decided(beside, task)
        if call is not None and call.variable is not None:
            yield call.variable
        elif call is not None and decisions is not None:
            yield from outputs(decisions.by_id[call.decision])


def _decided(
    beside: Mapping[str, Held], task: Element,
) -> tuple[Called | None, Decisions | None]:
    """Return what a task calls, and the table where it stands beside the diagram."""
    call = called(task)
    held = beside.get(call.decision) if call is not None else None
    return call, held.decisions if held is not None else None


def _assigned(script: str) -> Iterator[str]:
    try:
        yield from (line.name for line in expressions.assignments(script))
    except ExpressionError:
        return


def _is_open(
    document: Document, files: Mapping[str, bytes], beside: Mapping[str, Held],
) -> bool:
    """Tell whether answers without a form, services or decisions may bring any name."""
    for element in document.drawn(*bpmn.TASKS, "callActivity"):
        stem = bpmn.form(element)
        if bpmn.kind(element) in bpmn.PERSONAL:
            if stem is None or f"{stem}.form" not in files:
                return True
        elif bpmn.kind(element) not in ("scriptTask", "sendTask") and (
                _decided(beside, element)[1] is None):
            return True
    # Without a person anywhere, whoever starts the process brings the data.
    return not document.drawn(*bpmn.PERSONAL)
