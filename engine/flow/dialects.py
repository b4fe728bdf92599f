"""Dialects (phương ngữ): what other tools write in namespaces of their own, put into one.

Activiti's and Flowable's words become Camunda's, from which they come; Zeebe's become the BPMN or
Camunda attribute that says the same. Elements keep their place and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow.bpmn import (
    BPMN,
    CAMUNDA,
    MOTCUA,
    PERSONAL,
    attribute,
    child,
    kind,
    name_of,
    text,
    unprefixed,
)

ACTIVITI = "http://activiti.org/bpmn"
FLOWABLE = "http://flowable.org/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
#: How BPMN itself says who does something.
RESOURCES = ("potentialOwner", "humanPerformer", "performer", "resourceRole")
_GROUP = re.compile(r"\A(?:group\((?P<inner>[A-Za-z_][\w.-]*)\)|(?P<plain>[A-Za-z_][\w.-]*))\Z")


def settle(root: Element, content: bytes) -> None:
    """Rewrite the dialects in a tree that was read from these bytes, in place."""
    if mentions(content, ACTIVITI, FLOWABLE):
        _rename(root)
    if mentions(content, *RESOURCES):
        for element in root.iter(*(f"{{{BPMN}}}{name}" for name in RESOURCES)):
            owner = element.getparent()
            if owner is not None:
                _give(owner, f"{{{CAMUNDA}}}candidateGroups", owner_of(element))
    if mentions(content, ZEEBE):
        for element in list(root.iter(f"{{{ZEEBE}}}*")):
            say = _ZEEBE.get(etree.QName(element).localname)
            holder = element.getparent()
            owner = holder.getparent() if holder is not None else None
            if say is not None and owner is not None and holder is not None and (
                    kind(holder) == "extensionElements"):
                say(owner, element)


def owner_of(element: Element) -> str | None:
    """Return the role that a task's resource role names: by its resource, or as a potential owner.

    An expression is a role only where it is a plain name, or group(name) as Activiti writes it.
    """
    owner = element.getparent()
    if owner is None or kind(owner) not in PERSONAL | {"globalTask", "globalUserTask"}:
        return None
    pointer = child(element, "resourceRef")
    wanted = unprefixed(pointer, text(pointer)) if pointer is not None else None
    for resource in element.getroottree().getroot().iterchildren(f"{{{BPMN}}}resource"):
        if wanted and resource.get("id") == wanted:
            return _role(name_of(resource) or wanted)
    if wanted or kind(element) not in {"potentialOwner", "resourceRole"}:
        return None
    said = "".join(text(item) for item in element.iter(f"{{{BPMN}}}formalExpression"))
    return _role(said or name_of(element) or "")


def _role(said: str) -> str | None:
    found = _GROUP.match(said.strip().strip("\"'"))
    return found["inner"] or found["plain"] if found else None


def mentions(content: bytes, *words: str) -> bool:
    """Tell whether a file may hold one of these words of ASCII, in whatever encoding it stands.

    Without the zero bytes of UTF-16 and UTF-32 they stand there plainly; where the file does not
    even begin with a plain tag, it may hold anything.
    """
    plain = content.replace(b"\0", b"")
    tagged = plain[:16].lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n").startswith(b"<")
    return not tagged or any(word.encode() in plain for word in words)


def _rename(root: Element) -> None:
    for element in root.iter(etree.Element):
        name = etree.QName(element)
        if name.namespace in (ACTIVITI, FLOWABLE):
            element.tag = f"{{{CAMUNDA}}}{name.localname}"
        for key in list(element.attrib):
            said = etree.QName(key)
            if said.namespace in (ACTIVITI, FLOWABLE):
                value = element.attrib.pop(key)
                _give(element, f"{{{CAMUNDA}}}{said.localname}", str(value))


def _give(element: Element, name: str, value: str | None) -> None:
    """Set an attribute that is not yet there."""
    if value and element.get(name) is None:
        element.set(name, value)


def _called(owner: Element, said: Element) -> None:
    process = attribute(said, "processId")
    if process and not process.startswith("="):
        _give(owner, "calledElement", process)
    if attribute(said, "propagateAllChildVariables") == "false":
        _give(owner, f"{{{MOTCUA}}}returns", "mapped")


def _form(owner: Element, said: Element) -> None:
    form = attribute(said, "formId") or attribute(said, "formKey")
    _give(owner, f"{{{CAMUNDA}}}formKey", form)


def _assigned(owner: Element, said: Element) -> None:
    groups = attribute(said, "candidateGroups")
    if groups and not groups.startswith("="):
        _give(owner, f"{{{CAMUNDA}}}candidateGroups", groups)


def _script(owner: Element, said: Element) -> None:
    name, value = attribute(said, "resultVariable"), attribute(said, "expression")
    if name and value:
        _give(owner, f"{{{MOTCUA}}}script", f"{name} = {value}")


def _repeated(owner: Element, said: Element) -> None:
    _give(owner, f"{{{CAMUNDA}}}collection", attribute(said, "inputCollection"))
    _give(owner, f"{{{CAMUNDA}}}elementVariable", attribute(said, "inputElement"))
    for name in ("outputCollection", "outputElement"):
        _give(owner, f"{{{MOTCUA}}}{name}", attribute(said, name))


def _subscribed(owner: Element, said: Element) -> None:
    _give(owner, f"{{{MOTCUA}}}key", attribute(said, "correlationKey"))


_ZEEBE: Mapping[str, Callable[[Element, Element], None]] = {
    "calledElement": _called, "formDefinition": _form, "assignmentDefinition": _assigned,
    "script": _script, "loopCharacteristics": _repeated, "subscription": _subscribed,
}
