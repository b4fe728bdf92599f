"""Tasks (việc của tiến trình nền): what a worker does, by the names that jobs and sweeps know."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer, Status

from engine.jobs.calls import Calls
from engine.jobs.deliveries import Deliveries
from engine.jobs.forgetting import Forgetting
from engine.jobs.portal import PortalSync
from engine.jobs.timers import Timers
from engine.jobs.turns import Turns
from engine.jobs.waking import CALLS, DELIVER, PORTAL, TIMERS

TIDY, FORGET, FETCH = "motcua.tidy", "motcua.forget", "motcua.fetch"
#: Places beside those of `concurrency` for what waits for other machines, and how many of them
#: deliveries may take: one is for the calls of connectors, one for the national portal.
OUTWARD, DELIVERIES = 8, 6
#: How often due timers are looked for unasked: each minute, or each second of a clock in a file.
SWEEP, RESTLESS_SWEEP = "* * * * *", "* * * * * *"
#: How often nodes that were silent are tried again.
LINK_SWEEP = "* * * * * */2"
#: How often what waits for the national portal is looked for unasked.
PORTAL_SWEEP = "* * * * * */10"
#: How often records of old requests are taken away.
FORGET_SWEEP = "17 * * * *"


@dataclass(frozen=True)
class Work:
    """What a worker does: how to reach its jobs, who fires timers, calls and delivers, how much.

    What waits for other machines has places beside those of `concurrency`: however slow they are,
    timers fire. Papers are fetched in threads of their own.

    `restless` sweeps each second, where the clock is a file that nobody announces changes of;
    `parent` is the process with which it ends.
    """

    connection: Mapping[str, Any]
    timers: Timers
    calls: Calls
    forgetting: Forgetting
    deliveries: Deliveries | None = None
    portal: PortalSync | None = None
    concurrency: int = 2
    restless: bool = False
    parent: int | None = None
    papers: Turns | None = None


def register(app: App, work: Work, stopping: threading.Event) -> None:
    """Give a worker's app all its tasks and sweeps; they end soon after `stopping` is set."""
    for one in (_timers, _calls, _links, _papers, _portal, _forget, _tidy):
        one(app, work, stopping)


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

    places = threading.BoundedSemaphore(DELIVERIES)

    @app.task(name=DELIVER)
    def deliver(node: str) -> None:
        if not places.acquire(blocking=False):
            return  # the sweep comes back to it; those that hang are left alone ever longer
        try:
            deliveries.drain(node, stopping.is_set)
        finally:
            places.release()

    @app.periodic(cron=LINK_SWEEP, periodic_id="links", queueing_lock=f"{DELIVER} sweep")
    @app.task(name=f"{DELIVER}.sweep")
    async def sweep(timestamp: int) -> None:  # noqa: ARG001
        for node in await asyncio.to_thread(deliveries.waiting):
            await _defer(deliver.configure(queueing_lock=f"{DELIVER} {node}"), node=node)
        await asyncio.to_thread(deliveries.follow_up)


def _papers(app: App, work: Work, stopping: threading.Event) -> None:
    papers = work.papers
    if papers is None:
        return

    # Fetched apart from the jobs: a slow node takes none of the places of timers and deliveries.
    @app.periodic(cron=LINK_SWEEP, periodic_id="papers", queueing_lock=FETCH)
    @app.task(name=FETCH)
    async def sweep(timestamp: int) -> None:  # noqa: ARG001
        await asyncio.to_thread(papers.begin, stopping.is_set)


async def _defer(job: JobDeferrer, **arguments: str) -> None:
    """Defer a job unless one waits already."""
    with suppress(AlreadyEnqueued):
        await job.defer_async(**arguments)


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
            await _defer(tell.configure(lock=PORTAL, queueing_lock=PORTAL))


def _forget(app: App, work: Work, stopping: threading.Event) -> None:
    @app.periodic(cron=FORGET_SWEEP, periodic_id="forget", queueing_lock=FORGET)
    @app.task(name=FORGET)
    def forget(timestamp: int) -> None:  # noqa: ARG001
        work.forgetting.drain(stopping.is_set)


def _tidy(app: App, _work: Work, _stopping: threading.Event) -> None:
    @app.periodic(cron="* * * * *", periodic_id="tidy", queueing_lock=TIDY)
    @app.task(name=TIDY)
    async def tidy(timestamp: int) -> None:  # noqa: ARG001
        # Jobs only wake: those of a killed worker go, the sweep finds what they were about.
        for job in await app.job_manager.get_stalled_jobs():
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
