"""The worker (tiến trình nền): takes jobs until it is told to stop, and finishes what is under way.

Any number of them, on any number of machines, share one PostgreSQL. When it goes away they wait
for it; what a killed one left is found by the sweep of the others.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from procrastinate.tasks import Task

from engine.jobs.calls import Calls
from engine.jobs.deliveries import Deliveries
from engine.jobs.downloads import Downloads
from engine.jobs.portal import PortalSync
from engine.jobs.timers import Timers
from engine.jobs.waking import CALLS, DELIVER, FETCH, PORTAL, TIMERS

TIDY = "motcua.tidy"
#: How often due timers are looked for unasked: each minute, or each second of a clock in a file.
SWEEP, RESTLESS_SWEEP = "* * * * *", "* * * * * *"
#: How often nodes that were silent are tried again.
LINK_SWEEP = "* * * * * */2"
#: How often what waits for the national portal is looked for unasked.
PORTAL_SWEEP = "* * * * * */10"
#: Seconds until a worker that lost its database begins anew, and between looks at its parent.
AGAIN, LOOK = 2.0, 1.0


@dataclass(frozen=True)
class Work:
    """What a worker does: how to reach its jobs, who fires timers, calls and delivers, how much.

    `restless` sweeps each second, where the clock is a file that nobody announces changes of;
    `parent` is the process with which it ends.
    """

    connection: Mapping[str, Any]
    timers: Timers
    calls: Calls
    deliveries: Deliveries | None = None
    portal: PortalSync | None = None
    concurrency: int = 2
    restless: bool = False
    parent: int | None = None
    downloads: Downloads | None = None


def run(work: Work) -> None:
    """Work until SIGTERM or SIGINT, or until the parent has gone; then finish and return."""
    with suppress(asyncio.CancelledError):
        asyncio.run(_until_stopped(work))


async def _until_stopped(work: Work) -> None:
    stopping = threading.Event()
    working = asyncio.create_task(_work(work, stopping))

    def stop() -> None:
        if stopping.is_set():
            return
        stopping.set()
        working.cancel()

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop)
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
                    concurrency=work.concurrency, install_signal_handlers=False,
                    delete_jobs="always",
                )
        except Exception as error:  # noqa: BLE001 - whatever ended it, it begins anew
            log.warning("worker-interrupted", reason=f"{type(error).__name__}: {error}")
        await asyncio.sleep(AGAIN)


def _app(work: Work, stopping: threading.Event) -> App:
    connector = PsycopgConnector(min_size=1, max_size=2 + work.concurrency, **work.connection)
    app = App(connector=connector)

    for register in (_timers, _calls, _links, _papers, _portal, _tidy):
        register(app, work, stopping)
    return app


def _timers(app: App, work: Work, stopping: threading.Event) -> None:
    @app.periodic(
        cron=RESTLESS_SWEEP if work.restless else SWEEP, periodic_id="sweep",
        queueing_lock=f"{TIMERS} sweep",
    )
    @app.task(name=TIMERS)
    def fire(timestamp: int | None = None) -> None:  # noqa: ARG001 - when a sweep was due
        work.timers.drain(stopping.is_set)


def _calls(app: App, work: Work, stopping: threading.Event) -> None:
    @app.periodic(
        cron=RESTLESS_SWEEP if work.restless else SWEEP, periodic_id="calls",
        queueing_lock=f"{CALLS} sweep",
    )
    @app.task(name=CALLS)
    def call(timestamp: int | None = None) -> None:  # noqa: ARG001
        work.calls.drain(stopping.is_set)


def _links(app: App, work: Work, stopping: threading.Event) -> None:
    deliveries = work.deliveries
    if deliveries is None:
        return

    @app.task(name=DELIVER)
    def deliver(node: str) -> None:
        deliveries.drain(node, stopping.is_set)

    @app.periodic(cron=LINK_SWEEP, periodic_id="links", queueing_lock=f"{DELIVER} sweep")
    @app.task(name=f"{DELIVER}.sweep")
    async def sweep(timestamp: int) -> None:  # noqa: ARG001
        for node in await asyncio.to_thread(deliveries.waiting):
            await _defer(deliver, node)
        await asyncio.to_thread(deliveries.follow_up)


def _papers(app: App, work: Work, stopping: threading.Event) -> None:
    downloads = work.downloads
    if downloads is None:
        return

    @app.task(name=FETCH)
    def fetch(node: str) -> None:
        downloads.drain(node, stopping.is_set)

    # One job fetches from a node at a time: a slow one takes one place, and the others go on.
    @app.periodic(cron=LINK_SWEEP, periodic_id="papers", queueing_lock=f"{FETCH} sweep")
    @app.task(name=f"{FETCH}.sweep")
    async def sweep(timestamp: int) -> None:  # noqa: ARG001
        for node in await asyncio.to_thread(downloads.waiting):
            await _defer(fetch, node, lock=f"{FETCH} {node}")


async def _defer(task: Task[..., Any, Any], node: str, lock: str | None = None) -> None:
    """Defer a task for a node unless one waits already."""
    deferred = task.configure(lock=lock, queueing_lock=f"{task.name} {node}")
    with suppress(AlreadyEnqueued):
        await deferred.defer_async(node=node)


def _portal(app: App, work: Work, stopping: threading.Event) -> None:
    portal = work.portal
    if portal is None:
        return

    @app.task(name=PORTAL)
    def tell() -> None:
        portal.drain(stopping.is_set)

    @app.periodic(cron=PORTAL_SWEEP, periodic_id="portal", queueing_lock=f"{PORTAL} sweep")
    @app.task(name=f"{PORTAL}.sweep")
    async def sweep(timestamp: int) -> None:  # noqa: ARG001
        if await asyncio.to_thread(portal.waiting):
            with suppress(AlreadyEnqueued):
                await tell.configure(lock=PORTAL, queueing_lock=PORTAL).defer_async()


def _tidy(app: App, _work: Work, _stopping: threading.Event) -> None:
    @app.periodic(cron="* * * * *", periodic_id="tidy", queueing_lock=TIDY)
    @app.task(name=TIDY)
    async def tidy(timestamp: int) -> None:  # noqa: ARG001
        # Jobs only wake: those of a killed worker go, the sweep finds what they were about.
        for job in await app.job_manager.get_stalled_jobs():
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
