"""`make bench`: measure every row, print the table; --write puts it into bench/README.md."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable

import structlog

from bench import table
from bench.premises import premises
from bench.row_durable import durable
from bench.row_http import over_http
from bench.row_links import linked
from bench.row_lint import linting, linting_large
from bench.row_shapes import diamonds, due_dates, large, send_backs
from bench.row_state import in_memory
from bench.row_timers import due_timers
from bench.row_worklist import worklists
from bench.table import Row

#: Rounds of the rows of strain; 200 is the least for a row whose bar is held.
ROUNDS = 200


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return 1 where a row misses its bar."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--write", action="store_true", help="update bench/README.md")
    parser.add_argument(
        "--dossiers", type=int, default=60, help="dossiers of 8 tasks per row (25 give n = 200)")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--only", choices=("lint",), help="measure these rows alone")
    only.add_argument(
        "--worklist", action="store_true", help="measure the worklist among a million tasks alone")
    asked = parser.parse_args(arguments)
    if asked.only and asked.write:
        parser.error("--write takes all rows, not --only some")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rows = sorted(_asked(asked), key=lambda row: (row.number == "+", row.number))
    shown = table.text(rows)
    print(shown)
    if asked.write:
        table.write(shown, "worklist" if asked.worklist else "measured")
    return 0 if all(row.holds for row in rows) else 1


def _measured(dossiers: int) -> list[Row]:
    rows = [*_told("in memory", lambda: in_memory(dossiers))]
    with premises() as place:
        rows += _told("on PostgreSQL", lambda: durable(place, dossiers))
        rows += _told("over HTTP", lambda: over_http(place, dossiers))
        rows += _told("node to node", lambda: linked(place, ROUNDS))
        rows += _told("timers", lambda: due_timers(place, ROUNDS))
    return rows + _told("loops, diamonds, large drawings, due dates", lambda: [
        send_backs(1_000), diamonds(ROUNDS), large(ROUNDS), due_dates(ROUNDS),
    ]) + _linted()


def _asked(asked: argparse.Namespace) -> list[Row]:
    if asked.only:
        return _linted()
    return _worklists() if asked.worklist else _measured(asked.dossiers)


def _linted() -> list[Row]:
    return _told("lint", lambda: [linting(ROUNDS), linting_large(ROUNDS // 4)])


def _worklists() -> list[Row]:
    with premises() as place:
        return _told("worklists", lambda: worklists(place, ROUNDS))


def _told(what: str, measure: Callable[[], list[Row]]) -> list[Row]:
    print(f"measuring {what} ...", file=sys.stderr, flush=True)
    return measure()


if __name__ == "__main__":
    sys.exit(main())
