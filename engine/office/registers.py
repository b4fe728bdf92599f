"""Registers (sổ theo dõi hồ sơ) on paper: each printing is an entry in the agency's own chain.

The entry keeps the hash of what left the printer, as that of a paper about one dossier does.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from engine.commands import Request
from engine.errors import NotFound
from engine.history import Draft, Entry, seal
from engine.office.printing import MARK_BYTES, Printed, printed_json
from engine.papers.book import Span
from engine.papers.bound import bound_register
from engine.papers.page import page
from engine.papers.pdf import need_pdf, pdf
from engine.paperwork import PrintRegister
from engine.people import Actor
from engine.store import ledgers

if TYPE_CHECKING:
    from engine.store import Store, Unit


class Binder:
    """Prints registers of dossiers and records each of them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def execute(
        self, command: PrintRegister, actor: Actor, now: datetime,
        _request: Request | None, _if_match: frozenset[str] | None,
    ) -> Printed:
        """Print a register as it stands now; without its record none leaves.

        Raises NotFound for officials of other agencies, NotInstalled where PDF cannot be made,
        Invalid where the register is too long to print.
        """
        need_register(command.agency, actor)
        need_pdf()
        span = Span(command.agency, command.since, command.until)
        with self._store.snapshot() as connection:
            facts = bound_register(connection, span, now, actor.name)
        # The mark is kept nowhere but in the paper: by it and the hash, anyone could try out the
        # names of people in it, also of those whom a decision has erased since.
        content = pdf(page("register", facts), secrets.token_hex(MARK_BYTES))
        with self._store.unit() as unit:
            entry = _record(unit, command, (facts.form, content), (actor, now))
            unit.commit()
        return Printed(printed_json(entry), created=True, content=content)


def need_register(agency: str, actor: Actor) -> None:
    """Raise NotFound unless the actor is an official of the agency that keeps the register."""
    if agency not in actor.agencies():
        raise NotFound(
            "Bạn không xem được sổ theo dõi của cơ quan này.",
            "There is no such register for you.", code="no-register",
        )


def _record(
    unit: Unit, command: PrintRegister, paper: tuple[str, bytes], by: tuple[Actor, datetime],
) -> Entry:
    (form, content), (actor, now) = paper, by
    chain, digest = ledgers.of_book(command.agency), sha256(content).hexdigest()
    number, head = ledgers.head(unit.connection, chain)
    entry = seal(Draft(
        chain=chain, number=number + 1, previous=head, at=now, actor=actor.id, content={
            "command": {
                "kind": "print-register", "agency": command.agency,
                "since": command.since.isoformat(), "until": command.until.isoformat(),
                "paper": "register", "form": form, "format": "pdf", "number": number + 1,
                "sha256": digest, "size": len(content),
            },
            "outcome": {},
        },
    ))
    ledgers.append(unit.connection, entry)
    unit.add_paper(entry, "register", digest)
    return entry
