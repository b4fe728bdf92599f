"""Each example is run as its reader would run it, against a real server and database."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from api.demo import script
from api.demo.client import Desk
from api.demo.server import server
from api.demo.time import OfficeTime
from engine.clock import VIETNAM
from engine.store import embedded

ROOT = Path(__file__).resolve().parent.parent
P088 = [str(ROOT / "bpmn/p088/p088.bpmn"), *map(str, sorted((ROOT / "forms/p088").glob("*.form")))]


def run(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    home = Path(tempfile.mkdtemp(prefix="motcua-"))
    before = os.environ.get("MOTCUA_HOME")
    os.environ["MOTCUA_HOME"] = str(home)
    try:
        # The department publishes from its own today on.
        OfficeTime(home / "clock").set(datetime.now(VIETNAM))
        run("-m", "api", "migrate", "--embedded")
        town = Path(script.__file__).parent / "town.json"
        run("-m", "api", "register", "import", "--embedded", str(town))
        with server(home / "clock", home / "server.log") as address:
            yield address
    finally:
        embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)
        os.environ.pop("MOTCUA_HOME")
        if before is not None:
            os.environ["MOTCUA_HOME"] = before


def test_an_analyst_lints_and_plays_a_drawing_without_a_server() -> None:
    told = run("examples/analyst.py", "bpmn/p106/p106.bpmn")
    assert "completed" in told
    assert "Tiếp nhận" in told or "tiếp nhận" in told


def test_department_integrator_and_auditor_do_their_work(address: str, tmp_path: Path) -> None:
    told = run("examples/department.py", address, *P088)
    assert "2.002755 v1 published" in told
    person = next(p for p in script.town()["people"] if p["id"] == "xa-mot-cua")
    made = Desk(address, person).post("/dossiers", {
        "procedure": "2.002755", "receiving_agency": script.COMMUNE, "channel": "direct",
        "applicant": {"name": "Nguyễn Văn A"}, "answers": {},
    })
    answers = tmp_path / "answers.json"
    walk = script.walk(script.PLAYS[0])
    answers.write_text(json.dumps({"Task_B1": walk.answers["Task_B1"][0]}), encoding="utf-8")
    told = run("examples/integrator.py", address, "xa-mot-cua", str(answers))
    assert "done" in told
    assert "đang xử lý" in told

    bundle, key = tmp_path / "bundle.json", Path(os.environ["MOTCUA_HOME"]) / "checkpoint.pem"
    run("-m", "api", "audit", "checkpoint", "--embedded")
    run("-m", "api", "audit", "export", "--embedded", made["code"], "--out", str(bundle))
    told = run("examples/auditor.py", str(bundle), str(key))
    assert "0 not yet signed" in told
    assert told.count("same") == 3


def test_an_integrators_machine_does_the_external_tasks_of_a_drawing(address: str) -> None:
    assert "published" in run("examples/department.py", address, "examples/stamp.bpmn")
    person = next(p for p in script.town()["people"] if p["id"] == "xa-mot-cua")
    desk = Desk(address, person)
    made = desk.post("/dossiers", {
        "procedure": "EXAMPLE.STAMP", "receiving_agency": script.COMMUNE, "channel": "direct",
        "applicant": {"name": "Nguyễn Văn A"}, "answers": {},
    })

    def complete(**answers: str) -> None:
        (task,) = desk.get("/tasks", dossier=made["code"])["items"]
        path = f"/tasks/{task['id']}/complete"
        desk.post(path, {"answers": answers}, etag=task["etag"])

    complete(note="")
    told = run("examples/external_worker.py", address, "xa-may", "stamp")
    assert told == f"bpmn-error  {made['code']} Task_Stamp\n"
    complete(note="Giấy xác nhận")
    told = run("examples/external_worker.py", address, "xa-may", "stamp")
    assert told == f"complete  {made['code']} Task_Stamp\n"
    assert [t["element"] for t in desk.get("/tasks", dossier=made["code"])["items"]] == ["Task_B2"]
