"""The embedded server (máy chủ cơ sở dữ liệu kèm theo): real PostgreSQL for trying and testing.

It listens on a socket inside a folder that only its owner opens, never on the network, and goes on
running when the command that started it ends, so that later commands and gunicorn's workers find
it. A province names its own server in MOTCUA_DATABASE_URL.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from engine.errors import Unavailable
from engine.store.binaries import Programs, server_programs

DATABASE = "motcua"
#: The role that owns the cluster; the application's own roles come from the migrations.
SUPERUSER = "postgres"
_PATIENCE = 60.0  # seconds; a first start takes one, crash recovery on a loaded machine some more
_SOCKET_LIMIT = 107  # bytes in a socket's path on Linux


def home() -> Path:
    """Return the folder of the embedded server: MOTCUA_HOME, else the place for lasting state.

    As root that is /var/lib/motcua: under a home folder the server's account could not reach it.
    """
    named = os.environ.get("MOTCUA_HOME")
    if named:
        return Path(named).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/motcua")
    return Path.home() / ".local" / "state" / "motcua"


def address(home: Path, *, role: str = SUPERUSER, database: str = DATABASE) -> str:
    """Return the URL by which `role` reaches a database of the server in `home`, running or not."""
    host = quote(str(_socket(home)), safe="/")
    return f"postgresql+psycopg://{role}@/{database}?host={host}"


def embedded(home: Path) -> str:
    """Start the server in `home`, or find it running, and return the superuser's URL.

    Any number of processes may ask at once. The first start makes the cluster and an empty database
    `motcua`. Raise Unavailable when the wheel is missing, the folder cannot be used, or the server
    does not start.
    """
    home = home.absolute()
    if not _answers(home, DATABASE):
        _check_length(home)
        with _alone(home):
            programs = server_programs(home)
            _initialise(home, programs)
            _start(home, programs)
            _create_database(home)
    return address(home)


def stop(home: Path) -> bool:
    """Stop the server in `home`, ending its sessions; tell whether one was running."""
    home = home.absolute()
    if not (_data(home) / "postmaster.pid").exists():
        return False
    with _alone(home):
        if not _answers(home):
            return False
        server_programs(home).run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(_data(home)))
    return True


def _data(home: Path) -> Path:
    return home / "database"


def _socket(home: Path) -> Path:
    return home / "run"


def _answers(home: Path, database: str = SUPERUSER) -> bool:
    if not _socket(home).exists():
        return False
    try:
        psycopg.connect(
            host=str(_socket(home)), user=SUPERUSER, dbname=database, connect_timeout=5
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def _check_length(home: Path) -> None:
    if len(os.fsencode(_socket(home) / ".s.PGSQL.5432")) > _SOCKET_LIMIT:
        raise Unavailable(
            f"Đường dẫn {home} quá dài cho socket của PostgreSQL. "
            "Hãy đặt MOTCUA_HOME tới thư mục có tên ngắn hơn.",
            f"The path {home} is too long for PostgreSQL's socket. "
            "Let MOTCUA_HOME name a folder with a shorter path.",
            code="embedded-path",
        )


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the folder's lock, so that one process at a time starts or stops the server."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:  # the server's account passes through, and reads nothing
            home.chmod(home.stat().st_mode | 0o011)
        lock = (home / "lock").open("w")
    except OSError as error:
        raise Unavailable(
            f"Không dùng được thư mục {home}: {error.strerror}. "
            "Hãy đặt MOTCUA_HOME tới thư mục ghi được.",
            f"The folder {home} cannot be used: {error.strerror}. "
            "Let MOTCUA_HOME name a folder that can be written.",
            code="embedded-folder",
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _initialise(home: Path, programs: Programs) -> None:
    """Make the cluster once; a broken attempt leaves only a folder that the next one replaces."""
    _own_folder(_socket(home), programs)
    if _data(home).exists():
        return
    fresh = home / "database.new"
    shutil.rmtree(fresh, ignore_errors=True)
    _own_folder(fresh, programs)
    programs.run(
        "initdb", "--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8", "--locale=C",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--set=timezone=UTC",
        "--set=log_timezone=UTC", "-D", str(fresh),
    )
    fresh.rename(_data(home))


def _own_folder(folder: Path, programs: Programs) -> None:
    """Make a folder that only the server's account opens: its sockets ask no password."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if programs.account:
        os.chown(folder, programs.account.uid, programs.account.gid)


def _start(home: Path, programs: Programs) -> None:
    """Start the server and wait until it answers.

    After its main process was killed, the old sessions must end before a start succeeds: try again
    until they have.
    """
    options = f"-h '' -k {shlex.quote(str(_socket(home)))}"
    patience = time.monotonic() + _PATIENCE
    while not _answers(home):
        try:
            programs.run(
                "pg_ctl", "start", "-w", "-t", "60", "-D", str(_data(home)),
                "-l", str(_data(home) / "server.log"), "-o", options,
            )
        except Unavailable:
            if time.monotonic() > patience:
                raise
            time.sleep(0.2)


def _create_database(home: Path) -> None:
    with psycopg.connect(
        host=str(_socket(home)), user=SUPERUSER, dbname=SUPERUSER, autocommit=True
    ) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(f'CREATE DATABASE "{DATABASE}" TEMPLATE template0')
