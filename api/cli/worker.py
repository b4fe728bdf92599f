"""`motcua worker` (việc nền): timers, on any number of machines against one PostgreSQL."""

from __future__ import annotations

import argparse

from api.cli.arguments import add_place, parser, settings_of, told, whole

#: Jobs that one worker does at a time.
CONCURRENCY, MOST = 2, 32


def worker(argv: list[str]) -> int:
    """Work until stopped; return 0, 1 where the database is not ready, 2 for bad arguments."""
    asked = parser("worker", "Chạy việc nền: hẹn giờ (background work: timers).")
    add_place(asked)
    asked.add_argument("--concurrency", type=whole(1, MOST), default=CONCURRENCY)
    asked.add_argument("--beside", type=int, metavar="PID", help=argparse.SUPPRESS)
    options = asked.parse_args(argv)
    return told("worker", lambda: _work(options))


def _work(options: argparse.Namespace) -> int:
    settings = settings_of(options)  # a wrong start is refused before the house is loaded
    from api import logs
    from api.cli.ready import make_ready
    from api.wiring import work_of
    from engine.jobs.worker import run

    logs.configure()
    logs.adopt_libraries()
    make_ready(settings)
    run(work_of(settings, options.concurrency, options.beside))
    return 0
