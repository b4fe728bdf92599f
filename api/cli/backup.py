"""`motcua backup` and `motcua restore` (sao lưu, phục hồi): the whole database in a file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from engine.errors import Invalid, MotcuaError
from engine.store import backup as archive
from engine.store import embedded


def backup(argv: list[str]) -> int:
    """Write the database to a new file; return 0, 1 for a failure, 2 for bad arguments."""
    return _run("backup", archive.backup, argv)


def restore(argv: list[str]) -> int:
    """Restore a file into an empty database; return 0, 1 for a failure, 2 for a bad argument."""
    return _run("restore", archive.restore, argv)


def _run(name: str, work: Callable[[str, Path], None], argv: list[str]) -> int:
    asked = _parser(name).parse_args(argv)
    try:
        work(_url(asked), asked.file)
    except MotcuaError as error:
        print(f"motcua {name}: {error.vi}\n({error.en})", file=sys.stderr)
        return 2 if isinstance(error, Invalid) else 1
    print(asked.file)
    return 0


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"motcua {name}", allow_abbrev=False)
    parser.add_argument("file", type=Path, metavar="FILE", help="tệp sao lưu (the backup)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--database", metavar="URL", default=os.environ.get("MOTCUA_DATABASE_URL"),
        help="URL của chủ sở hữu cơ sở dữ liệu (the owner's); mặc định MOTCUA_DATABASE_URL",
    )
    where.add_argument(
        "--embedded", metavar="NAME", nargs="?", const=embedded.DATABASE,
        help="máy chủ kèm theo (the embedded server), tên cơ sở dữ liệu mặc định motcua",
    )
    return parser


def _url(asked: argparse.Namespace) -> str:
    if asked.embedded:
        embedded.embedded(embedded.home())
        return embedded.address(embedded.home(), database=asked.embedded)
    if asked.database:
        return str(asked.database)
    raise Invalid(
        "Chưa biết cơ sở dữ liệu nào: hãy đặt MOTCUA_DATABASE_URL, hoặc --database, --embedded.",
        "No database is named: set MOTCUA_DATABASE_URL, or give --database or --embedded.",
        code="no-database",
    )
