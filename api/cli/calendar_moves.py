"""What a change of calendars moves (các hạn dời), told dossier by dossier while it happens."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.office.recounting import Recounted

_KINDS = {"dossier": "hạn của hồ sơ (legal due date)", "task": "bước (task)",
          "timer": "hẹn giờ (timer)", "consultation": "lấy ý kiến (consultation)"}


def tell_moves(
    found: Iterable[Recounted], options: argparse.Namespace, said: Mapping[str, Any],
) -> int:
    """Print each dossier whose dates move, then the sum; return 1 when one could not be counted."""
    counts = {"dossiers": 0, "moved": 0, "dates": 0, "failed": 0}
    told = (each for each in _counted(found, counts) if each.moved)
    if options.json:
        print("{" + "".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}, "
                            for k, v in said.items()) + '"dossiers": [', end="")
        for number, each in enumerate(told):
            row = {"dossier": each.dossier, "moves": each.moved}
            print(",\n" * bool(number) + json.dumps(row, ensure_ascii=False), end="")
        print(f'], "counts": {json.dumps(counts)}}}')
        return 1 if counts["failed"] else 0
    for change in said.get("changed", ()):
        print(f"{change['agency']}: {change['was']} → {change['calendar']}")
    for each in told:
        for move in each.moved:
            print(f"{each.dossier}  {_KINDS[move['what']]} {move['name']}: "
                  f"{_short(move['before'])} → {_short(move['after'])}")
    print(_sum(counts, dry=bool(said.get("dry_run"))))
    return 1 if counts["failed"] else 0


def _counted(found: Iterable[Recounted], counts: dict[str, int]) -> Iterator[Recounted]:
    for each in found:
        counts["dossiers"] += 1
        counts["moved"] += bool(each.moved)
        counts["dates"] += len(each.moved)
        if each.failure is not None:
            counts["failed"] += 1
            print(f"motcua calendar: {each.dossier}: {each.failure.vi}\n({each.failure.en})",
                  file=sys.stderr)
        yield each


def _sum(counts: Mapping[str, int], *, dry: bool) -> str:
    verb = "sẽ dời (would move)" if dry else "đã dời (moved)"
    failed = f"; {counts['failed']} hồ sơ không tính được, hãy chạy lại (failed, run again)" \
        if counts["failed"] else ""
    return (f"{counts['dates']} hạn của {counts['moved']} hồ sơ {verb}, trong "
            f"{counts['dossiers']} hồ sơ đang chạy đã xét (running dossiers looked at){failed}")


def _short(moment: str | None) -> str:
    return "—" if moment is None else f"{datetime.fromisoformat(moment):%H:%M %d/%m/%Y}"
