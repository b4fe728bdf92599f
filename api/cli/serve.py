"""`motcua serve` (chạy máy chủ): gunicorn with this app; connections are opened after the fork."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from api.cli.arguments import add_place, parser, settings_of, told
from api.settings import Settings, need_issuer
from api.wiring import application_url, clock_of, owner_url
from engine.errors import Invalid
from engine.store import Store
from engine.store.migrate import migrate
from engine.store.schema import need_newest

#: Requests that one worker answers at a time, and seconds that one may take.
THREADS, TIMEOUT = 4, 60
MOST_WORKERS = 64


def serve(argv: list[str]) -> int:
    """Serve until stopped; return 0, 1 where the database is not ready, 2 for bad arguments."""
    options = _parser().parse_args(argv)
    return told("serve", lambda: _serve(options))


class _Server(BaseApplication):  # type: ignore[misc]  # the library has no types
    """gunicorn whose workers each build their own app, after the fork."""

    def __init__(self, settings: Settings, configuration: dict[str, Any]) -> None:
        self._settings = settings
        self._configuration = configuration
        super().__init__()

    def load_config(self) -> None:
        """Take our configuration; gunicorn's files and variables are not read."""
        for name, value in self._configuration.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the app of one worker."""
        from api import logs
        from api.app import create_app
        from api.wiring import build

        logs.configure()
        return create_app(build(self._settings))


def _parser() -> argparse.ArgumentParser:
    asked = parser("serve", "Chạy máy chủ HTTP (serve the HTTP API).")
    add_place(asked)
    asked.add_argument("--host", default="127.0.0.1", help="mặc định chỉ máy này (this machine)")
    asked.add_argument("--port", type=_whole(1, 65_535), default=8080)
    asked.add_argument("--workers", type=_whole(1, MOST_WORKERS), default=2)
    return asked


def _serve(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    _make_ready(settings)
    numbers = tempfile.mkdtemp(prefix="motcua-metrics-")
    # prometheus_client looks for it when it is first imported, which is in the workers.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = numbers
    print(f"motcua: http://{options.host}:{options.port}/docs", flush=True)
    try:
        Arbiter(_Server(settings, _configuration(options))).run()
    except SystemExit as stopped:
        return int(stopped.code or 0)
    finally:
        shutil.rmtree(numbers, ignore_errors=True)
    return 0


def _make_ready(settings: Settings) -> None:
    """Refuse to start where a request could not be answered: database, schema, clock, issuer."""
    if settings.embedded:
        migrate(owner_url(settings))
    else:
        need_issuer(settings)
    try:
        clock_of(settings).now()
    except (OSError, ValueError) as error:
        raise Invalid(
            f"Không đọc được giờ trong {settings.clock_file}: {error}.",
            f"The time in {settings.clock_file} cannot be read: {error}.", code="clock-unreadable",
        ) from error
    store = Store(application_url(settings))
    try:
        with store.reading() as connection:
            need_newest(connection)
    finally:
        store.close()


def _configuration(options: argparse.Namespace) -> dict[str, Any]:
    memory = Path("/dev/shm")  # noqa: S108 - where gunicorn's heartbeat touches no disk
    host = f"[{options.host}]" if ":" in options.host else options.host
    return {
        "bind": f"{host}:{options.port}", "workers": options.workers, "worker_class": "gthread",
        "threads": THREADS, "timeout": TIMEOUT, "graceful_timeout": 20, "keepalive": 15,
        "errorlog": "-", "loglevel": "warning", "proc_name": "motcua",
        "worker_tmp_dir": str(memory) if memory.is_dir() else None,
        "control_socket_disable": True, "child_exit": _forget,
    }


def _forget(_server: object, worker: Any) -> None:
    """Take a dead worker's gauges out of the numbers."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def _whole(least: int, most: int) -> Any:
    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{least}..{most}")
        return number

    return read
