"""A node of the demo (nút): database, server and worker of its own, to be killed and started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from api.demo.client import Desk
from api.demo.commands import motcua
from api.demo.script import town
from api.demo.server import free_port, wait_for
from engine.links.identity import make_key
from engine.store import embedded


class Node:
    """One deployment in a folder of its own, known to others by its id."""

    def __init__(self, name: str, home: Path, clock: Path) -> None:
        self.id = f"urn:motcua:demo:{name}"
        self._home, self._clock, self._port = home, clock, free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self._server: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Make its database, register and key."""
        self._home.mkdir(parents=True, exist_ok=True)
        register = self._home / "town.json"
        register.write_text(json.dumps(town(), ensure_ascii=False), encoding="utf-8")
        make_key(self._home / "node.json")
        self.motcua("migrate", "--embedded")
        self.motcua("register", "import", "--embedded", str(register))

    def start(self) -> None:
        """Start its server, which starts its worker."""
        with (self._home / "server.log").open("ab") as log:
            self._server = subprocess.Popen(  # noqa: S603 - our own command line
                [sys.executable, "-m", "api", "serve", "--embedded", "--clock", str(self._clock),
                 "--port", str(self._port), "--workers", "1"],
                stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **self._own()},
                start_new_session=True,
            )

    def ready(self) -> None:
        """Wait until the server answers; raise Unavailable with its log where it does not."""
        assert self._server is not None  # noqa: S101 - it was started
        wait_for(self.address, self._server, self._home / "server.log")

    def kill(self) -> None:
        """Kill server and worker at once (SIGKILL): nobody finishes anything."""
        if self._server is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def end(self) -> None:
        """End everything, the database too; what they kept goes away with them."""
        self.kill()
        embedded.stop(self._home)

    def desk(self, person: Mapping[str, Any]) -> Desk:
        """Return somebody's desk at this node."""
        return Desk(self.address, person)

    def motcua(self, *arguments: str) -> list[str]:
        """Run one of our own commands here; raise Refused with what it printed when it fails."""
        return motcua(*arguments, environment=self._own())

    def _own(self) -> dict[str, str]:
        return {
            "MOTCUA_HOME": str(self._home), "MOTCUA_NODE": self.id,
            "MOTCUA_NODE_KEYS": str(self._home / "node.json"),
        }
