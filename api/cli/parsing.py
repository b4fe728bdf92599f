"""Reading a command line (đọc dòng lệnh): help in both languages, and no abbreviations."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from engine.errors import Invalid

#: What `--json` says of itself wherever a command has it.
JSON = "trả lời bằng JSON (answer in JSON)"


class Parser(argparse.ArgumentParser):
    """A parser whose help an operator reads in Vietnamese, English beside it."""

    def __init__(self, prog: str | None = None, says: str = "", **further: Any) -> None:
        further.setdefault("description", says)
        super().__init__(prog=prog, allow_abbrev=False, add_help=False, **further)
        self._positionals.title = "đối số (arguments)"
        self._optionals.title = "tùy chọn (options)"
        self.add_argument("-h", "--help", action="help",
                          help="in hướng dẫn này rồi thôi (show this help and exit)")


class Refusing(Parser):
    """Raises instead of leaving the process, so that a fault is answered with JSON too."""

    def error(self, message: str) -> NoReturn:
        """Raise Invalid with what argparse found wrong."""
        raise Invalid(f"Dòng lệnh sai: {message}", f"bad arguments: {message}",
                      code="bad-arguments")


def verb(verbs: Any, name: str, says: str) -> Parser:
    """Add a sub-command that says the same in the list of all and in its own help."""
    made: Parser = verbs.add_parser(name, help=says, description=says)
    return made
