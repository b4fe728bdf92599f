"""Linking (liên thông): envelopes of other nodes, taken in each once and in its order."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from engine.codes import possible
from engine.commands import ReceiveEnvelope
from engine.dossier import Dossier, Links, Peer
from engine.errors import Conflict, Forbidden, Invalid, MotcuaError, NotFound
from engine.history import read_instant
from engine.law.rules import rules_by_id
from engine.office.deciding import with_papers
from engine.office.library import Library
from engine.office.reuse import keep_reusable
from engine.office.waking import Wakes
from engine.proceed import Before, Facts, Outcome, Registration, open_from, proceed, sealed
from engine.store import downloads, inbox
from engine.store.newborn import Newborn

if TYPE_CHECKING:
    from engine.store import Store, Unit
    from engine.store.inbox import Arrived, Incoming
    from engine.store.nodes import Node

#: taken: its command is an entry; early: it waits for those before it; repeated: it was here.
Fate = Literal["taken", "early", "repeated"]


@dataclass(frozen=True)
class Answer:
    """What became of an envelope, and the sequence that its dossier waits for next."""

    fate: Fate
    expected: int


class Linking:
    """Takes envelopes of other nodes in; `node` is the id of this one."""

    def __init__(self, store: Store, library: Library, wakes: Wakes, node: str) -> None:
        self._store = store
        self._library = library
        self._wakes = wakes
        self._node = node

    def take(
        self, incoming: Incoming, sender: Node, now: datetime, *, flushed: bool = True,
    ) -> Answer:
        """Take one envelope in, and those that waited for it, in one transaction.

        `sender` is the node that brings it, as it has proven itself. What is not `flushed` is
        acknowledged only after `store.flush()`: many wait together. Raises Forbidden for a node
        that may not send it, Conflict for an id or a sequence that was used for something else,
        NotFound or Invalid for what this node does not know.
        """
        arrived = incoming.arrived
        _check_sender(sender, incoming)
        with self._store.unit(flushed=flushed) as unit:
            found, before = unit.look(arrived, self._newborn(incoming))
            _check_part(before, arrived)
            if found.known is not None:
                return _repeated(unit, found, arrived, before, now)
            expected = _received(before, arrived.source) + 1
            if arrived.sequence < expected or found.used:
                raise _used(arrived)
            state = "taken" if arrived.sequence == expected else "early"
            unit.queue([inbox.putting(arrived, state)])
            if state == "early":
                unit.commit()
                return Answer("early", expected)
            self._apply(unit, before, incoming, now)
            unit.commit()
        if found.followed:
            with suppress(Exception):  # what waited is tried again by the sweep; this is kept
                self.follow(arrived.source, arrived.dossier, now)
        return Answer("taken", expected + 1)

    def follow(self, source: str, dossier: str, now: datetime) -> int:
        """Take in what waited for its turn, each in a transaction of its own; return how many."""
        taken = 0
        while self._next(source, dossier, now):
            taken += 1
        return taken

    def _next(self, source: str, dossier: str, now: datetime) -> bool:
        with self._store.unit() as unit:
            inbox.lock(unit.connection, dossier)
            try:
                before = unit.load(dossier)
            except NotFound:
                return False
            sequence = _received(before, source) + 1
            arrived = inbox.early(unit.connection, source, dossier, sequence)
            if arrived is None:
                return False
            inbox.take(unit.connection, source, arrived.id)
            self._apply(unit, before, _event_of(arrived), now)
            unit.commit()
        return True

    def _apply(
        self, unit: Unit, before: Before | None, incoming: Incoming, now: datetime,
    ) -> None:
        arrived = incoming.arrived
        command = ReceiveEnvelope(
            dossier=arrived.dossier, node=arrived.source, id=arrived.id,
            sequence=arrived.sequence, event=arrived.kind, digest=incoming.event["digest"],
            content=incoming.data,
        )
        if before is None:
            outcome, entry = sealed(self._open(unit, command, now))
            unit.insert(outcome, entry)
            before = Before(outcome.dossier)
        else:
            facts = self._facts(unit, before.dossier, command, now)
            before = with_papers(unit, before, facts)
            outcome, entry = sealed(proceed(before, command, facts))
            unit.save(outcome, entry)
            keep_reusable(unit, before, outcome, facts)
        unit.queue(downloads.adding(
            arrived.dossier, outcome.papers, arrived.source, arrived.id, incoming.links))
        self._wakes.rouse(unit, before, outcome)

    def _newborn(self, incoming: Incoming) -> Newborn | None:
        """Return the dossier that an envelope is likely to open here: the first of another node."""
        said = incoming.data["dossier"]
        first = incoming.arrived.sequence == 1 and said["origin"] != self._node
        return _described(said) if first else None

    def _open(self, unit: Unit, command: ReceiveEnvelope, now: datetime) -> Outcome:
        """Open the dossier of another node here, under its own code."""
        said = command.content["dossier"]
        here = unit.newborn(_described(said))
        if here.version is None:
            raise NotFound(
                f"Nút này chưa ban hành bản vẽ {said['flow'][:12]} của {said['procedure']}; "
                "hãy tải lên và ban hành đúng phiên bản đó.",
                f"This node has not published drawing {said['flow'][:12]} of {said['procedure']}; "
                "upload and publish exactly that version.", code="flow-unknown",
            )
        _check_origin(said, here.home)
        homes = {a: n for a, n in said["homes"].items() if n != self._node}
        links = Links(node=self._node, origin=said["origin"], homes=homes)
        born = Registration(said["code"], here.version, said["desks"], links)
        opened = Dossier(
            code=born.code, procedure=said["procedure"], version=born.version,
            flow_hash=said["flow"], rule_set=said["rule_set"], channel=said["channel"],
            receiving_agency=said["receiving_agency"], competent_agency=said["competent_agency"],
            registered_at=read_instant(said["registered_at"]), desks=born.desks,
        )
        return open_from(command, born, self._facts(unit, opened, command, now))

    def _facts(
        self, unit: Unit, dossier: Dossier, command: ReceiveEnvelope, now: datetime,
    ) -> Facts:
        agencies = {dossier.receiving_agency, dossier.competent_agency, *dossier.desks.values()}
        agencies |= {one.agency for one in dossier.standing.consultations}
        calendars = unit.calendars(agencies)
        missing = sorted(agencies - calendars.keys())
        if missing:
            raise Invalid(
                f"Danh bạ của nút này thiếu cơ quan {', '.join(missing)}.",
                f"The register of this node lacks {', '.join(missing)}.", code="unknown-agency",
            )
        return Facts(
            now=now, actor=f"node:{command.node}", flow=self._library.flow(dossier.flow_hash),
            rules=rules_by_id(dossier.rule_set), calendars=calendars,
            salt=secrets.token_bytes(16),
        )


def _described(said: Mapping[str, Any]) -> Newborn:
    agency, competent = said["receiving_agency"], said["competent_agency"]
    return Newborn(
        said["procedure"], said["flow"], agency,
        frozenset({agency, competent, *said["desks"].values()}),
    )


def _check_sender(node: Node, incoming: Incoming) -> None:
    """Raise Forbidden unless the node may send this."""
    arrived, message = incoming.arrived, incoming.data["message"]
    procedure = incoming.data["dossier"]["procedure"]
    if not node.may_send(procedure, message["name"]):
        raise Forbidden(
            f"Nút {arrived.source} không được gửi «{message['name']}» của thủ tục {procedure}.",
            f"Node {arrived.source} may not send {message['name']!r} of {procedure}.",
            code="not-allowed-here",
        )


def _check_origin(said: Mapping[str, Any], home: str | None) -> None:
    """Raise Forbidden unless a dossier begins at the node at which its agency works.

    Nobody else may open dossiers under the codes of an agency, least of all of one that is here.
    """
    agency = said["receiving_agency"]
    if not possible(said["code"], agency) or home != said["origin"]:
        raise Forbidden(
            f"Theo danh bạ của nút này, {agency} không làm việc tại nút {said['origin']}.",
            f"By the register of this node {agency} does not work at node {said['origin']}.",
            code="not-their-agency",
        )


def _check_part(before: Before | None, arrived: Arrived) -> None:
    """Raise Forbidden for a dossier in which the sender takes no part."""
    links = before.dossier.links if before else None
    if links and arrived.source not in {links.origin, *links.homes.values(), *links.peers}:
        raise Forbidden(
            f"Nút {arrived.source} không tham gia hồ sơ này.",
            f"Node {arrived.source} takes no part in this dossier.", code="no-part",
        )


def _received(before: Before | None, node: str) -> int:
    return before.dossier.links.peers.get(node, Peer()).received if before else 0


def _event_of(arrived: Arrived) -> Incoming:
    """Return what waited for its turn; of what a decision erased meanwhile no content is left."""
    event = json.loads(arrived.body) if arrived.body else {"digest": "", "data": {}}
    return inbox.Incoming(arrived, event)


def _repeated(
    unit: Unit, found: inbox.Found, arrived: Arrived, before: Before | None, now: datetime,
) -> Answer:
    """Answer what is here already; of what a decision erased only the moment is kept."""
    if found.known != sha256(arrived.body).hexdigest():
        raise _used(arrived)
    if found.erased:
        unit.queue([inbox.repeating(arrived, now)])
        unit.commit()
    return Answer("repeated", _received(before, arrived.source) + 1)


def _used(arrived: Arrived) -> MotcuaError:
    return Conflict(
        f"Số {arrived.sequence} của hồ sơ {arrived.dossier} đã nhận với nội dung khác; nút "
        f"{arrived.source} có thể đã phục hồi từ bản sao lưu cũ hơn: xem motcua node compare.",
        f"Number {arrived.sequence} of dossier {arrived.dossier} came with other content; node "
        f"{arrived.source} may have been restored from an older backup: see motcua node compare.",
        code="envelope-used",
    )
