"""The office (công sở): execute(command, actor) is the one gate for every write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.calling import CallCommand
from engine.clock import Clock
from engine.codes import CodePattern
from engine.commands import (
    ChangeCalendars,
    Command,
    CompleteService,
    ProcedureCommand,
    RegisterDossier,
    Request,
)
from engine.flow.confined import Confinement
from engine.office.actions import actions
from engine.office.calendars import Keeper
from engine.office.calls import Calls, Services
from engine.office.dossiers import Desk
from engine.office.erasing import Eraser
from engine.office.library import Library
from engine.office.linking import Answer, Linking
from engine.office.papers import Counter, Upload
from engine.office.printing import Printer
from engine.office.procedures import Registry
from engine.office.registers import Binder
from engine.office.registration import Reception
from engine.office.result import Result
from engine.office.signing import Signing
from engine.office.waking import Wake, WakeNode, Wakes
from engine.papers.templates import Templates
from engine.paperwork import ErasePaper, ErasePersonal, PaperCommand, PrintPaper, PrintRegister
from engine.people import Actor
from engine.proceed import Before
from engine.signing import SigningCommand

if TYPE_CHECKING:
    from engine.store import Store
    from engine.store.files import Files
    from engine.store.inbox import Incoming
    from engine.store.nodes import Node

__all__ = [
    "Answer", "Office", "Result", "Services", "Upload", "Wake", "WakeNode", "Wakes",
]


class Office:
    """The one gate for every write; reads go to the store directly.

    Raises, in this order: NotFound (may not see), Forbidden (may not do), then a repeated request
    is answered from its record, Conflict, PreconditionRequired or Stale, Invalid
    (docs/decisions.md, 8). Unavailable when the database does not answer; nothing is then
    half-written. `wakes` are called inside the transaction of a command that has set timers, opened
    calls of services or written to other nodes; without them they wait for the next sweep. `node`
    is the id of this node, empty where it is linked to none. `codes` is how dossier codes are
    written, `templates` where a department keeps its own papers; without them they are those of
    Circular 01/2018 and the built-in ones. `services` is what may be called here, `files` the file
    store, in which a printed paper that is to be signed is kept.
    """

    def __init__(
        self, store: Store, clock: Clock, confinement: Confinement | None = None,
        wakes: Wakes | None = None, node: str = "", *, codes: CodePattern | None = None,
        templates: Templates | None = None, services: Services | None = None,
        files: Callable[[], Files] | None = None,
    ) -> None:
        library = Library(store)
        self.library = library
        self._store, self._clock = store, clock
        roused, services = wakes or Wakes(), services or Services()
        self._desk = Desk(store, library, roused, node)
        self._linking = Linking(store, library, roused, node)
        printer = Printer(store, self._desk, templates or Templates())
        self._counter = Counter(store, library, roused)
        self._signing = Signing(store, self._desk, printer, services, files)
        calls = Calls(store, self._desk, services, roused)
        registry = Registry(store, confinement or Confinement(), services.connectors)
        reception = Reception(store, library, roused, codes or CodePattern(), node)
        #: Who executes which commands; all others are for the desk.
        self._handles: tuple[tuple[Any, Callable[..., Result]], ...] = (
            (RegisterDossier, reception.execute), (PrintPaper, printer.execute),
            (PrintRegister, Binder(store).execute), (ProcedureCommand, registry.execute),
            (ErasePaper | ErasePersonal, Eraser(store, library, roused).execute),
            (CompleteService, calls.complete), (CallCommand, calls.execute),
            (ChangeCalendars, Keeper(store).execute),
        )

    def execute(
        self, command: Command, actor: Actor, *, request: Request | None = None,
        if_match: frozenset[str] | None = None, upload: Upload | None = None,
    ) -> Result:
        """Do what a command asks for an actor, in one transaction, and return what the actor sees.

        `request` makes a repetition recognisable; `if_match` are the versions the actor has seen;
        `upload` is the file that came with a paper.
        """
        now: datetime = self._clock.now()
        if isinstance(command, PaperCommand):
            return self._counter.execute(command, actor, now, (request, if_match), upload)
        if isinstance(command, SigningCommand):
            return self._signing.execute(command, actor, now, (request, if_match), upload)
        desk: Callable[..., Result] = self._desk.execute
        handle = next((does for kind, does in self._handles if isinstance(command, kind)), desk)
        return handle(command, actor, now, request, if_match)

    def take_in(self, incoming: Incoming, sender: Node, *, flushed: bool = True) -> Answer:
        """Take an envelope of another node, proven as its sender, in, and all that waited for it.

        Whoever acknowledges what is not `flushed` calls `store.flush()` first.
        Raises Forbidden for what the node may not send, Conflict for an id or sequence that was
        used for something else, NotFound or Invalid for what this node does not know.
        """
        return self._linking.take(incoming, sender, self._clock.now(), flushed=flushed)

    def follow_up(self, source: str, dossier: str) -> int:
        """Take in what waited in its order for an envelope that has come; return how many."""
        return self._linking.follow(source, dossier, self._clock.now())

    def actions(self, before: Before, actor: Actor) -> list[dict[str, Any]]:
        """Return what an actor may do to a dossier now, and why not the rest; nothing is locked."""
        with self._store.unit() as unit:
            facts = self._desk.facts(unit, before, actor, self._clock.now())
            return actions(unit, before, actor, facts)
