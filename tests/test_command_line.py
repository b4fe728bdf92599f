"""The command line of the house: commands that there are, the register, versions by a person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import town

from api.__main__ import COMMANDS, main
from engine.clock import SystemClock, local
from engine.store import Store, people

CODE = "2.002755"
FILES = [str(p) for p in (*(town.ROOT / "bpmn/p088").glob("*.bpmn"),
                          *(town.ROOT / "forms/p088").glob("*.form"))]


def test_every_command_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    for command in set(COMMANDS) - {"demo"}:
        assert main([command, "--help"]) == 0
        assert "usage" in capsys.readouterr().out
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert all(command in listed for command in COMMANDS)
    assert main(["--version"]) == 0


@pytest.mark.parametrize("argv", [
    [], ["frobnicate"], ["procedure"], ["procedure", "list"], ["register", "import"],
    ["procedure", "approve", CODE, "1", "--as", "x", "--decision", "1", "--date", "today"],
    ["procedure", "submit", CODE, "one", "--as", "x"], ["migrate", "extra"],
    ["serve", "--por", "1"],
])
def test_bad_arguments_exit_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert capsys.readouterr().err


def test_a_version_goes_from_upload_to_effect_by_two_persons(
    at: Store, capsys: pytest.CaptureFixture[str],
) -> None:
    author, approver = town.AUTHOR.id, town.APPROVER.id
    today = local(SystemClock().now()).date().isoformat()
    assert main(["procedure", "list", CODE]) == 1
    assert main(["procedure", "upload", CODE, *FILES, "--as", author]) == 0
    assert "draft" in capsys.readouterr().out
    assert main(["procedure", "submit", CODE, "1", "--as", author]) == 0
    decision = ["--decision", "3854/QĐ-UBND", "--date", "2026-11-02"]
    assert main(["procedure", "approve", CODE, "1", *decision, "--as", author]) == 1
    assert "procedure_approver" in capsys.readouterr().err
    assert main(["procedure", "approve", CODE, "1", *decision, "--as", approver]) == 0
    assert main(["procedure", "publish", CODE, "1", "--from", today, "--as", approver]) == 0
    capsys.readouterr()
    assert main(["procedure", "list", CODE, "--json"]) == 0
    (version,) = json.loads(capsys.readouterr().out)
    assert (version["state"], version["effective_from"]) == ("published", today)
    assert main(["procedure", "retire", CODE, "1", "--as", approver]) == 0


def test_a_person_or_a_file_that_there_is_not_is_named(
    at: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["procedure", "submit", CODE, "1", "--as", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err
    missing = str(tmp_path / "none.bpmn")
    assert main(["procedure", "upload", CODE, missing, "--as", town.AUTHOR.id]) == 2
    assert "none.bpmn" in capsys.readouterr().err
    broken = tmp_path / "broken.bpmn"
    broken.write_text("<a/>")
    assert main(["procedure", "upload", CODE, str(broken), "--as", town.AUTHOR.id]) == 1
    assert "/file" in capsys.readouterr().err


def test_a_register_file_is_read_and_read_again(
    at: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "register.json"
    file.write_text(json.dumps({
        "agencies": [{"code": "A.1", "name": "Xã Mới", "links": {"police": town.POLICE}}],
        "people": [{"id": "an", "name": "An", "subject": "an@x", "posts": [
            {"agency": "A.1", "role": "leader", "since": "2026-01-01", "until": None},
        ]}],
    }), encoding="utf-8")
    for _ in range(2):
        assert main(["register", "import", str(file)]) == 0
    with at.reading() as connection:
        agency = people.agency(connection, "A.1")
        day = local(SystemClock().now()).date()
        person = people.by_subject(connection, "https://id.example", "an@x", day)
    assert agency is not None
    assert agency.links == {"police": town.POLICE}
    assert person is not None
    assert person.holds("A.1", "leader")
    assert capsys.readouterr().out.count("1") >= 2


def posted(post: dict[str, str]) -> str:
    return json.dumps({"people": [{"id": "a", "name": "A", "posts": [post]}]})


@pytest.mark.parametrize(("content", "says"), [
    ("{", "register.json"), ("[]", "object"), ('{"people": [{"id": "an"}]}', "/people/0/name"),
    ('{"colour": 1}', "/colour"),
    (posted({"agency": "Z", "role": "r", "since": "2026-01-01"}), "Z"),
    (posted({"agency": town.COMMUNE, "role": "r", "since": "2026-01-02", "until": "2026-01-01"}),
     "before"),
])
def test_a_register_that_cannot_be_used_is_refused_whole(
    at: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, says: str,
) -> None:
    file = tmp_path / "register.json"
    file.write_text(content, encoding="utf-8")
    assert main(["register", "import", str(file)]) == 2
    assert says in capsys.readouterr().err
