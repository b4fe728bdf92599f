"""What the commands of a server share (đối số chung): settings by flags, refusals as sentences."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from api.cli.parsing import Parser
from api.settings import Settings, from_environment
from engine.errors import Invalid, MotcuaError


def parser(name: str, says: str) -> Parser:
    """Return a parser for a command that takes no abbreviations."""
    return Parser(f"motcua {name}", says)


def add_place(target: argparse.ArgumentParser) -> None:
    """Add the flags that say which database and which clock."""
    target.add_argument(
        "--embedded", action="store_true",
        help="cơ sở dữ liệu kèm theo, chỉ để dùng thử (the embedded database server, for trying "
             "things out)",
    )
    target.add_argument(
        "--clock", type=Path, metavar="FILE",
        help="tệp ghi giờ thay đồng hồ máy, chỉ cùng --embedded (a file that tells the time "
             "instead of the machine's clock, with --embedded alone)",
    )


def add_decision(target: argparse.ArgumentParser) -> None:
    """Add the flags that say which decision is entered, who took it, and who enters it."""
    for flag, name, says in (
        ("--decision", "decision", "số quyết định (number of the decision)"),
        ("--by", "by", "ai quyết định (who took it)"),
        ("--as", "person", "mã văn thư nhập việc này (id of the records clerk who enters it)"),
    ):
        target.add_argument(flag, dest=name, required=True, metavar="TEXT", help=says)


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers between two bounds."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{least}..{most}")
        return number

    return read


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings of the environment under these flags; raise Invalid saying what lacks."""
    return from_environment(os.environ, embedded=options.embedded, clock_file=options.clock)


def told(name: str, work: Callable[[], int]) -> int:
    """Do the work; a refusal becomes sentences on standard error and 1, or 2 where asked wrongly.

    Asked wrongly means a setting or a file that cannot be used, before anything was done.
    """
    try:
        return work()
    except MotcuaError as error:
        faults = getattr(error, "faults", ())
        lines = [f"motcua {name}: {error.vi}", f"({error.en})"]
        lines += [f"  {fault.pointer}: {fault.vi} ({fault.en})" for fault in faults]
        print("\n".join(lines), file=sys.stderr)
        return 2 if isinstance(error, Invalid) and error.code in _ASKED_WRONGLY else 1


#: Refusals of the command line itself.
_ASKED_WRONGLY = frozenset({
    "no-database", "no-issuer", "clock-without-embedded", "file-unreadable", "register-unreadable",
    "checkpoint-key", "clock-unreadable", "bounds-unreadable", "calendar-file",
    "code-pattern", "papers-folder", "paper-unreadable", "files-place", "connectors-unreadable",
    "portal-file", "portal-none", "bad-period",
})
