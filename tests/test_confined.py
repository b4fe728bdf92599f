"""What strangers upload is examined in a child: bounded, alone, and answered by a finding."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import hostile_work as hostile
import pytest
from sketch import body, diagram, draw, process
from town import AUTHOR, pack_files

from api.bounds import bounds
from api.cli.lint import lint as lint_command
from api.cli.play import play as play_command
from engine.clock import FixedClock
from engine.commands import UploadVersion
from engine.errors import Invalid
from engine.flow.confined import Bounds, Confinement, Exceeded, directly
from engine.flow.confined.forkserver import SERVER, ForkServer
from engine.flow.lint import lint
from engine.flow.play import PlayRequest, play
from engine.office import Office
from engine.store import Store

ROOT = Path(__file__).resolve().parent.parent
TIGHT = Bounds(cpu=1, wall=1.2, megabytes=128)
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
Run = Callable[..., Any]
# Only Linux tells a process's address space, and holds it to a bound.
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux: /proc")


@pytest.fixture(scope="module")
def forks() -> Iterator[ForkServer]:
    made = ForkServer()
    yield made
    made.close()


@pytest.fixture(params=["server", "direct"])
def run(request: pytest.FixtureRequest, forks: ForkServer) -> Run:
    return forks.run if request.param == "server" else directly


def cause(run: Run, work: Callable[[], object], within: Bounds = TIGHT) -> str:
    with pytest.raises(Exceeded) as raised:
        run(work, within)
    return raised.value.cause


def pack() -> list[tuple[dict[str, bytes], str]]:
    return [({p.name: p.read_bytes()}, p.name) for p in sorted((ROOT / "bpmn").glob("*/*.bpmn"))]


# --- bounds --------------------------------------------------------------------------------------

@pytest.mark.parametrize("work", [hostile.spin, hostile.sleep, hostile.deaf])
def test_work_without_end_is_killed_when_its_time_is_over(run: Run, work: Any) -> None:
    began = time.monotonic()
    assert cause(run, work) == "time"
    assert time.monotonic() - began < 4


@linux
@pytest.mark.parametrize("work", [hostile.hoard, hostile.grab])
def test_work_that_takes_memory_without_end_is_ended(run: Run, work: Any) -> None:
    assert cause(run, work) == "memory"


@linux
def test_the_bound_of_memory_counts_from_what_is_loaded(run: Run) -> None:
    assert run(partial(hostile.take, 100), TIGHT) == 100 * 1024 * 1024
    assert cause(run, partial(hostile.take, 140)) == "memory"


@pytest.mark.parametrize("work", [hostile.crash, hostile.fail, hostile.recurse])
def test_a_crash_and_a_mistake_of_ours_are_told_as_failures(run: Run, work: Any) -> None:
    assert cause(run, work) == "failed"


def test_an_answer_longer_than_a_parent_reads_is_not_sent(run: Run) -> None:
    assert cause(run, hostile.babble, Bounds()) == "memory"


# --- alone ---------------------------------------------------------------------------------------

def test_an_answer_that_holds_code_is_not_run(run: Run, tmp_path: Path) -> None:
    assert cause(run, partial(hostile.forge, str(tmp_path / "touched"))) == "failed"
    assert not (tmp_path / "touched").exists()


def test_nothing_that_one_upload_does_reaches_another(run: Run) -> None:
    assert [run(hostile.leave_a_mark, TIGHT) for _ in range(3)] == [1, 1, 1]
    assert hostile.marks == []


def test_a_child_writes_no_files(run: Run, tmp_path: Path) -> None:
    assert cause(run, partial(hostile.write, str(tmp_path / "x"))) == "failed"


def test_the_secrets_of_the_environment_do_not_reach_a_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MOTCUA_DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("PGPASSWORD", "secret")
    made = ForkServer()
    try:
        assert made.run(hostile.secrets, TIGHT) == []
    finally:
        made.close()


def test_the_program_is_not_imported_again_in_a_child(forks: ForkServer) -> None:
    assert forks.run(hostile.main_module, TIGHT) == ""


# --- processes -----------------------------------------------------------------------------------

def test_each_upload_has_a_child_of_its_own_from_one_nursery(forks: ForkServer) -> None:
    children, parents = zip(*(forks.run(hostile.who, TIGHT) for _ in range(3)), strict=True)
    assert len(set(children)) == 3
    assert set(parents) == {forks.pid}


@linux
def test_no_zombies_are_left(forks: ForkServer) -> None:
    for work in (hostile.crash, hostile.spin, hostile.fail):
        cause(forks.run, work)
        cause(directly, work)
    nursery = forks.pid or 0
    await_truth(lambda: children_of(nursery) == [])
    forks.close()
    assert not alive(nursery)
    assert [pid for pid in children_of(os.getpid()) if state(pid) == "Z"] == []


def test_a_nursery_that_was_killed_is_replaced(forks: ForkServer) -> None:
    forks.run(hostile.who, TIGHT)
    killed = forks.pid or 0
    os.kill(killed, signal.SIGKILL)
    _, parent = forks.run(hostile.who, TIGHT)
    assert parent == forks.pid != killed


def test_a_forked_worker_starts_a_nursery_of_its_own() -> None:
    Confinement().lint(*pack()[0])
    parents = SERVER.pid
    out, into = os.pipe()
    worker = os.fork()
    if worker == 0:
        try:
            os.write(into, json.dumps([*SERVER.run(hostile.who, Bounds()), SERVER.pid]).encode())
            SERVER.close()
        finally:
            os._exit(0)
    os.waitpid(worker, 0)
    _, parent, its = json.loads(os.read(out, 100))
    os.close(out)
    os.close(into)
    assert parent == its != parents
    assert SERVER.run(hostile.who, Bounds())[1] == parents


_SERVER = """
import sys, threading, time
sys.path.insert(0, sys.argv[1])
import hostile_work
from engine.flow.confined import Bounds
from engine.flow.confined.forkserver import SERVER
SERVER.run(hostile_work.who, Bounds())
long = Bounds(cpu=60, wall=60.0)
threading.Thread(target=SERVER.run, args=(hostile_work.sleep, long), daemon=True).start()
time.sleep(0.5)
print(SERVER.pid, flush=True)
time.sleep(60)
"""


@linux
def test_a_killed_server_takes_its_nursery_and_its_children_along() -> None:
    tests = str(Path(__file__).parent)
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER, tests], stdout=subprocess.PIPE, cwd=ROOT,
    ) as program:
        assert program.stdout is not None
        nursery = int(program.stdout.readline())
        (child,) = children_of(nursery)
        program.kill()
    await_truth(lambda: not alive(nursery) and not alive(child))


def test_honest_uploads_are_answered_beside_hostile_ones(forks: ForkServer) -> None:
    files, name = pack()[0]
    right = lint(files, name)
    honest = Confinement(forks.run)
    with ThreadPoolExecutor(6) as threads:
        bad = [threads.submit(cause, forks.run, w) for w in (hostile.spin, hostile.crash) * 2]
        good = [threads.submit(honest.lint, files, name) for _ in range(20)]
        assert [found.result() for found in good] == [right] * 20
        assert {found.result() for found in bad} == {"time", "failed"}


# --- findings ------------------------------------------------------------------------------------

def test_confined_answers_are_those_of_the_process_itself(run: Run) -> None:
    confined = Confinement(run)
    for files, name in pack():
        assert confined.lint(files, name) == lint(files, name)
        request = PlayRequest(AT)
        assert confined.play(files, name, request) == play(files, name, request)


@pytest.mark.parametrize(("within", "code"), [
    (Bounds(wall=0.001), "too-much-time"),
    pytest.param(Bounds(50, 50.0, megabytes=1), "too-much-memory", marks=linux),
])
def test_passing_a_bound_is_a_finding_in_both_languages_with_a_hint(
    run: Run, within: Bounds, code: str,
) -> None:
    large = {"x.bpmn": chain(1_900)}
    confined = Confinement(run, within)
    ballast = filled() if sys.platform == "linux" else [b" "]
    (found,) = confined.lint(large, "x.bpmn").findings
    assert (found.severity, found.code) == ("error", code)
    assert found.vi != found.en
    assert found.hint_vi != found.hint_en
    assert confined.lint_each(large, ["x.bpmn"])[0].findings == (found,)
    answer = confined.play(large, "x.bpmn", PlayRequest(AT))
    assert (answer["status"], answer["trace"], answer["error"]["code"]) == ("failed", [], code)
    assert ballast


@linux
@pytest.mark.parametrize("megabytes", range(2, 20, 3))
def test_what_a_library_says_without_memory_is_not_believed(megabytes: int) -> None:
    files = {"x.bpmn": chain(1_900)}
    said = Confinement(directly, Bounds(megabytes=megabytes)).lint(files, "x.bpmn")
    assert said == lint(files, "x.bpmn") or said.findings[0].code == "too-much-memory"


def test_a_failure_of_ours_is_a_finding_and_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        found = Confinement(directly).lint({}, "missing.bpmn").findings[0]
    assert (found.severity, found.code) == ("error", "examination-failed")
    assert "KeyError" in caplog.text


# --- hostile diagrams ----------------------------------------------------------------------------

def filled() -> list[bytes]:
    """Fill what this process has freed: a child forked from it would live on that first."""
    def size() -> int:
        return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])

    held, until = [], size() + 4_096  # pages
    while size() < until:
        held += [bytes(length) for length in range(16, 2_000, 16) for _ in range(20)]
    return held


def chain(length: int) -> bytes:
    nodes = " ".join(f"user:a{n}" for n in range(length))
    flows = " ".join(f"a{n}>a{n + 1}" for n in range(length - 1))
    return draw(f"start:s {nodes} end:e", f"s>a0 {flows} a{length - 1}>e")


def asking(expression: str) -> bytes:
    return draw("start:s user:a xor:g end:e end:f", f"s>a a>g g>e[{expression}] g>f")


def holding(element: str, count: int) -> bytes:
    plain = draw("start:s user:a end:e", "s>a a>e").decode()
    many = "".join(element.replace("%", str(n)) for n in range(count))
    return plain.replace("</bpmn:process>", f"{many}</bpmn:process>").encode()


def loops_side_by_side(count: int) -> bytes:
    nodes = " ".join(f"xor:a{n} user:u{n} user:v{n} xor:b{n}" for n in range(count))
    flows = " ".join(
        f"g>a{n} a{n}>u{n}[x > {n}] a{n}>v{n} u{n}>b{n} v{n}>b{n} b{n}>a{n}[y] b{n}>j"
        for n in range(count)
    )
    return draw(f"start:s and:g {nodes} and:j end:e", f"s>g {flows} j>e")


def doubling() -> bytes:
    return draw(
        "start:s script:i xor:m script:t xor:g end:e", "s>i i>m m>t t>g g>e[x == 1] g>m",
        i="<bpmn:script>x = [1]</bpmn:script>", t="<bpmn:script>x = [x, x]</bpmn:script>",
    )


def fan(width: int) -> bytes:
    nodes = " ".join(f"user:a{n}" for n in range(width))
    flows = " ".join(f"g>a{n} a{n}>j" for n in range(width))
    return draw(f"start:s and:g {nodes} and:j end:e", f"s>g {flows} j>e")


def calling_itself() -> bytes:
    calls = {f"c{n}": 'calledElement="main"' for n in range(2)}
    return draw("start:s call:c0 call:c1 end:e", "s>c0 c0>c1 c1>e", **calls)


def many_pools(count: int) -> bytes:
    pools = "".join(f"<bpmn:participant id='q{n}' processRef='main'/>" for n in range(count))
    inside = body("start:s user:a end:e", "s>a a>e")
    return diagram(f"<bpmn:collaboration id='c'>{pools}</bpmn:collaboration>", process(inside))


HOSTILE = {
    "parentheses": asking("(" * 2_000 + "1" + ")" * 2_000), "minus": asking("-" * 100_000 + "1"),
    "powers": asking("9**9**9**9 > 1"), "comparisons": asking(" &lt; ".join(["x"] * 50_000)),
    "braces": asking("${" * 100_000 + "}" * 100_000), "digits": asking("1" * 1_500_000),
    "attributes": draw("start:s user:a end:e", "s>a a>e",
                       a=" ".join(f'motcua:x{n}="y"' for n in range(50_000))),
    "prefixes": draw("start:s user:a end:e", "s>a a>e",
                     a=" ".join(f'xmlns:n{n}="urn:{n}"' for n in range(50_000))),
    "groups": holding("<bpmn:group id='g%' motcua:duration='1 ngày'/>", 30_000),
    "lanes": holding("<bpmn:laneSet id='l%'/>", 20_000), "pools": many_pools(10_000),
    "loops": loops_side_by_side(60), "doubling": doubling(), "fan": fan(1_900),
    "itself": calling_itself(),
    "bytes": os.urandom(4) + b"<" * 1_900_000, "bomb": b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 10_000
    + b'">]><a>' + b"&b;" * 100_000 + b"</a>",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_diagram_is_answered_within_the_bounds(
    forks: ForkServer, content: bytes,
) -> None:
    confined = Confinement(forks.run, Bounds(cpu=1, wall=2.0))
    began = time.monotonic()
    report = confined.lint({"x.bpmn": content}, "x.bpmn")
    rehearsed = confined.play({"x.bpmn": content}, "x.bpmn", PlayRequest(AT))
    assert time.monotonic() - began < 7
    assert "examination-failed" not in {found.code for found in report.findings}
    assert rehearsed["status"] in {"completed", "waiting", "failed"}
    assert (rehearsed["error"] or {}).get("code") != "examination-failed"


# --- at the edge ---------------------------------------------------------------------------------

def test_an_upload_that_takes_too_much_is_refused_and_the_next_one_is_taken(
    store: Store, clock: FixedClock,
) -> None:
    upload = UploadVersion("2.002755", pack_files("p088"))
    hurried = Office(store, clock, Confinement(bounds=Bounds(wall=0.001)))
    with pytest.raises(Invalid) as refused:
        hurried.execute(upload, AUTHOR)
    assert refused.value.code == "diagram-refused"
    assert [fault.code for fault in refused.value.faults] == ["too-much-time"]
    assert Office(store, clock).execute(upload, AUTHOR).body["number"] == 1


def test_the_command_line_answers_a_diagram_that_takes_too_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.flow.play.play", lambda *_: hostile.spin())
    monkeypatch.setattr("engine.flow.confined.lint_diagram", lambda *_, **__: hostile.spin())
    monkeypatch.setenv("MOTCUA_EXAMINATION_SECONDS", "1")
    file = tmp_path / "x.bpmn"
    file.write_bytes(draw("start:s user:a end:e", "s>a a>e"))
    assert play_command([str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "too-much-time"
    assert lint_command([str(file), "--json"]) == 1
    (answer,) = json.loads(capsys.readouterr().out)
    assert [found["code"] for found in answer["findings"]] == ["too-much-time"]


def test_bounds_are_settings_and_wrong_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert bounds({}) == Bounds(5, 5.0, 512)
    chosen = {"MOTCUA_EXAMINATION_SECONDS": "9", "MOTCUA_EXAMINATION_MEGABYTES": "1024"}
    assert bounds(chosen) == Bounds(9, 9.0, 1024)
    for wrong in ("0", "-1", "five", "1e9", "٣", "9" * 5_000):
        with pytest.raises(Invalid, match="MOTCUA_EXAMINATION_SECONDS"):
            bounds({"MOTCUA_EXAMINATION_SECONDS": wrong})
    monkeypatch.setenv("MOTCUA_EXAMINATION_MEGABYTES", "1")
    assert lint_command([str(tmp_path / "x.bpmn")]) == 2
    assert play_command([str(tmp_path / "x.bpmn")]) == 2


# --- what /proc tells ----------------------------------------------------------------------------

def children_of(parent: int) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if stat(pid)[1:2] == [str(parent)]]


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the command: state, parent, and so on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def state(pid: int) -> str:
    return "".join(stat(pid)[:1])


def alive(pid: int) -> bool:
    return state(pid) not in {"", "Z"}


def await_truth(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
