"""`motcua erase` (xóa dữ liệu cá nhân): of a dossier that is over, on a recorded decision."""

from __future__ import annotations

import argparse

from api.cli.arguments import add_decision, add_place, parser, settings_of, told
from api.cli.person import person_named
from api.places import files_of
from api.wiring import office_of
from engine.clock import local
from engine.paperwork import ErasePersonal
from engine.store.sweeping import take_away


def erase(argv: list[str]) -> int:
    """Erase what is personal of one dossier; return 0, 1 for a failure, 2 for bad arguments."""
    asked = parser(
        "erase", "Xóa dữ liệu cá nhân của một hồ sơ đã xong theo quyết định (erase what is "
        "personal of a dossier that is over: values beside its history, bodies of envelopes, "
        "files).",
    )
    asked.add_argument("code", metavar="CODE", help="mã hồ sơ (dossier code)")
    add_decision(asked)
    asked.add_argument(
        "--drop", action="append", default=[], metavar="ID",
        help="bỏ luôn phong bì chưa giao này: thư chết, đến sớm, … (drop this envelope too)",
    )
    add_place(asked)
    options = asked.parse_args(argv)
    return told("erase", lambda: _erase(options))


def _erase(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    store, office, clock = office_of(settings)
    command = ErasePersonal(options.code, options.decision, options.by, tuple(options.drop))
    try:
        actor = person_named(store, options.person, local(clock.now()).date())
        done = office.execute(command, actor).body
        taken = [take_away(store, files_of(settings), name) for name in done["files"]]
    finally:
        store.close()
    print(f"{options.code}: đã xóa dữ liệu cá nhân theo (personal data erased by) "
          f"{options.decision}, mục (entry) {done['entry']}")
    print(f"{done['envelopes']} phong bì đã xóa nội dung (envelopes emptied), "
          f"{sum(taken)} tệp đã xóa (files taken away), {len(taken) - sum(taken)} tệp hồ sơ khác "
          "còn giữ (still held by other dossiers)")
    return 0
