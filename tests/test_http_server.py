"""`motcua serve`: gunicorn starts on a ready database, says why it does not, survives its loss."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import requests
import town
from http_town import Issuer, Person, new_dossier, published

from engine.clock import SystemClock
from engine.office import Office
from engine.store import Store, embedded, people
from engine.store.tables import APPLICATION

WELL_KNOWN = "/.well-known/openid-configuration"
CODE = "2.002755"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def motcua(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments], env={**clean, **environment}, text=True,
        capture_output=True, check=False, timeout=60,
    )


@contextmanager
def served(environment: Mapping[str, str], *more: str) -> Iterator[str]:
    port = free_port()
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", str(port), *more],
        env={**clean, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: requests.get(f"{base}/readyz", timeout=5).status_code == 200)
        yield base
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
        assert "Traceback" not in output
    assert process.returncode == 0


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            if true():
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.1)
    pytest.fail("waited in vain")


@pytest.fixture
def url(server: Path, owner: str, store: Store) -> str:
    """The URL of a town's own database for the application role."""
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    return embedded.address(server, role=APPLICATION, database=name)


@pytest.fixture
def away(store: Store) -> Iterator[Issuer]:
    """An issuer that publishes its keys over HTTP, and whose tokens name the town's officials."""
    issuer = Issuer(SystemClock())
    documents = {
        WELL_KNOWN: {"issuer": "BASE", "jwks_uri": "BASE/jwks"}, "/jwks": issuer.keys().as_dict(),
    }
    with published(documents) as (name, _):
        issuer.name = name
        with store.reading() as connection:
            people.put(connection, [], [(a, name, a.id) for a in town.EVERYBODY])
        yield issuer


@pytest.fixture
def environment(url: str, away: Issuer) -> dict[str, str]:
    """What a server of that town and issuer finds in its environment."""
    return {"MOTCUA_DATABASE_URL": url, "MOTCUA_OIDC_ISSUER": away.name}


def reception(base: str, issuer: Issuer) -> Person:
    return Person(base, issuer, town.official(town.COMMUNE, "one_stop_officer").id)


def bring_p088(store: Store) -> None:
    clock = SystemClock()
    town.bring_into_force(Office(store, clock), CODE, town.pack_files("p088"), clock)


def test_gunicorn_serves_with_the_issuers_keys_and_sums_its_workers_numbers(
    environment: dict[str, str], away: Issuer, store: Store,
) -> None:
    bring_p088(store)
    with served(environment, "--workers", "2") as base:
        answer = reception(base, away).post("/dossiers", new_dossier(CODE))
        assert answer.status_code == 201, answer.text
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: reception(base, away).get("/tasks"), range(40)))
        numbers = requests.get(f"{base}/metrics", timeout=10).text
        line = 'motcua_requests_total{method="GET",route="/api/v1/tasks",status="200"} 40.0'
        assert line in numbers


def test_four_officials_who_complete_one_task_at_once_complete_it_once(
    environment: dict[str, str], away: Issuer, store: Store,
) -> None:
    bring_p088(store)
    with served(environment, "--workers", "2") as base:
        person = reception(base, away)
        dossier = person.post("/dossiers", new_dossier(CODE)).json()
        (task,) = person.get("/tasks", dossier=dossier["code"]).json()["items"]
        body = {"answers": {"Gateway_B1": "Tiếp nhận"}}

        def complete(_: int) -> int:
            path = f"/tasks/{task['id']}/complete"
            return person.post(path, body, etag=task["etag"]).status_code

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(complete, range(4))) == [200, 409, 409, 409]
            keyed = pool.map(lambda _: person.post("/dossiers", new_dossier(CODE), key="one"),
                             range(4))
            assert len({answer.json()["code"] for answer in keyed}) == 1


def test_a_database_that_dies_in_the_middle_is_told_and_used_again_when_it_is_back(
    environment: dict[str, str], away: Issuer, owner: str, store: Store,
) -> None:
    bring_p088(store)
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    with served(environment, "--workers", "1") as base, psycopg.connect(
        owner.replace(f"/{name}?", "/postgres?"), autocommit=True,
    ) as elsewhere:
        assert reception(base, away).post("/dossiers", new_dossier(CODE)).status_code == 201
        elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        elsewhere.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name],
        )
        answers = [reception(base, away).post("/dossiers", new_dossier(CODE)) for _ in range(3)]
        assert {a.status_code for a in answers} == {503}
        assert {a.json()["code"] for a in answers} == {"database-unavailable"}
        assert all(a.headers["Retry-After"] for a in answers)
        assert requests.get(f"{base}/readyz", timeout=10).status_code == 503
        assert requests.get(f"{base}/healthz", timeout=10).status_code == 200
        elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        back = reception(base, away).post("/dossiers", new_dossier(CODE))
        assert (back.status_code, back.json()["code"][-4:]) == (201, "0002")


def test_a_server_does_not_start_on_a_database_that_is_down() -> None:
    nobody = f"postgresql://motcua_app@127.0.0.1:{free_port()}/motcua"
    done = motcua("serve", MOTCUA_DATABASE_URL=nobody, MOTCUA_OIDC_ISSUER="https://id.example")
    assert done.returncode == 1
    assert "Cơ sở dữ liệu không trả lời" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_does_not_start_on_a_database_that_was_never_migrated(
    server: Path, database: str,
) -> None:
    done = motcua("serve", MOTCUA_DATABASE_URL=database, MOTCUA_OIDC_ISSUER="https://id.example")
    assert done.returncode == 1
    assert "motcua migrate" in done.stderr


@pytest.mark.parametrize(("arguments", "environment", "says"), [
    ((), {}, "MOTCUA_DATABASE_URL"),
    (("--clock", "now.txt"), {"MOTCUA_DATABASE_URL": "postgresql://x/y"}, "--embedded"),
    ((), {"MOTCUA_DATABASE_URL": "postgresql://x/y"}, "MOTCUA_OIDC_ISSUER"),
    ((), {"MOTCUA_DATABASE_URL": "postgresql://x/y", "MOTCUA_OIDC_ISSUER": "http://id.example"},
     "https"),
    (("--port", "0"), {}, "--port"), (("--workers", "many"), {}, "--workers"),
    (("--unknown",), {}, "--unknown"), (("extra",), {}, "extra"),
], ids=["database", "clock", "issuer", "plain http", "port", "workers", "flag", "argument"])
def test_a_wrong_start_is_refused_with_the_name_of_what_is_wrong(
    arguments: tuple[str, ...], environment: dict[str, str], says: str,
) -> None:
    done = motcua("serve", *arguments, **environment)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demonstration_moves_time_by_its_file_and_makes_its_own_tokens(
    server: Path, tmp_path: Path,
) -> None:
    clock = tmp_path / "now.txt"
    clock.write_text("2026-11-09T08:00:00+07:00", encoding="utf-8")
    environment = {"MOTCUA_HOME": str(server)}
    register = tmp_path / "town.json"
    register.write_text(
        '{"agencies": [{"code": "A", "name": "Xã A"}], "people": [{"id": "an", "name": "An",'
        ' "posts": [{"agency": "A", "role": "leader", "since": "2026-11-10"}]}]}',
        encoding="utf-8",
    )
    with served(environment, "--embedded", "--clock", str(clock), "--workers", "1") as base:
        assert motcua("register", "import", str(register), "--embedded", **environment
                      ).returncode == 0

        def status() -> int:
            made = requests.post(f"{base}/demo-issuer/token", json={"person": "an"}, timeout=10)
            token = made.json()["access_token"]
            return requests.get(
                f"{base}/api/v1/tasks", headers={"Authorization": f"Bearer {token}"}, timeout=10,
            ).status_code

        assert status() == 403
        clock.write_text("2026-11-10T08:00:00+07:00", encoding="utf-8")
        assert status() == 200
        nobody = requests.post(f"{base}/demo-issuer/token", json={}, timeout=10)
        assert nobody.status_code == 400


def test_a_clock_file_without_an_offset_is_refused(server: Path, tmp_path: Path) -> None:
    clock = tmp_path / "now.txt"
    clock.write_text("2026-11-09T08:00:00", encoding="utf-8")
    done = motcua("serve", "--embedded", "--clock", str(clock), MOTCUA_HOME=str(server))
    assert done.returncode == 2
    assert "offset" in done.stderr
