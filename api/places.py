"""Places (nơi chốn): where settings say that database, files, clock and keys are.

Apart from wiring, so that a command that needs no office starts without one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from api.settings import Settings, need_database
from engine.clock import Clock, FileClock, SystemClock
from engine.errors import Invalid
from engine.store import embedded
from engine.store.tables import APPLICATION

if TYPE_CHECKING:
    from engine.links.identity import Keyring
    from engine.links.portal.configuration import Portal
    from engine.store.files import Files


def owner_url(settings: Settings) -> str:
    """Return the URL by which migrations go: the superuser's where the server is embedded."""
    if settings.embedded:
        return embedded.embedded(settings.home)
    return need_database(settings)


def application_url(settings: Settings) -> str:
    """Return the URL by which the application goes: a role that owns nothing."""
    if settings.embedded:
        embedded.embedded(settings.home)
        return embedded.address(settings.home, role=APPLICATION)
    return need_database(settings)


def files_of(settings: Settings) -> Files:
    """Return the file store: where MOTCUA_FILES says, else a folder of the home."""
    from engine.store.files import Files

    place = settings.files or str(settings.home / "files")
    return Files(place, settings.home, settings.file_bounds)


def clock_of(settings: Settings) -> Clock:
    """Return the machine's clock, or the one in the demonstration's file."""
    return FileClock(settings.clock_file) if settings.clock_file else SystemClock()


def identity_of(settings: Settings) -> Keyring | None:
    """Return who this node is to others as its keys stand, None where it is linked to none.

    Raises Invalid for an id without keys, or keys that cannot be read.
    """
    if not settings.node:
        return None
    if settings.node_keys is None:
        raise Invalid(
            "MOTCUA_NODE cần MOTCUA_NODE_KEYS: tệp giữ khóa của nút (motcua node rotate).",
            "MOTCUA_NODE needs MOTCUA_NODE_KEYS, the file of its keys (motcua node rotate).",
            code="node-key",
        )
    from engine.links.identity import Keyring

    return Keyring(settings.node, settings.node_keys)


def portal_of(settings: Settings) -> Portal | None:
    """Return the national portal, None where there is none to tell; raise Invalid for its file."""
    from engine.links.portal.configuration import read_portal

    return None if settings.portal is None else read_portal(settings.portal, os.environ)
