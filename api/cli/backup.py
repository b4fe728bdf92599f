"""`motcua backup` and `motcua restore` (sao lưu, phục hồi): the database in a file, papers beside.

The files of papers are copied by hash into a folder; a restore puts back what the store lacks and
reads every file that the database names against its hash. What was erased by decision is copied
neither way, and goes from the copies.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from api.cli.parsing import Parser
from api.places import files_of
from api.settings import Settings
from engine.errors import Invalid, MotcuaError
from engine.store import backup as archive
from engine.store import embedded, filing
from engine.store.files import Files
from engine.store.filing import Recorded

_SAYS = {
    "backup": "Sao lưu cơ sở dữ liệu vào một tệp mới, và chép các tệp giấy tờ (the database into a "
              "new file, and copies of the files of papers).",
    "restore": "Phục hồi vào cơ sở dữ liệu trống, trọn vẹn hoặc không gì cả, và trả lại các tệp "
               "giấy tờ (into an empty database, wholly or not at all, and the files of papers).",
}


def backup(argv: list[str]) -> int:
    """Write database and files anew; return 0, 1 for a failure, 2 for bad arguments."""
    return _run("backup", _backup, argv)


def restore(argv: list[str]) -> int:
    """Restore into an empty database and the file store; return 0, 1 for a failure, 2 as above."""
    return _run("restore", _restore, argv)


def _run(
    name: str, work: Callable[[argparse.Namespace], Sequence[Recorded]], argv: list[str],
) -> int:
    asked = _parser(name).parse_args(argv)
    try:
        lost = work(asked)
    except MotcuaError as error:
        print(f"motcua {name}: {error.vi}\n({error.en})", file=sys.stderr)
        return 2 if isinstance(error, Invalid) else 1
    for sha256, size in lost:
        print(f"tệp thiếu hoặc đã bị sửa / missing or changed: {sha256}  {size} byte",
              file=sys.stderr)
    print(asked.file)
    return 1 if lost else 0


def _backup(asked: argparse.Namespace) -> Sequence[Recorded]:
    url, folder = _url(asked), _folder(asked)
    archive.backup(url, asked.file)
    if folder is None:
        return ()
    # Rows of uploads follow their files: what the archive names is in the store by now, but for
    # what was erased and for papers of other nodes, whose rows come first; neither is asked for.
    files, copies = filing.recorded(url), filing.copies(folder)
    lost = list(filing.copy(files, _store(), copies)) if files else []
    for name in filing.erased(url):  # asked last: what was erased meanwhile goes too
        copies.remove(name)
    print(f"{len(files) - len(lost)}/{len(files)} tệp giấy tờ / files of papers: {folder}")
    return lost


def _restore(asked: argparse.Namespace) -> Sequence[Recorded]:
    url, folder = _url(asked), _folder(asked)
    archive.restore(url, asked.file)
    if folder is None:
        return ()
    files, store = filing.recorded(url), _store()
    if files and folder.is_dir():
        for _ in filing.copy(files, filing.copies(folder), store):
            pass  # what the copies lack may lie in the store; the check below tells
    lost = list(filing.lost(files, store))
    print(f"{len(files) - len(lost)}/{len(files)} tệp giấy tờ nguyên vẹn / files of papers whole")
    return lost


def _folder(asked: argparse.Namespace) -> Path | None:
    """Return the folder of copies, None where files are saved by other means."""
    if asked.no_files:
        return None
    found: Path = asked.files or asked.file.with_name(f"{asked.file.name}.files")
    return found


def _store() -> Files:
    place = os.environ.get("MOTCUA_FILES", "").strip()
    return files_of(Settings(embedded.home(), files=place))


def _parser(name: str) -> Parser:
    parser = Parser(f"motcua {name}", _SAYS[name])
    parser.add_argument("file", type=Path, metavar="FILE", help="tệp sao lưu (the backup)")
    parser.add_argument(
        "--files", type=Path, metavar="FOLDER",
        help="thư mục chứa bản sao các tệp giấy tờ, dùng chung được cho nhiều lần, mặc định "
             "FILE.files (copies of the files of papers; one folder serves every night)",
    )
    parser.add_argument(
        "--no-files", action="store_true",
        help="chỉ cơ sở dữ liệu; kho tệp được sao lưu cách khác (the database alone)",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--database", metavar="URL", default=os.environ.get("MOTCUA_DATABASE_URL"),
        help="URL của chủ sở hữu cơ sở dữ liệu, mặc định MOTCUA_DATABASE_URL (the owner's URL)",
    )
    where.add_argument(
        "--embedded", metavar="NAME", nargs="?", const=embedded.DATABASE,
        help="cơ sở dữ liệu kèm theo, tên mặc định motcua (the embedded database server)",
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
