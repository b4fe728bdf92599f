"""What is installed: a wheel holds every file of the house, every requirement has its version."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from test_house import PACKAGES, tracked
from town import ROOT


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read(ROOT / "setup.cfg", encoding="utf-8")
    return found


def test_a_wheel_holds_every_file_of_the_packages_the_packs_drawings_and_forms_among_them(
    tmp_path: Path,
) -> None:
    files = [path.relative_to(ROOT) for path in tracked() if path.is_file()]
    for name in files:  # built from a copy, so that the checkout stays as it is
        (tmp_path / "house" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "house" / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation",
         "--no-index", "-w", str(tmp_path), str(tmp_path / "house")], check=True, timeout=300,
    )
    (wheel,) = tmp_path.glob("motcua-*.whl")
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    ours = {name.as_posix() for name in files if name.parts[0] in PACKAGES}
    assert held == ours
    assert {"bpmn/m001/m001.bpmn", "forms/m001/check_residence.form"} <= held


def test_every_pattern_of_package_data_matches_a_file(setup: configparser.ConfigParser) -> None:
    idle = [
        f"{package}: {pattern}" for package, line in setup["options.package_data"].items()
        for pattern in re.split(r"[,\s]+", line.strip())
        if not list(ROOT.joinpath(*package.split(".")).glob(pattern))
    ]
    assert idle == []


def test_every_requirement_of_every_extra_has_its_version_in_the_constraints(
    setup: configparser.ConfigParser,
) -> None:
    lines = [*setup["options"]["install_requires"].splitlines(), *(
        line for extra in setup["options.extras_require"].values() for line in extra.splitlines())]
    asked = {named(line) for line in lines if line and not line.startswith("#")}
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert asked - {named(line) for line in pinned if "==" in line} == set()


def named(requirement: str) -> str:
    """The name in a requirement, as registries compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>\[;!~ ]", requirement)[0]).lower()
