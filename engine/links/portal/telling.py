"""Telling (nội dung gửi): the calls by which one message is told, made of the history alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from engine.history import canonical
from engine.links.portal.configuration import Portal
from engine.links.portal.dossier_body import dossier_body
from engine.links.portal.gathering import gather
from engine.links.portal.picture import Picture
from engine.links.portal.progress_body import progress_body
from engine.store import Connection
from engine.store.portal_messages import Message


@dataclass(frozen=True)
class Call:
    """One call: which service, as who (madonvi), and its data."""

    service: str
    unit: str
    data: tuple[Mapping[str, Any], ...] = field(repr=False)


@dataclass(frozen=True)
class Telling:
    """The calls of a message in order, a digest of all their data, and what is personal in them."""

    calls: tuple[Call, ...]
    digest: str
    personal: tuple[str, ...] = field(repr=False)


def telling(connection: Connection, message: Message, portal: Portal) -> Telling:
    """Return how a message is told: the dossier's state first, then how it went on.

    How it went on is told as of the message's entry; the state as of the newest entry that the
    portal has heard of, so that sending again never takes it back. Raises Invalid where the
    operator's file lacks a code, or the applicant was erased.
    """
    newest = gather(connection, message.dossier, message.state_entry)
    unit = _unit(newest, portal)
    state = dossier_body(newest, portal)
    steps = progress_body(newest.until(message.entry), message.statuses, portal)
    calls = (
        Call(portal.services["sync"], unit, (state,)),
        Call(portal.services["progress"], unit, tuple(steps)),
    )
    content = canonical([[call.service, call.data] for call in calls])
    personal = tuple(str(value) for value in newest.applicant.values() if value)
    return Telling(calls, sha256(content).hexdigest(), personal)


def _unit(picture: Picture, portal: Portal) -> str:
    return portal.units.get(picture.dossier.receiving_agency, portal.unit)
