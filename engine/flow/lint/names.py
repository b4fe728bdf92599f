"""Names (tên dữ liệu): what the data of a diagram can hold, as far as forms and scripts tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.etree import _Element as Element

from engine import expressions
from engine.expressions import ExpressionError
from engine.flow import bpmn
from engine.flow.dialects import ZEEBE
from engine.flow.dmn.folder import DECIDING
from engine.flow.dmn.model import Decisions, outputs
from engine.flow.dmn.tasks import Called, called
from engine.flow.lint.report import Subject

#: Names that every expression sees; the applicant is not among them.
ALWAYS = frozenset({
    "dossier", "loopCounter", "activationCount", "waitingForStart"}).union(*bpmn.COUNTS)
_CAMUNDA_FIELD = f"{{{bpmn.CAMUNDA}}}formField"
#: Where other tools write the names that a mapping makes.
_MAPPED = tuple((f"{{{space}}}{name}", key) for space, key, names in (
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


def names_of(subject: Subject) -> Names:
    """Return the names that forms, scripts, messages and loops of a diagram provide."""
    known = {*ALWAYS, *_from_forms(subject), *_from_drawing(subject), *_from_decisions(subject)}
    return Names(frozenset(known), _is_open(subject))


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


def _from_forms(subject: Subject) -> Iterator[str]:
    holders = bpmn.inside(subject.document.root, "startEvent", *bpmn.TASKS)
    for stem in {bpmn.form(holder) for holder in holders} - {None}:
        yield from form_fields(subject.files.get(f"{stem}.form", b""))


def _from_drawing(subject: Subject) -> Iterator[str]:
    root = subject.document.root
    for element in bpmn.inside(root, "scriptTask"):
        yield from _assigned(bpmn.script(element))
    for element in bpmn.inside(root, "message"):
        for part in (bpmn.motcua(element, "payload") or "").split(","):
            yield part.partition("=")[0].strip()
    yield from _from_data(root)
    for element in bpmn.inside(root, *bpmn.ACTIVITIES, "multiInstanceLoopCharacteristics"):
        yield bpmn.motcua(element, "result") or ""
        for name in _CAMUNDA_NAMED:
            yield bpmn.camunda(element, name) or ""


def _from_data(root: Element) -> Iterator[str]:
    """Yield the names that form fields, mappings and drawn data give."""
    for element in root.iter(_CAMUNDA_FIELD):
        yield element.get("id") or ""
    for tag, key in _MAPPED:
        for element in root.iter(tag):
            yield element.get(key) or ""
    for name in _DATA:
        for element in bpmn.inside(root, name):
            yield bpmn.name_of(element) or ""
            yield bpmn.ident(element) or ""


def _from_decisions(subject: Subject) -> Iterator[str]:
    """Yield the outputs of decisions whose results become data by their own names."""
    for task in bpmn.inside(subject.document.root, *DECIDING):
        call, decisions = _decided(subject, task)
        if call is not None and call.variable is not None:
            yield call.variable
        elif call is not None and decisions is not None:
            yield from outputs(decisions.by_id[call.decision])


def _decided(subject: Subject, task: Element) -> tuple[Called | None, Decisions | None]:
    """Return what a task calls, and the table where it stands beside the diagram."""
    call = called(task)
    held = subject.decisions.get(call.decision) if call is not None else None
    return call, held.decisions if held is not None else None


def _assigned(script: str) -> Iterator[str]:
    try:
        yield from (line.name for line in expressions.assignments(script))
    except ExpressionError:
        return


def _is_open(subject: Subject) -> bool:
    """Tell whether answers without a form, services or decisions may bring any name."""
    for element in bpmn.inside(subject.document.root, *bpmn.TASKS, "callActivity"):
        stem = bpmn.form(element)
        if bpmn.kind(element) in bpmn.PERSONAL:
            if stem is None or f"{stem}.form" not in subject.files:
                return True
        elif bpmn.kind(element) not in ("scriptTask", "sendTask") and (
                _decided(subject, element)[1] is None):
            return True
    # Without a person anywhere, whoever starts the process brings the data.
    return not any(True for _ in bpmn.inside(subject.document.root, *bpmn.PERSONAL))
