"""`/readyz` tells the truth: each thing that a real server needs is broken, then repaired."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from test_http_server import free_port, wait_for

from engine.audit.signing import make_seal
from engine.links.identity import make_key
from engine.store import embedded
from engine.store.tables import APPLICATION

NAME = "readiness"


@dataclass
class House:
    """A real `motcua serve`, the folder of what it reads, and its database's owner."""

    base: str
    folder: Path
    owner: str

    def said(self) -> tuple[int, dict[str, Any]]:
        answer = requests.get(f"{self.base}/readyz", timeout=20)
        return answer.status_code, answer.json()

    def ready(self) -> bool:
        status, body = self.said()
        return (status, body["status"], body["findings"]) == (200, "ready", [])

    def refusal(self) -> str:
        """The code of the problem by which it says that it cannot serve."""
        status, body = self.said()
        assert status == 503, body
        assert body["detail_vi"] != body["detail"]
        return str(body["code"])

    def findings(self) -> list[str]:
        status, body = self.said()
        assert (status, body["status"]) == (200, "degraded"), body
        return [one["code"] for one in body["findings"]]

    def execute(self, statement: str, database: str = NAME) -> None:
        url = self.owner.replace(f"/{NAME}?", f"/{database}?")
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            connection.execute(statement)

    def let_a_worker_be_heard(self, ago: str) -> None:
        self.execute("DELETE FROM jobs.procrastinate_workers")
        self.execute("INSERT INTO jobs.procrastinate_workers (last_heartbeat) "
                     f"VALUES (now() - interval '{ago}')")


@pytest.fixture(scope="module")
def serving(
    server: Path, migrated: str, tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    folder, port = tmp_path_factory.mktemp("house"), free_port()
    owner = embedded.address(server, database=NAME).replace("+psycopg", "")
    house = House(f"http://127.0.0.1:{port}", folder, owner)
    house.execute(f'CREATE DATABASE {NAME} TEMPLATE "{migrated}"', "postgres")
    make_key(folder / "node.json")
    make_seal(folder / "checkpoint.pem")
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", str(port), "--workers", "1",
         "--no-worker"],
        env={
            **clean, "MOTCUA_OIDC_ISSUER": "https://id.example", "MOTCUA_NODE": "urn:test:house",
            "MOTCUA_DATABASE_URL": embedded.address(server, role=APPLICATION, database=NAME),
            "MOTCUA_NODE_KEYS": str(folder / "node.json"), "MOTCUA_FILES": str(folder / "files"),
            "MOTCUA_CHECKPOINT_KEY": str(folder / "checkpoint.pem"),
        },
    )
    try:
        wait_for(lambda: house.said()[0] == 200)
        yield house
    finally:
        process.terminate()
        process.wait(30)
        house.execute(f"DROP DATABASE {NAME} WITH (FORCE)", "postgres")


@pytest.fixture
def house(serving: House) -> Iterator[House]:
    """The server with everything in order, before a test and after it."""
    serving.let_a_worker_be_heard("0 seconds")
    assert serving.ready()
    yield serving
    serving.let_a_worker_be_heard("0 seconds")
    assert serving.ready()


def test_a_database_that_is_gone_is_told_until_it_is_back(house: House) -> None:
    house.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false", "postgres")
    house.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  f"WHERE datname = '{NAME}'", "postgres")
    assert house.refusal() == "database-unavailable"
    assert requests.get(f"{house.base}/healthz", timeout=20).status_code == 200
    house.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS true", "postgres")


def test_a_schema_that_is_behind_is_told_with_the_command_to_run(house: House) -> None:
    house.execute("ALTER TABLE alembic_version RENAME TO newest")
    house.execute("CREATE TABLE alembic_version AS SELECT '0004' AS version_num")
    house.execute("GRANT SELECT ON alembic_version TO PUBLIC")
    assert house.refusal() == "schema-not-newest"
    assert "motcua migrate" in house.said()[1]["detail"]
    house.execute("DROP TABLE alembic_version")
    assert house.refusal() == "schema-not-newest"
    house.execute("ALTER TABLE newest RENAME TO alembic_version")


@pytest.mark.parametrize("content", [None, "", "{}", '{"keys": []}', '{"keys": [{"kty": "?"}]}'])
def test_keys_of_the_node_that_are_gone_or_unreadable_are_told(
    house: House, content: str | None,
) -> None:
    keys = house.folder / "node.json"
    kept = keys.read_bytes()
    keys.unlink()
    if content is not None:
        keys.write_text(content, encoding="utf-8")
    assert house.refusal() == "node-key"
    keys.write_bytes(kept)


@pytest.mark.parametrize("content", [None, "", "-----BEGIN PRIVATE KEY-----\nnone"])
def test_a_checkpoint_key_that_cannot_be_read_is_a_finding_as_requests_do_without(
    house: House, content: str | None,
) -> None:
    key = house.folder / "checkpoint.pem"
    kept = key.read_bytes()
    key.unlink()
    if content is not None:
        key.write_text(content, encoding="utf-8")
    assert house.findings() == ["checkpoint-key"]
    key.write_bytes(kept)


def test_a_file_store_that_cannot_be_written_is_told(house: House) -> None:
    files = house.folder / "files"
    files.rename(house.folder / "elsewhere")
    files.write_text("a file where a folder should be", encoding="utf-8")
    assert house.refusal() == "files-unavailable"
    files.unlink()
    (house.folder / "elsewhere").rename(files)
    assert house.ready()
    assert [path for path in files.rglob("*") if path.is_file()] == []


def test_a_minute_without_a_word_of_any_worker_is_a_finding_that_says_since_when(
    house: House,
) -> None:
    house.execute("DELETE FROM jobs.procrastinate_workers")
    assert house.findings() == ["no-worker"]
    assert house.said()[1]["last_heard"] is None
    house.let_a_worker_be_heard("61 seconds")
    assert house.findings() == ["no-worker"]
    assert house.said()[1]["last_heard"] is not None
    house.let_a_worker_be_heard("50 seconds")
    assert house.ready()
