"""`motcua worker` and `motcua portal`: real processes that tell the portal, killed on the way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from portal_stand_in import Portal, portal_file
from portal_town import Desk, be_ready
from test_http_server import wait_for
from test_jobs_worker import place as found_place
from test_jobs_worker import started

from engine.clock import FixedClock, SystemClock
from engine.jobs import wake_portal
from engine.office import Office, Wakes
from engine.store import Store

place = found_place


@pytest.fixture
def desk(store: Store, portal: Portal, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose clock began an hour ago: workers go by the machine's."""
    clock = FixedClock(SystemClock().now() - timedelta(hours=1))
    found = Desk(store, clock, portal, tmp_path)
    yield found
    found.close()


@pytest.fixture
def told(place: dict[str, str], portal: Portal, tmp_path: Path) -> dict[str, str]:
    """The environment of a worker that tells the portal."""
    path = portal_file(tmp_path, portal.base)
    return {**place, "MOTCUA_PORTAL": str(path), "PORTAL_PASSWORD": "bí mật"}


def run(environment: dict[str, str], *command: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "api", "portal", *command], env=environment, text=True,
        capture_output=True, timeout=60, check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_command_wakes_the_worker_which_tells_the_portal_within_seconds(
    desk: Desk, told: dict[str, str], owner: str,
) -> None:
    desk.office = Office(desk.store, desk.clock, wakes=Wakes(portal=wake_portal))
    with started(told, "worker", ready=owner):
        code = desk.register()
        wait_for(lambda: desk.portal.statuses(code) == ["1"])


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    desk: Desk, told: dict[str, str], owner: str,
) -> None:
    codes = [desk.walk("granted") for _ in range(12)]
    for _ in range(3):
        desk.portal.fail(*["", "slow"] * 200)
        before = len(desk.portal.calls)
        with started(told, "worker", ready=owner) as process:
            wait_for(lambda before=before: len(desk.portal.calls) > before + 2)
            process.kill()
            process.wait()
        be_ready(owner)
        with psycopg.connect(owner) as connection:
            connection.execute("TRUNCATE jobs.procrastinate_jobs CASCADE")
            connection.execute("TRUNCATE jobs.procrastinate_workers CASCADE")
    assert desk.messages("waiting")
    desk.portal.fail_no_more()
    with started(told, "worker", ready=owner):
        wait_for(lambda: not desk.messages("waiting"))
    assert desk.portal.refusals == []
    assert all(desk.portal.statuses(code) == ["1", "2", "4", "9", "10"] for code in codes)
    assert all(desk.portal.states[code][-1] == "10" for code in codes)


def test_the_operator_lists_redrives_and_sends_a_period_again(
    desk: Desk, told: dict[str, str],
) -> None:
    code = desk.walk("granted")
    desk.portal.refusing[code] = "Thủ tục hết hiệu lực"
    desk.sync.drain()
    (dead,) = desk.messages("dead")
    status, said = run(told, "list", "--state", "dead")
    assert status == 0
    assert said.splitlines() == [line for line in said.splitlines() if code in line]
    assert "Thủ tục hết hiệu lực" in said
    desk.portal.refusing.clear()
    assert run(told, "redrive", str(dead.position))[0] == 0
    assert run(told, "redrive", str(dead.position))[0] == 1
    desk.sync.drain()
    assert desk.portal.statuses(code) == ["1", "2", "4", "9", "10"]
    day = f"{desk.clock.now() - timedelta(days=1):%Y-%m-%d}"
    to = f"{desk.clock.now() + timedelta(days=1):%Y-%m-%d}"
    status, said = run(told, "resend", "--from", day, "--to", to, "--dry-run")
    assert (status, desk.messages("waiting")) == (0, [])
    assert said.startswith("sẽ gửi lại (would be sent again): 5; lần đầu (for the first time): 0")
    assert run(told, "resend", "--from", day, "--to", to)[0] == 0
    assert len(desk.messages("waiting")) == 5
    desk.sync.drain()
    assert desk.portal.statuses(code) == ["1", "2", "4", "9", "10"]


def test_a_period_that_ends_before_it_begins_and_a_day_that_is_none_are_refused(
    told: dict[str, str],
) -> None:
    status, said = run(told, "resend", "--from", "2026-11-02", "--to", "2026-11-01")
    assert (status, "--to" in said) == (2, True)
    assert run(told, "resend", "--from", "2026-13-02", "--to", "2026-11-01")[0] == 2


def test_without_a_portal_the_command_says_what_to_set(place: dict[str, str]) -> None:
    status, said = run(place, "check")
    assert (status, "MOTCUA_PORTAL" in said) == (2, True)
