"""The office (công sở): execute(command, actor) is the one gate for every write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.clock import Clock
from engine.commands import (
    CallCommand,
    Command,
    CompleteService,
    ProcedureCommand,
    RegisterDossier,
    Request,
)
from engine.flow.confined import Confinement
from engine.office.actions import actions
from engine.office.calls import Calls, Services
from engine.office.dossiers import Desk
from engine.office.library import Library
from engine.office.procedures import Registry
from engine.office.registration import Reception
from engine.office.result import Result
from engine.office.waking import Wake
from engine.people import Actor
from engine.proceed import Before

if TYPE_CHECKING:
    from engine.store import Store

__all__ = ["Office", "Result", "Services", "Wake"]


class Office:
    """The one gate for every write; reads go to the store directly.

    Raises, in this order: NotFound (may not see), Forbidden (may not do), then a repeated request
    is answered from its record, Conflict, PreconditionRequired or Stale, Invalid (design.md
    section 5). Unavailable when the database does not answer; nothing is then half-written.
    `wake` is called inside the transaction of a command that has set timers or opened calls of
    services; without it they wait for the next sweep. `services` is what may be called here.
    """

    def __init__(
        self, store: Store, clock: Clock, confinement: Confinement | None = None,
        wake: Wake | None = None, *, services: Services | None = None,
    ) -> None:
        library = Library(store)
        self.library = library
        self._store, self._clock = store, clock
        self._desk = Desk(store, library, wake)
        self._reception = Reception(store, library, wake)
        services = services or Services()
        self._calls = Calls(store, self._desk, services, wake)
        self._registry = Registry(store, confinement or Confinement(), services.connectors)

    def execute(
        self, command: Command, actor: Actor, *, request: Request | None = None,
        if_match: frozenset[str] | None = None,
    ) -> Result:
        """Do what a command asks for an actor, in one transaction, and return what the actor sees.

        `request` makes a repetition recognisable; `if_match` are the versions the actor has seen.
        """
        now: datetime = self._clock.now()
        handle: Callable[..., Result] = self._desk.execute
        if isinstance(command, RegisterDossier):
            handle = self._reception.execute
        elif isinstance(command, ProcedureCommand):
            handle = self._registry.execute
        elif isinstance(command, CompleteService):
            handle = self._calls.complete
        elif isinstance(command, CallCommand):
            handle = self._calls.execute
        return handle(command, actor, now, request, if_match)

    def actions(self, before: Before, actor: Actor) -> list[dict[str, Any]]:
        """Return what an actor may do to a dossier now, and why not the rest; nothing is locked."""
        with self._store.unit() as unit:
            facts = self._desk.facts(unit, before, actor, self._clock.now())
        return actions(before, actor, facts)
