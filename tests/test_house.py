"""The house keeps its own rules: sizes, floors, words, packaging, no traces of a machine."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from setuptools import find_packages
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task

from engine.flow.specs import private

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("engine", "api", "bpmn", "forms")

#: Functions and modules beyond the limits, each with its reason. Empty is best.
EXPLAINED: dict[str, str] = {}

#: Rooms that must stay pure: what they may import beside the standard library and the engine.
PURE = {
    "proceed": set(), "dossier": set(), "procedure": set(), "law": set(), "commands": set(),
    "calling": set(), "signing": set(),
    "components": set(), "inspection": set(), "forms": {"marshmallow"}, "handoff": set(),
    "history": {"rfc8785"}, "expressions": set(),
    "worktime": set(), "people": set(), "step": set(), "clock": set(), "errors": set(),
}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of engine and api by its path in the repository, parsed."""
    paths = sorted(p for package in ("engine", "api") for p in (ROOT / package).rglob("*.py"))
    return {str(p.relative_to(ROOT)): ast.parse(p.read_text(encoding="utf-8")) for p in paths}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.name}", node


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False, text=True
    )
    if listing.returncode:
        pytest.skip("not a git checkout: which files belong to the project is not known")
    return [ROOT / name for name in listing.stdout.split("\0") if name]


def test_the_four_names_belong_to_motcua_alone() -> None:
    owners = packages_distributions()
    assert {owner for name in PACKAGES for owner in owners[name]} == {"motcua"}


def test_the_packages_listed_are_the_packages_that_stand() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = setup["options"]["packages"].split()
    include = [pattern for name in PACKAGES for pattern in (name, f"{name}.*")]
    assert sorted(listed) == sorted(find_packages(str(ROOT), include=include))


def test_every_data_file_of_the_packages_is_installed_with_them() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    shipped = {
        path
        for package, patterns in setup["options.package_data"].items()
        for pattern in re.split(r"[,\s]+", patterns.strip())
        for path in ROOT.joinpath(*package.split(".")).glob(pattern)
    }
    data = {p for p in tracked() if p.relative_to(ROOT).parts[0] in PACKAGES and p.suffix != ".py"}
    assert sorted(str(p.relative_to(ROOT)) for p in data - shipped if p.exists()) == []


def test_no_module_is_longer_than_300_lines() -> None:
    lengths = {path: (ROOT / path).read_text(encoding="utf-8").count("\n") for path in modules()}
    assert {p: n for p, n in lengths.items() if n > 300 and p not in EXPLAINED} == {}


def test_no_function_is_longer_than_30_lines() -> None:
    lengths = {name: (node.end_lineno or 0) - node.lineno for name, node in functions()}
    assert {f: n for f, n in lengths.items() if n > 30 and f not in EXPLAINED} == {}


def test_no_function_takes_more_than_five_positional_parameters() -> None:
    counts = {
        name: sum(a.arg not in {"self", "cls"} for a in (*node.args.posonlyargs, *node.args.args))
        for name, node in functions()
    }
    assert {f: n for f, n in counts.items() if n > 5 and f not in EXPLAINED} == {}


def test_whatever_is_explained_still_needs_its_explanation() -> None:
    known = set(modules()) | {name for name, _ in functions()}
    assert set(EXPLAINED) <= known


def test_every_module_says_its_one_job() -> None:
    assert [path for path, tree in modules().items() if not ast.get_docstring(tree)] == []


def test_no_module_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "models", "common", "manager", "misc"}
    parts = {path: set(Path(path).with_suffix("").parts) for path in modules()}
    assert [path for path, names in parts.items() if names & vague] == []


def test_the_rooms_below_the_flow_need_no_third_party_package() -> None:
    foreign = {}
    for path, tree in modules().items():
        room = Path(path).with_suffix("").parts[1]
        if path.startswith("engine/") and room in PURE:
            roots = {name.split(".")[0] for name in imports(tree)}
            foreign[path] = roots - PURE[room] - {"engine"} - sys.stdlib_module_names
    assert {path: names for path, names in foreign.items() if names} == {}


def test_spiffworkflow_is_subclassed_in_its_own_room_alone() -> None:
    found = []
    for path, tree in modules().items():
        if path.startswith("engine/flow/specs"):
            continue
        taken = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("SpiffWorkflow")
            for alias in node.names
        }
        found += [
            f"{path}:{node.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and taken & {base.id for base in node.bases if isinstance(base, ast.Name)}
        ]
    assert found == []


def test_private_ground_of_spiffworkflow_is_used_only_where_it_is_listed() -> None:
    owned = {n for c in (Task, BpmnTaskSpec, BpmnSubWorkflow) for n in dir(c) if _is_private(n)}
    listed = {*private.TASK_ATTRIBUTES, *(n for names in private.METHODS.values() for n in names)}
    used = {
        f"{path}: {name}"
        for path, tree in modules().items()
        if path.startswith("engine/flow")
        for name in _private_names(tree) & owned - listed
    }
    assert used == set()


def test_nothing_of_the_machine_or_of_a_registry_stands_in_the_repository() -> None:
    # Written in pieces, so that this file does not find itself.
    places = re.compile(
        "|".join(["/" + "root/", "/" + r"home/\w+/", "/" + "work/", "/" + "Users/",
                  "pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)"])
    )
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # a picture, or a file that another change has taken away
        found += [f"{path.relative_to(ROOT)}: {m[0]}" for m in places.finditer(text)]
    assert found == []


def test_every_guide_and_decision_that_the_house_cites_is_in_it() -> None:
    decisions = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    numbers = set(re.findall(r"^## (\d+)\. ", decisions, re.MULTILINE))
    lost = []
    for path in tracked():
        if path.suffix not in {".py", ".md", ".cfg", ".toml", ".html"} or not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        cited = set(re.findall(r"\bdocs/[\w.-]+\.md\b", text))
        lost += [f"{path.name}: {name}" for name in cited if not (ROOT / name).is_file()]
        lost += [f"{path.name}: decision {number}" for number in re.findall(
            r"docs/decisions\.md, (\d+)", text) if number not in numbers]
        # In pieces, so that this file does not find itself.
        lost += [f"{path.name}: {found}" for found in re.findall(r"\bdesign" + r"\.md\b", text)]
    assert lost == []


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _private_names(tree: ast.Module) -> set[str]:
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return {name for name in names if _is_private(name)}
