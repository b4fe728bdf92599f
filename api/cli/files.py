"""`motcua files` (kho tệp): the files of papers, and those that are nobody's."""

from __future__ import annotations

import argparse

from api.cli.arguments import add_decision, add_place, parser, settings_of, told
from api.cli.parsing import verb
from api.cli.person import person_named
from api.places import application_url, files_of
from api.wiring import office_of
from engine.clock import local
from engine.paperwork import ErasePaper
from engine.store import Store
from engine.store.sweeping import sweep, take_away


def files(argv: list[str]) -> int:
    """Do what is asked of the file store; return 0, 1 for a failure, 2 for bad arguments."""
    asked = parser("files", "Kho tệp giấy tờ (the store of papers' files).")
    kinds = asked.add_subparsers(dest="kind", required=True, metavar="sweep|erase")
    one = verb(kinds, "sweep", "xóa tệp không thuộc hồ sơ nào, do tải lên dở dang để lại (take "
               "away files of no dossier, which uploads that broke off leave)")
    one.add_argument(
        "--dry-run", action="store_true", help="chỉ liệt kê, không xóa (list, take nothing away)",
    )
    add_place(one)
    gone = verb(kinds, "erase", "xóa tệp của một giấy tờ theo quyết định, ghi vào nhật ký "
                "(erase one paper's file by a decision, as an entry of the history)")
    gone.add_argument("code", metavar="CODE", help="mã hồ sơ (dossier code)")
    gone.add_argument("number", type=int, metavar="NUMBER", help="số giấy tờ (paper's number)")
    add_decision(gone)
    add_place(gone)
    options = asked.parse_args(argv)
    work = {"sweep": _sweep, "erase": _erase}[options.kind]
    return told("files", lambda: work(options))


def _erase(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    store, office, clock = office_of(settings)
    command = ErasePaper(options.code, options.number, options.decision, options.by)
    try:
        actor = person_named(store, options.person, local(clock.now()).date())
        name = str(office.execute(command, actor).body["sha256"])
        taken = take_away(store, files_of(settings), name)
    finally:
        store.close()
    print(f"{options.code}, giấy tờ (paper) {options.number}: đã ghi xóa theo (erased by) "
          f"{options.decision}")
    print(f"{name}: " + ("tệp đã xóa (taken away)" if taken else
                         "hồ sơ khác còn giữ tệp này (another dossier still holds it)"))
    return 0


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
