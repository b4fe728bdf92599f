"""`motcua serve` (chạy máy chủ): gunicorn with this app; connections are opened after the fork."""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from api.cli.arguments import add_place, parser, settings_of, told, whole
from api.cli.beside import Beside
from api.settings import Settings, need_issuer

#: Requests that one worker answers at a time, and seconds that one may take.
THREADS, TIMEOUT = 4, 60
MOST_WORKERS = 64


def serve(argv: list[str]) -> int:
    """Serve until stopped; return 0, 1 where the database is not ready, 2 for bad arguments."""
    options = _parser().parse_args(argv)
    return told("serve", lambda: _serve(options))


class _Server(BaseApplication):  # type: ignore[misc]  # the library has no types
    """gunicorn whose workers each build their own app, after the fork."""

    def __init__(
        self, settings: Settings, configuration: dict[str, Any], beside: Beside | None,
    ) -> None:
        self._settings = settings
        self.beside = beside
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
        failures = self.beside.failures if self.beside is not None else int
        app = create_app(build(self._settings, failures))
        # What stands now stands for good: the collector need not walk it again and again.
        gc.collect()
        gc.freeze()
        return app


class _Arbiter(Arbiter):  # type: ignore[misc]  # the library has no types
    """gunicorn's main process, which also sees to it that the background worker runs."""

    def __init__(self, server: _Server) -> None:
        self._beside = server.beside
        super().__init__(server)

    def manage_workers(self) -> None:
        """Keep up the number of gunicorn's workers, and the one beside them."""
        super().manage_workers()
        if self._beside is not None:
            self._beside.keep()

    def stop(self, graceful: bool = True) -> None:
        """Stop all: the worker beside finishes while requests are finished."""
        if self._beside is not None:
            self._beside.tell_to_stop()
        super().stop(graceful)


def _parser() -> argparse.ArgumentParser:
    asked = parser("serve", "Chạy máy chủ HTTP (serve the HTTP API).")
    add_place(asked)
    asked.add_argument("--host", default="127.0.0.1", help="địa chỉ nghe, mặc định chỉ máy này "
                       "(address to listen at, by default this machine alone)")
    asked.add_argument("--port", type=whole(1, 65_535), default=8080, metavar="N",
                       help="cổng, mặc định 8080 (port, default 8080)")
    asked.add_argument(
        "--workers", type=whole(1, MOST_WORKERS), default=2, metavar="N",
        help=f"số tiến trình trả lời, mỗi tiến trình {THREADS} yêu cầu cùng lúc, mặc định 2 "
             f"(processes that answer, {THREADS} requests at a time each, default 2)",
    )
    asked.add_argument(
        "--no-worker", action="store_true",
        help="không chạy tiến trình nền kèm theo; khi đó phải có motcua worker ở đâu đó (start no "
             "background worker beside it; then motcua worker must run somewhere)",
    )
    return asked


def _serve(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    if not settings.embedded:
        need_issuer(settings)
    # Imported now that all that was asked for is understood: a wrong start is refused at once.
    from api.cli.ready import make_ready
    from engine import packs
    from engine.links.connectors import read_registry

    # A faulty configuration is told here, not by workers that die again and again.
    read_registry(packs.connectors(), settings.connectors).close()
    make_ready(settings)
    numbers = tempfile.mkdtemp(prefix="motcua-metrics-")
    # prometheus_client looks for it when it is first imported, which is below.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = numbers
    print(f"motcua: http://{options.host}:{options.port}/docs", flush=True)
    beside = None if options.no_worker else Beside(options.embedded, options.clock)
    try:
        if beside is not None:
            beside.keep()  # it loads what it needs while this process does
        import_module("api.app")  # once, before the fork: its workers have it from there
        _Arbiter(_Server(settings, _configuration(options), beside)).run()
    except SystemExit as stopped:
        return int(stopped.code or 0)
    finally:
        if beside is not None:
            beside.end()
        shutil.rmtree(numbers, ignore_errors=True)
    return 0


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
