"""Packs: our own procedures come installed, and a wheel of another house brings more."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine import packs
from engine.errors import NotFound

TEMPLATE = Path(__file__).resolve().parent.parent / "examples" / "pack_template"


def test_the_built_in_pack_holds_four_procedures_with_their_forms() -> None:
    found = {p.name: p for p in packs.installed() if p.pack == "builtin"}
    assert set(found) == {"m001", "p088", "p094", "p106"}
    for name, procedure in found.items():
        assert f"{name}.bpmn" in procedure.files
        assert any(file.endswith(".form") for file in procedure.files)


def test_an_unknown_pack_is_told_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="builtin/p088"):
        packs.procedure("builtin", "p999")


def test_the_pack_template_installs_as_a_wheel_and_is_found(tmp_path: Path) -> None:
    source = tmp_path / "pack"
    shutil.copytree(TEMPLATE, source, ignore=shutil.ignore_patterns("build", "*.egg-info"))
    described = '{"connectors": {"notify": {"kind": "http", "url": "https://sample.example/"}}}'
    (source / "motcua_sample_pack" / "connectors.json").write_text(described, encoding="utf-8")
    place = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation",
         "--target", str(place), str(source)],
        check=True, capture_output=True,
    )
    asked = ("from engine import packs; from engine.links.connectors import read_registry; "
             "print([(p.pack, p.name, sorted(p.files)) for p in packs.installed()][-1]); "
             "print(sorted(read_registry(packs.connectors(), None).names))")
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": f"{place}:{TEMPLATE.parent.parent}"},
    )
    assert "motcua_sample_pack" in done.stdout
    assert "certify.bpmn" in done.stdout
    assert "['notify']" in done.stdout
