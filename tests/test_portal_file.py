"""The operator's file: what is wrong in it is refused by its place before anything is sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from portal_stand_in import UNIT, portal_file
from portal_town import SECRETS

from engine.errors import Invalid
from engine.links.portal.configuration import read_portal

RIGHT: dict[str, Any] = {
    "url": "https://portal.example/share", "madonvi": UNIT, "session": "s",
    "sectors": {"Thử": "G00"},
}


def read(folder: Path, **more: Any) -> Any:
    path = folder / "portal.json"
    path.write_text(json.dumps({**RIGHT, **more}), encoding="utf-8")
    return read_portal(path, SECRETS)


def places(folder: Path, **more: Any) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        read(folder, **more)
    assert refusal.value.code == "portal-file"
    assert all(fault.pointer in refusal.value.vi for fault in refusal.value.faults[:5])
    return [fault.pointer for fault in refusal.value.faults]


def test_a_short_file_is_enough(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.codes["status"]["returned"] == "10"
    assert found.codes["channel"] == {"direct": "1", "online": "2", "postal": "3"}
    assert found.answers.success == ("00",)


def test_another_adapters_codes_names_and_session_need_no_more_than_the_file(
    tmp_path: Path,
) -> None:
    found = read(
        tmp_path, session_header="Authorization: Bearer {session}",
        codes={"object": {"citizen": 0, "enterprise": 1, "agency": 2},
               "status": {"received": "DA_TIEP_NHAN"}},
        services={"sync": "NoiHoSo", "progress": "CapNhatTienTrinh"},
        answer={"code": "result.code", "success": ["200", "0"]},
        procedures={"9.000001": {"code": "1.0001", "object": "enterprise"}},
    )
    assert found.codes["object"] == {"citizen": 0, "enterprise": 1, "agency": 2, "other": "4"}
    assert found.codes["status"]["received"] == "DA_TIEP_NHAN"
    assert found.codes["status"]["returned"] == "10"
    assert found.services["sync"] == "NoiHoSo"
    assert found.procedures["9.000001"].object == "enterprise"


@pytest.mark.parametrize(("more", "place"), [
    ({"url": "portal.example"}, "url"),
    ({"url": ""}, "url"),
    ({"madonvi": ""}, "madonvi"),
    ({"madonvi": 7}, "madonvi"),
    ({"session": ""}, "session"),
    ({"login": {"url": "https://x.example/login", "body": {"u": "v"}}}, "session"),
    ({"session": "", "login": {"url": "https://x.example/login"}}, "login.body"),
    ({"session": "", "login": {"url": "x", "body": {"u": "v"}}}, "login.url"),
    ({"session_header": "Authorization"}, "session_header"),
    ({"session_header": "Authorization: {sesion}"}, "session_header"),
    ({"private": "yes"}, "private"),
    ({"codes": {"status": {"recieved": "2"}}}, "codes.status.recieved"),
    ({"codes": {"status": {"received": True}}}, "codes.status.received"),
    ({"codes": {"status": {"received": ["2"]}}}, "codes.status.received"),
    ({"codes": {"status": "1"}}, "codes.status"),
    ({"codes": {"statuses": {}}}, "codes.statuses"),
    ({"codes": 5}, "codes"),
    ({"answer": {"success": "00"}}, "answer.success"),
    ({"services": {"sink": "X"}}, "services.sink"),
    ({"given": {"MaHoSo": "1"}}, "given.MaHoSo"),
    ({"procedures": {"9": {"kode": "1"}}}, "procedures.9.kode"),
    ({"procedures": {"9": {"object": "company"}}}, "procedures.9.object"),
    ({"procedures": {"9": "1"}}, "procedures.9"),
    ({"procedures": []}, "procedures"),
    ({"sectors": {"Thử": ""}}, "sectors.Thử"),
    ({"agencies": {"000": 5}}, "agencies.000"),
    ({"sector": {"Thử": "1"}}, "sector"),
])
def test_a_wrong_place_is_named(tmp_path: Path, more: dict[str, Any], place: str) -> None:
    assert place in places(tmp_path, **more)


def test_every_wrong_place_is_named_at_once(tmp_path: Path) -> None:
    found = places(tmp_path, url="x", madonvi="", colour="red")
    assert found == ["url", "madonvi", "colour"]


def test_a_secret_that_the_environment_lacks_is_named(tmp_path: Path) -> None:
    path = portal_file(tmp_path, "https://portal.example")
    with pytest.raises(Invalid) as refusal:
        read_portal(path, {})
    assert refusal.value.faults[0].pointer == "login.body.password"
    assert "PORTAL_PASSWORD" in refusal.value.vi


@pytest.mark.parametrize("content", ["url = ", "[1, 2]", "\x00", '{"a": '])
@pytest.mark.parametrize("name", ["portal.toml", "portal.json"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: str, name: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Invalid) as refusal:
        read_portal(path, {})
    assert str(path) in refusal.value.vi


def test_passwords_are_not_shown_when_the_portal_is_printed(tmp_path: Path) -> None:
    found = read_portal(portal_file(tmp_path, "https://portal.example"), SECRETS)
    assert SECRETS["PORTAL_PASSWORD"] not in repr(found)


@pytest.mark.parametrize("command", [
    ["portal", "check"], ["worker"], ["serve"],
    ["portal", "resend", "--from", "2026-11-01", "--to", "2026-11-02"],
])
def test_neither_server_nor_worker_starts_on_a_wrong_file(
    tmp_path: Path, command: list[str],
) -> None:
    path = portal_file(tmp_path, "https://portal.example", '[colours]\nred = "1"')
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    done = subprocess.run(
        [sys.executable, "-m", "api", *command], text=True, capture_output=True, timeout=60,
        check=False, env={
            **clean, **SECRETS, "MOTCUA_PORTAL": str(path),
            "MOTCUA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "MOTCUA_OIDC_ISSUER": "https://id.example",
        },
    )
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert "colours" in done.stderr
