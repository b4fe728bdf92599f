"""Commands that take what wiring gives (lệnh được lắp ráp): audit and worktime.

What opens a database is imported where it is asked for: `motcua worktime` counts without one.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from engine.errors import Invalid, NotFound

if TYPE_CHECKING:
    from api.cli.audit import Opened
    from api.settings import Settings
    from engine.audit.signing import Seal
    from engine.worktime import Calendar


def audit(argv: list[str]) -> int:
    """Run `motcua audit`; return 0 when everything is whole, 1 when not, 2 for bad arguments."""
    from api.cli.audit import audit as command

    return command(argv, _archive)


def worktime(argv: list[str]) -> int:
    """Run `motcua worktime`; the database is opened only where `--agency` asks for it."""
    from api.cli.worktime import worktime as command

    return command(argv, _calendar)


def _archive(options: argparse.Namespace) -> Opened:
    """Open what `motcua audit` works on: the archive, the clock, the checkpoint key, the files."""
    from api.cli.audit import Opened
    from api.places import application_url, clock_of, files_of
    from api.settings import from_environment
    from api.wiring import signed_of
    from engine.store import Store

    settings = from_environment(os.environ, embedded=options.embedded)
    store = Store(application_url(settings))
    return Opened(
        store, clock_of(settings), lambda: _seal(options, settings), files_of(settings),
        lambda: signed_of(settings))


def _seal(options: argparse.Namespace, settings: Settings) -> Seal:
    """Return the key of checkpoints; with --embedded one is made where there is none."""
    from engine.audit.signing import make_seal, read_seal

    path = options.key or settings.checkpoint_key
    if path is None and settings.embedded:
        path = settings.home / "checkpoint.pem"
        if not path.exists():
            settings.home.mkdir(parents=True, exist_ok=True)
            return make_seal(path)
    if path is None:
        raise Invalid(
            "Chưa có khóa ký: hãy đặt MOTCUA_CHECKPOINT_KEY hoặc --key.",
            "No checkpoint key: set MOTCUA_CHECKPOINT_KEY or give --key.", code="checkpoint-key",
        )
    return read_seal(path)


def _calendar(agency: str) -> Calendar:
    from api.places import application_url
    from api.settings import from_environment
    from engine.store import Store, calendars

    store = Store(application_url(from_environment(os.environ)))
    try:
        with store.reading() as connection:
            found = calendars.of_agencies(connection, [agency]).get(agency)
    finally:
        store.close()
    if found is None:
        raise NotFound(
            f"Danh bạ không có cơ quan {agency}.", f"The register has no agency {agency}.",
            code="unknown-agency",
        )
    return found
