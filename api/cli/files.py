"""`motcua files` (kho tệp): the files of papers, and those that are nobody's."""

from __future__ import annotations

import argparse

from api.cli.arguments import add_place, parser, settings_of, told
from api.places import application_url, files_of
from engine.store import Store
from engine.store.sweeping import sweep


def files(argv: list[str]) -> int:
    """Do what is asked of the file store; return 0, 1 for a failure, 2 for bad arguments."""
    asked = parser("files", "Kho tệp giấy tờ (the file store).")
    kinds = asked.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser(
        "sweep", help="xóa tệp không thuộc hồ sơ nào (take orphans away)", allow_abbrev=False,
    )
    one.add_argument(
        "--dry-run", action="store_true", help="chỉ liệt kê, không xóa (list, take nothing away)",
    )
    add_place(one)
    options = asked.parse_args(argv)
    return told("files", lambda: _sweep(options))


def _sweep(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    store = Store(application_url(settings))
    count = total = 0
    try:
        for name, size in sweep(store, files_of(settings), dry_run=options.dry_run):
            print(f"{name}  {size}")
            count, total = count + 1, total + size
    finally:
        store.close()
    done = "còn đó (left)" if options.dry_run else "đã xóa (taken away)"
    print(f"{count} tệp mồ côi (orphans), {total} byte: {done}")
    return 0
