"""Parsing (đọc dòng lệnh): a wrong command line is refused as any input, so that JSON says so."""

from __future__ import annotations

import argparse
from typing import NoReturn

from engine.errors import Invalid


class Parser(argparse.ArgumentParser):
    """A command's parser that takes no abbreviations, and raises Invalid instead of leaving."""

    def __init__(self, name: str, says: str) -> None:
        super().__init__(prog=f"motcua {name}", description=says, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise Invalid with what argparse says."""
        raise Invalid(
            f"Dòng lệnh sai: {message}", f"bad arguments: {message}", code="bad-arguments",
        )
