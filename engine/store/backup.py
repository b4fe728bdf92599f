"""Backup and restore (sao lưu và phục hồi): the whole database in one file, by its own tools.

A custom-format archive of pg_dump: tables, triggers, owners and grants, everything of one moment.
Settings of the database itself and passwords of roles are the server's and not in it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import make_url

from engine.errors import Conflict, Invalid, Unavailable
from engine.store.binaries import Programs, wheel_folder

# Lines of an archive's script that name a role, as pg_restore writes them.
_ROLE = re.compile(
    r'^(?:ALTER [^;]* OWNER TO|GRANT [^;]* TO|.*ALTER DEFAULT PRIVILEGES FOR ROLE) ("[^"]+"|\w+)',
    re.MULTILINE,
)
_OBJECTS = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""


@dataclass(frozen=True)
class _Server:
    """A server as its tools reach it: the password is not in arguments that others can list."""

    conninfo: str
    environment: dict[str, str]
    version: int


def backup(url: str, file: Path) -> None:
    """Write the database at `url` to a new file that only its owner can read.

    Raise Conflict when the file exists, Unavailable when the server does not answer or no pg_dump
    of its version is to be found. A failed backup leaves no file under the name asked for.
    """
    if file.exists():
        raise Conflict(
            f"Tệp {file} đã có; hãy chọn tên khác để không ghi đè bản sao lưu.",
            f"The file {file} exists; choose another name, a backup is not overwritten.",
            code="backup-exists",
        )
    server = _reach(url)
    part = file.absolute().with_name(f"{file.name}.part")
    _programs(server).run(
        "pg_dump", "--format=custom", f"--file={part}", f"--dbname={server.conninfo}", timeout=None
    )
    part.rename(file)


def restore(url: str, file: Path) -> None:
    """Restore a backup into the empty database at `url`, wholly or not at all.

    The URL is that of a superuser, or of an owner who may create roles; roles named in the backup
    that the server does not know are made, without passwords. Raise Invalid when the file cannot be
    read as a backup, Conflict when the database is not empty, Unavailable otherwise.
    """
    server = _reach(url)
    programs = _programs(server)
    with psycopg.connect(server.conninfo, password=_password(server), autocommit=True) as database:
        _demand_empty(database)
        _make_roles(database, _roles(programs, file))
    programs.run(
        "pg_restore", "--single-transaction", "--exit-on-error", f"--dbname={server.conninfo}",
        str(file.absolute()), timeout=None,
    )


def _reach(url: str) -> _Server:
    parsed = make_url(url)
    named = {**parsed.translate_connect_args(username="user", database="dbname"), **parsed.query}
    named.pop("password", None)
    conninfo = make_conninfo(**named)
    kept = {k: v for k, v in os.environ.items() if k.startswith("PG") or k in {"HOME", "PATH"}}
    environment = kept | ({"PGPASSWORD": str(parsed.password)} if parsed.password else {})
    try:
        with psycopg.connect(conninfo, password=environment.get("PGPASSWORD")) as database:
            return _Server(conninfo, environment, database.info.server_version // 10_000)
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"Máy chủ cơ sở dữ liệu không trả lời: {error}",
            f"The database server does not answer: {error}",
            code="database-down",
        ) from error


def _password(server: _Server) -> str | None:
    return server.environment.get("PGPASSWORD")


def _programs(server: _Server) -> Programs:
    """Return the tools nearest to the server's version from above; older ones refuse it."""
    fitting: dict[int, Path] = {}
    for folder in _folders(server.environment.get("PATH", os.defpath)):
        said = Programs(folder, environment=server.environment).run("pg_dump", "--version")
        found = re.search(r"\) (\d+)", said)
        if found and int(found[1]) >= server.version:
            fitting.setdefault(int(found[1]), folder)
    if not fitting:
        raise Unavailable(
            f"Không tìm thấy pg_dump và pg_restore cho PostgreSQL {server.version}. "
            f"Hãy cài postgresql-client-{server.version}.",
            f"No pg_dump and pg_restore for PostgreSQL {server.version} were found. "
            f"Install postgresql-client-{server.version}.",
            code="backup-tools-missing",
        )
    return Programs(fitting[min(fitting)], environment=server.environment)


def _folders(path: str) -> Iterable[Path]:
    named = [Path(place) for place in path.split(os.pathsep) if place]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    wheel = wheel_folder()
    for folder in [*named, *debian, *([wheel] if wheel else [])]:
        if all(shutil.which(tool, path=str(folder)) for tool in ("pg_dump", "pg_restore")):
            yield folder


def _demand_empty(database: psycopg.Connection) -> None:
    row = database.execute(_OBJECTS).fetchone()
    if row and row[0]:
        raise Conflict(
            "Cơ sở dữ liệu đích không rỗng. Hãy tạo cơ sở dữ liệu mới rồi phục hồi vào đó.",
            "The database to restore into is not empty. Create a new one and restore into that.",
            code="restore-not-empty",
        )


def _roles(programs: Programs, file: Path) -> set[str]:
    try:
        script = programs.run("pg_restore", "--schema-only", "--file=-", str(file.absolute()))
    except Unavailable as error:
        raise Invalid(
            f"Không đọc được bản sao lưu {file}: {error.facts.get('words')}",
            f"The backup {file} cannot be read: {error.facts.get('words')}",
            code="backup-unreadable",
        ) from error
    return {name.strip('"') for name in _ROLE.findall(script)} - {"PUBLIC"}


def _make_roles(database: psycopg.Connection, roles: set[str]) -> None:
    known = {row[0] for row in database.execute("SELECT rolname FROM pg_roles")}
    for role in sorted(roles - known):
        database.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
