"""The operator's guide tells of every number that `/metrics` gives, and of no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from http_town import Issuer, running
from town import ROOT

from api.settings import Settings
from engine.clock import FixedClock
from engine.store import Store, nodes
from engine.store.nodes import Node

GUIDE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(motcua_\w+)` \|([^|]*)\|[^|]+\|[^|]+\|$", re.MULTILINE)


@pytest.fixture
def told(store: Store, clock: FixedClock, issuer: Issuer, tmp_path: Path) -> Iterator[str]:
    """What a server says that is linked to a node and to the national portal."""
    with store.unit() as unit:
        nodes.put(unit.connection, Node("urn:test:other", "https://other.example"), clock.now())
        unit.commit()
    settings = Settings(tmp_path, files=str(tmp_path / "files"), portal=tmp_path / "portal.toml")
    with running(store, clock, issuer, settings=settings) as base:
        requests.get(f"{base}/healthz", timeout=20)
        yield requests.get(f"{base}/metrics", timeout=20).text


def test_the_guide_and_the_server_name_the_same_numbers_with_the_same_labels(told: str) -> None:
    # Of counters the library also tells when they began, where one process serves alone.
    families = {
        name for name in re.findall(r"^# TYPE (motcua_\w+) ", told, re.MULTILINE)
        if not name.endswith("_created")
    }
    rows = dict(ROW.findall(GUIDE))
    assert set(rows) == families
    for name, cell in rows.items():
        samples = re.findall(rf"^{name}(?:_count)?(?:{{(.*)}})? ", told, re.MULTILINE)
        labels = set(re.findall(r"(\w+)=", samples[0]))
        states = re.findall(r'state="(\w+)"', " ".join(samples))
        assert {f"`{word}`" for word in (*labels, *states)} == set(re.findall(r"`\w+`", cell))
