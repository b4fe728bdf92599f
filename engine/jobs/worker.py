"""The worker (tiến trình nền): takes jobs until it is told to stop, and finishes what is under way.

Any number of them, on any number of machines, share one PostgreSQL. When it goes away they wait
for it; what a killed one left is found by the sweep of the others.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog
from procrastinate import App, PsycopgConnector

from engine.jobs.tasks import OUTWARD, Work, register

#: Seconds until a worker that lost its database begins anew, and between looks at its parent.
AGAIN, LOOK = 2.0, 1.0


def run(work: Work) -> None:
    """Work until SIGTERM or SIGINT, or until the parent has gone; then finish and return."""
    try:
        with suppress(asyncio.CancelledError):
            asyncio.run(_until_stopped(work))
    finally:
        if work.papers is not None:
            work.papers.finish()


async def _until_stopped(work: Work) -> None:
    stopping = threading.Event()
    loop = asyncio.get_running_loop()
    # By default there are hardly more threads than cores, and most of these only wait.
    loop.set_default_executor(ThreadPoolExecutor(2 * (work.concurrency + OUTWARD)))
    working = asyncio.create_task(_work(work, stopping))

    def stop() -> None:
        if stopping.is_set():
            return
        stopping.set()
        working.cancel()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    watching = asyncio.create_task(_watch(work.parent, stop))
    try:
        await working
    finally:
        watching.cancel()


async def _watch(parent: int | None, stop: Callable[[], None]) -> None:
    while parent is not None:
        if os.getppid() != parent:
            stop()
            return
        await asyncio.sleep(LOOK)


async def _work(work: Work, stopping: threading.Event) -> None:
    log = structlog.get_logger()
    while not stopping.is_set():
        app = _app(work, stopping)
        try:
            async with app.open_async():
                await app.run_worker_async(
                    concurrency=work.concurrency + OUTWARD, install_signal_handlers=False,
                    delete_jobs="always",
                )
        except Exception as error:  # noqa: BLE001 - whatever ended it, it begins anew
            log.warning("worker-interrupted", reason=f"{type(error).__name__}: {error}")
        await asyncio.sleep(AGAIN)


def _app(work: Work, stopping: threading.Event) -> App:
    connector = PsycopgConnector(min_size=1, max_size=2 + work.concurrency, **work.connection)
    app = App(connector=connector)
    register(app, work, stopping)
    return app
