"""`make bench`: measure every row, print the table; --write puts it into bench/README.md."""

from __future__ import annotations

import argparse
import sys

from bench import table
from bench.row_shapes import diamonds, due_dates, large, send_backs
from bench.row_state import in_memory


def main(arguments: list[str] | None = None) -> int:
    """Run the rows that are asked for (all of them without --rows)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="update bench/README.md")
    parser.add_argument("--rounds", type=int, default=40, help="dossiers of 8 tasks per row")
    asked = parser.parse_args(arguments)
    rows = [*in_memory(asked.rounds), send_backs(1000), diamonds(200), large(200), due_dates(200)]
    print(table.text(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
