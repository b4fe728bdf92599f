"""What every test may ask for: a standing clock, the shared tables, real PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import faulty
import papers_linked
import psycopg
import pytest
import signing_linked
import signing_town
from http_town import Issuer, Town, running
from linked import M001, Site, Superuser, sites
from portal_stand_in import Portal, portal_running
from settling import SEED, Nodes, nodes
from signing_town import Country, Place
from town import COMMUNE, INSURANCE, POLICE, bring_into_force, pack_files, settle_town

from api.settings import Settings
from engine.clock import VIETNAM, FixedClock
from engine.office import Office
from engine.store import Store, embedded
from engine.store.migrate import migrate
from engine.store.tables import APPLICATION

ROOT = Path(__file__).resolve().parent.parent
_numbers = count(1)


#: Files that wait longest for processes of their own: begun first, so that none runs on alone.
LONG = (
    "test_jobs_worker", "test_worker_beside", "test_portal_worker", "test_examples",
    "test_http_server", "test_services_workers", "test_portal_sync", "test_worktime_odd_weeks",
    "test_lint_command", "test_linked_audit", "test_bench", "test_token_game",
    "test_linked_operators", "test_pack_drawings", "test_portal_file", "test_confined",
)


def pytest_xdist_auto_num_workers() -> int:
    """Let two more run than there are cores: half of the time a test waits for a server."""
    return (os.cpu_count() or 2) + 2


def pytest_sessionstart(session: pytest.Session) -> None:
    """Print the seed of faults and kills, once, by whichever process speaks for the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not hasattr(session.config, "workerinput"):
        reporter.write_line(f"seed {SEED} (MOTCUA_SEED={SEED} repeats it)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first; all else stays in its order."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at 08:00 of Monday 9 November 2026 in Viet Nam, a plain working week."""
    return FixedClock(datetime(2026, 11, 9, 8, 0, tzinfo=VIETNAM))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published tables that the project reads and does not copy."""
    folder = Path(os.environ.get("MOTCUA_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}; MOTCUA_SHARED names the one that holds procedures/")
    return folder


@pytest.fixture(scope="session")
def tables(shared: Path) -> list[dict[str, Any]]:
    """The published tables of internal processes, one object each."""
    return json.loads((shared / "procedures" / "tables.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def server() -> Iterator[Path]:
    """The home of an embedded server of this test run alone, stopped and removed at its end."""
    home = Path(tempfile.mkdtemp(prefix="motcua-"))  # not tmp_path: sockets need a short path
    embedded.embedded(home)
    with psycopg.connect(_plain(embedded.address(home)), autocommit=True) as connection:
        # What a test wrote need not outlive a power cut.
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield home
    embedded.stop(home)
    shutil.rmtree(home)


@pytest.fixture
def new_database(server: Path) -> Iterator[Callable[..., str]]:
    """Make databases for one test: call it (optionally with template=NAME) for an owner's URL."""
    made: list[str] = []

    def make(template: str = "template0") -> str:
        made.append(f"test_{next(_numbers)}")
        _administer(server, f'CREATE DATABASE "{made[-1]}" TEMPLATE "{template}"')
        return embedded.address(server, database=made[-1])

    yield make
    for name in made:
        _administer(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def database(new_database: Callable[..., str]) -> str:
    """The superuser's URL of an empty database that only this test uses."""
    return new_database()


def _administer(home: Path, statement: str) -> None:
    address = _plain(embedded.address(home, database=embedded.SUPERUSER))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


@pytest.fixture(scope="session")
def migrated(server: Path) -> str:
    """The name of a migrated database from which others are copied."""
    _administer(server, "CREATE DATABASE migrated")
    migrate(embedded.address(server, database="migrated"))
    return "migrated"


@pytest.fixture
def owner(migrated: str, new_database: Callable[..., str]) -> str:
    """The superuser's plain URL of the database that `store` reaches as the application role."""
    return _plain(new_database(template=migrated))


@pytest.fixture
def store(server: Path, owner: str) -> Iterator[Store]:
    """The archive of a town of its own, as the application role reaches it."""
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    store = Store(embedded.address(server, role=APPLICATION, database=name), pool_size=8)
    settle_town(store)
    yield store
    store.close()


@pytest.fixture(scope="session")
def with_m001(server: Path, migrated: str) -> str:
    """The name of a town's database with M001 in force, from which linked nodes are copied."""
    _administer(server, f'CREATE DATABASE with_m001 TEMPLATE "{migrated}"')
    store = Store(embedded.address(server, role=APPLICATION, database="with_m001"))
    settle_town(store)
    standing = FixedClock(datetime(2026, 11, 9, 8, 0, tzinfo=VIETNAM))
    bring_into_force(Office(store, standing), M001, pack_files("m001"), standing)
    store.close()
    return "with_m001"


@pytest.fixture
def new_store(
    server: Path, with_m001: str, new_database: Callable[..., str],
) -> Iterator[Callable[[], Store]]:
    """Make archives, each a database of its own: the town, with M001 in force."""
    made: list[Store] = []

    def make() -> Store:
        name = new_database(template=with_m001).split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
        made.append(Store(embedded.address(server, role=APPLICATION, database=name)))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def signing_neighbours(
    new_store: Callable[[], Store], clock: FixedClock, tmp_path: Path, country: Country,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Site, Site]]:
    """Such two nodes; the chief of the police can sign, and trusts the country's root."""
    monkeypatch.setenv(signing_town.VARIABLE, signing_town.PASSPHRASE)
    with signing_linked.two_nodes(new_store, clock, tmp_path, country) as found:
        yield found


@pytest.fixture
def neighbours(
    new_store: Callable[[], Store], clock: FixedClock, tmp_path: Path,
) -> Iterator[tuple[Site, Site]]:
    """A commune and the police, linked, with a procedure in force whose papers cross."""
    with papers_linked.two_nodes(new_store, clock, tmp_path) as found:
        yield found


@pytest.fixture
def commune(neighbours: tuple[Site, Site]) -> Site:
    return neighbours[0]


@pytest.fixture
def police(neighbours: tuple[Site, Site]) -> Site:
    return neighbours[1]


@pytest.fixture
def three_nodes(
    new_store: Callable[[], Store], clock: FixedClock, tmp_path: Path,
) -> Iterator[list[Site]]:
    """A commune, the police and social insurance, linked, with M001 in force at each."""
    with sites(("commune", "police", "insurance"), new_store, clock, tmp_path) as found:
        commune, police, insurance = found
        commune.know(police, (POLICE,))
        commune.know(insurance, (INSURANCE,))
        for site in (police, insurance):
            site.know(commune, (COMMUNE,))
        yield found


@pytest.fixture(scope="session")
def prepared() -> Iterator[Path]:
    """The home of a stopped server, ready for nodes that can be killed: each takes a copy."""
    home = faulty.home()
    faulty.prepare(home)
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def pair(prepared: Path) -> Iterator[Nodes]:
    """Three real nodes with a failing network before each, for all tests of a file."""
    with nodes(prepared) as found:
        yield found


@pytest.fixture
def superuser(server: Path) -> Superuser:
    """Reach a node's database behind its triggers."""
    def connect(site: Site) -> psycopg.Connection:
        with site.store.reading() as connection:
            name = connection.info.dbname
        url = embedded.address(server, database=name).replace("+psycopg", "")
        opened = psycopg.connect(url, autocommit=True)
        opened.execute("SET session_replication_role = replica")
        return opened

    return connect


@pytest.fixture
def office(store: Store, clock: FixedClock) -> Office:
    """The office of that town, its clock standing."""
    return Office(store, clock)


@pytest.fixture
def issuer(clock: FixedClock) -> Issuer:
    """Who makes the town's tokens, by the town's clock."""
    return Issuer(clock)


@pytest.fixture
def here(store: Store, clock: FixedClock, issuer: Issuer, tmp_path: Path) -> Iterator[Town]:
    """The town behind a real HTTP server, without any procedure yet."""
    settings = Settings(tmp_path, files=str(tmp_path / "files"))
    with running(store, clock, issuer, settings=settings) as base:
        yield Town(base, issuer)


@pytest.fixture(scope="session")
def country() -> Country:
    """Certificate authorities and officials' certificates, made for this test run."""
    return signing_town.country()


@pytest.fixture
def signing(
    store: Store, clock: FixedClock, tmp_path: Path, country: Country,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    """The town with a connector that signs by files of keys."""
    monkeypatch.setenv(signing_town.VARIABLE, signing_town.PASSPHRASE)
    configured = signing_town.configuration(tmp_path, country)
    with signing_town.opened(store, clock, tmp_path, configured) as found:
        yield found


@pytest.fixture
def ready(office: Office, clock: FixedClock) -> Office:
    """The town's office with P088 in force."""
    bring_into_force(office, "2.002755", pack_files("p088"), clock)
    return office


@pytest.fixture
def p088(here: Town, ready: Office) -> Town:
    """The town, its server running, with P088 in force."""
    return here


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A stand-in of the national portal that answers."""
    with portal_running() as running:
        yield running


@pytest.fixture
def at(server: Path, owner: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A town whose database the environment names, for the application role."""
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    url = embedded.address(server, role=APPLICATION, database=name)
    monkeypatch.setenv("MOTCUA_DATABASE_URL", _plain(url))
    monkeypatch.setenv("MOTCUA_OIDC_ISSUER", "https://id.example")
    return store
