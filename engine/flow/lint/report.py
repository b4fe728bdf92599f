"""The report (kết quả soát): everything lint found in one diagram, and what it is about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.beside import called_diagrams
from engine.flow.dmn.folder import Held, decisions_beside
from engine.flow.document import Document
from engine.flow.graph import Scope, scopes
from engine.flow.lint.names import Names, names_of
from engine.procedure import Facts, Lowered, Pool
from engine.step import Finding


@dataclass(frozen=True)
class Known:
    """What the register knows: codes of agencies, names of roles, names of connectors."""

    agencies: Collection[str]
    roles: Collection[str]
    connectors: Collection[str] = ()


@dataclass(frozen=True)
class Report:
    """All findings of one diagram, in the order of its lines; `lowered` is None after an error."""

    findings: tuple[Finding, ...]
    facts: Facts | None = None
    pools: tuple[Pool, ...] = ()
    lowered: Lowered | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Subject:
    """What is being linted: the diagram, the files beside it, and what the register knows."""

    document: Document
    files: Mapping[str, bytes]
    known: Known | None = None

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """The processes and sub-processes with their nodes and flows, outermost first."""
        return scopes(self.document)

    @cached_property
    def loose(self) -> tuple[Element, ...]:
        """The sequence flows that do not join two nodes of one scope."""
        joined = {flow.element for scope in self.scopes for flow in scope.flows}
        return tuple(f for f in self.document.drawn("sequenceFlow") if f not in joined)

    @cached_property
    def leaving(self) -> Mapping[str | None, list[Element]]:
        """The sequence flows that name each node as their source, in document order."""
        found: dict[str | None, list[Element]] = {}
        for flow in self.document.drawn("sequenceFlow"):
            found.setdefault(bpmn.reference(flow, "sourceRef"), []).append(flow)
        return found

    def catching(self, process: Element | None, message: str | None) -> list[Element]:
        """Return the nodes of a process that catch a message, in document order."""
        if process is None or message is None:
            return []
        if process not in self._catching:
            found: dict[str | None, list[Element]] = {}
            for node in bpmn.inside(process, *bpmn.CATCHES, "receiveTask"):
                found.setdefault(message_of(node), []).append(node)
            self._catching[process] = found
        return self._catching[process].get(message, [])

    @cached_property
    def _catching(self) -> dict[Element, dict[str | None, list[Element]]]:
        return {}

    @cached_property
    def beside(self) -> tuple[Document, ...]:
        """The other diagrams at hand that this one calls, directly or not."""
        return called_diagrams(self.document, self.files)

    @cached_property
    def decisions(self) -> Mapping[str, Held]:
        """The files at hand that hold the decisions called here or in called diagrams."""
        tables = self.document.limits.tables
        return decisions_beside([self.document, *self.beside], self.files, tables)

    @cached_property
    def names(self) -> Names:
        """The names of data that the diagram's expressions may use."""
        return names_of(self.document, self.files, self.decisions)

    @cached_property
    def procedure(self) -> Element | None:
        """The process with a procedure code; rules of law apply to its drawing alone."""
        coded = (p for p in self.document.processes if bpmn.motcua(p, "procedureCode"))
        return next(coded, None)


def message_of(node: Element) -> str | None:
    """Return the id of the message that a node throws or catches."""
    event = bpmn.child(node, "messageEventDefinition")
    return bpmn.reference(node if event is None else event, "messageRef")
