"""`motcua worker` (việc nền): all that no request waits for, on any number of machines."""

from __future__ import annotations

import argparse

from api.cli.arguments import add_place, parser, settings_of, told, whole

#: Jobs that one worker does at a time.
CONCURRENCY, MOST = 2, 32
SAYS = (
    "Chạy việc nền: hẹn giờ và nhắc việc, gọi dịch vụ và ký số, chuyển phát phong bì và tải giấy "
    "tờ giữa các nút, báo Cổng quốc gia, quên yêu cầu cũ (background work: timers and reminders, "
    "calls of services and signing, envelopes and papers between nodes, the national portal, "
    "forgetting old requests). Chạy được trên nhiều máy; dừng bằng SIGTERM (on any number of "
    "machines; SIGTERM stops it)."
)


def worker(argv: list[str]) -> int:
    """Work until stopped; return 0, 1 where the database is not ready, 2 for bad arguments."""
    asked = parser("worker", SAYS)
    add_place(asked)
    asked.add_argument(
        "--concurrency", type=whole(1, MOST), default=CONCURRENCY, metavar="N",
        help=f"số việc làm cùng lúc, 1 đến {MOST}, mặc định {CONCURRENCY}; việc chờ máy khác có "
             f"tám chỗ riêng (jobs at a time, default {CONCURRENCY}; what waits for other machines "
             f"has eight places beside them)",
    )
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
