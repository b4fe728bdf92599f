"""Birth, residence and health insurance for a child: a commune, the police and social insurance,
each at a node of its own, one dossier."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import town
from linked import Site, sites

from engine.clock import FixedClock
from engine.store import Store, embedded
from engine.store.tables import APPLICATION

M001 = "M001"


@pytest.fixture
def new_store(
    server: Path, migrated: str, new_database: Callable[..., str],
) -> Iterator[Callable[[], Store]]:
    made: list[Store] = []

    def make() -> Store:
        name = new_database(template=migrated).split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
        made.append(Store(embedded.address(server, role=APPLICATION, database=name)))
        town.settle_town(made[-1])
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def three(
    new_store: Callable[[], Store], clock: FixedClock, tmp_path: Path,
) -> Iterator[list[Site]]:
    with sites(("commune", "police", "insurance"), new_store, clock, tmp_path) as found:
        commune, police, insurance = found
        commune.know(police, (town.POLICE,))
        commune.know(insurance, (town.INSURANCE,))
        for site in (police, insurance):
            site.know(commune, (town.COMMUNE,))
        for site in found:
            town.bring_into_force(site.office, M001, town.pack_files("m001"), clock)
        yield found


def play(found: list[Site], code: str, path: str) -> None:
    plan = town.walk("m001")["paths"][path]
    left: dict[str, list[Any]] = {key: list(given) for key, given in plan["answers"].items()}
    for element in plan["order"]:
        for _ in range(6):
            for site in found:
                site.pump()
        site, task = next(
            (site, task) for site in found for task in site.open(code) if task.element == element
        )
        site.complete(task, left[element].pop(0))
    for _ in range(6):
        for site in found:
            site.pump()


def test_one_dossier_goes_through_three_nodes_to_the_returned_result(three: list[Site]) -> None:
    commune, police, _ = three
    code = commune.register(M001)
    play(three, code, "happy")
    assert commune.dossier(code).standing.status == "returned"
    for site in three:
        assert site.open(code) == []
        site.need_whole(code)
    assert police.dossier(code).links.origin == "urn:test:commune"
    assert set(commune.dossier(code).links.peers) == {
        "urn:test:police", "urn:test:insurance",
    }
    parts = commune.dossier(code).links.peers["urn:test:police"].parts
    assert [part["status"] for part in parts] == ["finished"]
