"""Our own commands (lệnh), run by the demo: each in a process of its own that starts at once.

They are children of one process that has loaded them all (multiprocessing's fork server); started
by themselves, as an administrator does, each would first load the house for a second.
"""

from __future__ import annotations

import io
import multiprocessing
import os
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext

from api.__main__ import main
from api.demo.client import Refused

_LOADED = ["api.cli.audit", "api.cli.migrate", "api.cli.node", "api.cli.register"]


def motcua(*arguments: str, environment: Mapping[str, str] | None = None) -> list[str]:
    """Run one of our own commands; return its lines, or raise Refused with them when it fails."""
    hearing, telling = multiprocessing.Pipe(duplex=False)
    child = _nursery().Process(  # its environment is not that of who asks: it goes along
        target=_run, args=(arguments, {**os.environ, **(environment or {})}, telling),
    )
    child.start()
    telling.close()
    try:
        code, said = hearing.recv()
    except EOFError:
        code, said = 1, "the command ended without an answer"
    child.join()
    hearing.close()
    if code != 0:
        raise Refused(code, {"detail": f"motcua {' '.join(arguments)}\n{said}"})
    return str(said).splitlines()


@cache
def _nursery() -> ForkServerContext:
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(_LOADED)
    return found


def _run(arguments: tuple[str, ...], environment: dict[str, str], telling: Connection) -> None:
    os.environ.clear()
    os.environ.update(environment)
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = main(list(arguments))
    telling.send((code, said.getvalue()))
