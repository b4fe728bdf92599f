"""The kill test: servers die at random moments; nothing acknowledged is lost, nothing is doubled.

300 completions by four clients on real gunicorn and real PostgreSQL with fsync on, while all of
gunicorn, or the PostgreSQL postmaster, is killed (SIGKILL) again and again.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
from faulty import copied, kill_postgres
from settling import SEED

from api.demo import script
from api.demo.client import Desk, Refused, ask
from api.demo.server import free_port
from engine import packs
from engine.audit import desk as auditor
from engine.audit.signing import make_seal
from engine.clock import SystemClock
from engine.history import read_body
from engine.store import Store, embedded, entries
from engine.store.tables import APPLICATION

pytestmark = pytest.mark.crash

DOSSIERS, CLIENTS = 20, 4


class Town:
    """A server that can be killed, its database, and the officials before it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.environment = {**os.environ, "MOTCUA_HOME": str(home)}
        self.log = (home / "server.log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None
        people = script.town()["people"]
        self.desks = {p["id"]: Desk(f"http://127.0.0.1:{self.port}", p) for p in people}

    def motcua(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "api", *arguments], env=self.environment, check=True,
            stdout=self.log, stderr=self.log,
        )

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api", "serve", "--embedded", "--port", str(self.port),
             "--workers", "2"],
            env=self.environment, stdout=self.log, stderr=self.log, start_new_session=True,
        )

    def kill_server(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.start()

    def kill_postmaster(self) -> None:
        kill_postgres(self.home)

    def wait_ready(self) -> None:
        """Wait until it serves again; killed before that, it would only ever start."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(Refused):
                ask(Request(f"http://127.0.0.1:{self.port}/readyz"))
                return
            time.sleep(0.05)
        raise TimeoutError(self.home / "server.log")

    def stop(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        embedded.stop(self.home)
        self.log.close()


@pytest.fixture(scope="module")
def with_town() -> Iterator[Path]:
    """The home of a stopped server that knows the town; its commits wait for the disk."""
    home = Path(tempfile.mkdtemp(prefix="motcua-"))
    town = Town(home)
    try:
        register = home / "town.json"
        register.write_bytes((Path(script.__file__).parent / "town.json").read_bytes())
        town.motcua("migrate", "--embedded")
        town.motcua("register", "import", "--embedded", str(register))
        town.stop()
        yield home
    finally:
        town.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def running(with_town: Path) -> Iterator[Town]:
    home = Path(tempfile.mkdtemp(prefix="motcua-"))
    town = Town(home)
    try:
        copied(with_town, home)
        town.start()
        town.wait_ready()
        yield town
    finally:
        town.stop()
        shutil.rmtree(home, ignore_errors=True)


def insist(action: Callable[[str], Any]) -> Any:
    """Repeat a request under one key until the server has answered for it."""
    key = uuid.uuid4().hex
    deadline = time.monotonic() + 180
    while True:
        try:
            return action(key)
        except (Refused, OSError) as error:
            silent = not isinstance(error, Refused) or error.status == 0 or error.status >= 500
            if not silent or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def play(town: Town, acknowledged: list[tuple[str, str]]) -> str:
    """Walk one dossier of P088 from registration to return, recording each acknowledgement."""
    walk = script.walk(script.PLAYS[0])
    one_stop = town.desks["xa-mot-cua"]
    body = {
        "procedure": walk.procedure, "receiving_agency": script.COMMUNE, "channel": "direct",
        "applicant": {"name": "Nguyễn Văn A"}, "answers": {},
    }
    made = insist(lambda key: one_stop.post("/dossiers", body, key=key))
    code, opened = str(made["code"]), made["opened"]
    for element in walk.order:
        desk, task = find(town, code, element, opened)
        answers = {"answers": walk.answers[element][0]}
        path = f"/tasks/{task['id']}/complete"
        done = insist(
            lambda key, d=desk, p=path, a=answers, e=task["etag"]: d.post(p, a, etag=e, key=key))
        opened = done["opened"]
        acknowledged.append((code, task["id"]))
    return code


def find(
    town: Town, code: str, element: str, opened: list[dict[str, Any]],
) -> tuple[Desk, dict[str, Any]]:
    """Find who has the step; what the one before it opened tells who looks first."""
    told = {(task["agency"], task["role"]) for task in opened if task["element"] == element}
    for desk in sorted(town.desks.values(), key=lambda d: not any(d.holds(*post) for post in told)):
        for task in insist(lambda _, d=desk: d.get("/tasks", dossier=code))["items"]:
            if task["element"] == element:
                return desk, task
    raise LookupError(f"{code}: nobody has {element}")


def publish(town: Town) -> None:
    author, approver = town.desks["soan-quy-trinh"], town.desks["duyet-quy-trinh"]
    files = packs.procedure("builtin", "p088").files
    version = insist(lambda _: author.upload("/procedures/2.002755/versions", files))
    path = f"/procedures/2.002755/versions/{version['number']}"
    author.post(f"{path}/submit", {})
    approver.post(f"{path}/approve", {"decision": "1/QĐ", "decision_date": "2026-01-02"})
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 7 * 3600))
    approver.post(f"{path}/publish", {"effective_from": today})


@pytest.mark.parametrize("victim", ["gunicorn and all its workers", "the PostgreSQL postmaster"])
def test_nothing_acknowledged_is_lost_and_nothing_doubled_when_a_server_is_killed(
    running: Town, victim: str,
) -> None:
    dice = random.Random(SEED)
    publish(running)
    kill = running.kill_server if "gunicorn" in victim else running.kill_postmaster
    over = threading.Event()
    kills = Counter[str]()

    def killer() -> None:
        coming_back = 1.0
        # A machine that is slow to start it again is given as much more time to work in between.
        while not over.wait(dice.uniform(0.2, 0.8) * max(coming_back / 2, 1.0)):
            killed = time.monotonic()
            kill()
            kills[victim] += 1
            running.wait_ready()
            coming_back = time.monotonic() - killed

    thread = threading.Thread(target=killer)
    acknowledged: list[tuple[str, str]] = []
    with ThreadPoolExecutor(CLIENTS) as clients:
        thread.start()
        try:
            futures = [clients.submit(play, running, acknowledged) for _ in range(DOSSIERS)]
            codes = [future.result() for future in futures]
        finally:
            over.set()
            thread.join()
    print(f"{kills[victim]} kills, {len(acknowledged)} completions acknowledged")
    assert kills[victim] >= 4
    assert len(acknowledged) == DOSSIERS * 15
    check(running, codes, acknowledged)


def check(town: Town, codes: list[str], acknowledged: list[tuple[str, str]]) -> None:
    store = Store(embedded.address(town.home, role=APPLICATION))
    seal = make_seal(town.home / "test-key.pem")
    done = Counter[tuple[str, str]]()
    for code in codes:
        with store.reading() as connection:
            chain = entries.chain(connection, code)
        commands = [read_body(entry)["content"]["command"] for entry in chain]
        done.update((code, c["task"]) for c in commands if c["kind"] == "complete")
        assert sum(c["kind"] == "register" for c in commands) == 1
        again = auditor.replay_stored(store, code)
        assert again.whole, again.entries[-1].difference
    assert sorted(acknowledged) == sorted(done.elements())
    assert max(done.values()) == 1
    copy = auditor.add_checkpoint(store, SystemClock().now(), seal)
    verdict = auditor.verify_stored(store, seal, copy)
    assert verdict.whole, verdict.broken
    # No dossier beyond those that were acknowledged: a repeated registration made no second one.
    with store.reading() as connection:
        dossiers = [name for name, _, _ in entries.heads(connection)
                    if ":" not in name and name != "register"]
    assert sorted(dossiers) == sorted(codes)
    store.close()
