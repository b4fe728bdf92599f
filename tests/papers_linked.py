"""Papers that go from the commune's node to the police's and back, and what officials see of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import town
from http_town import Person
from linked import NewStore, Site, sites
from linked_drawings import WITH_PAPERS, drawing_with_papers
from papers_town import hand_in, item, make, needs

from engine.clock import FixedClock
from engine.office import Office
from engine.store import downloads

__all__ = ["hand_in", "item", "make", "needs"]


@contextmanager
def two_nodes(new_store: NewStore, clock: FixedClock, folder: Path) -> Iterator[tuple[Site, Site]]:
    """The commune and the police, linked, the procedure with papers in force at both."""
    with sites(("commune", "police"), new_store, clock, folder) as (commune, police):
        for site in (commune, police):
            in_force(site, clock)
        commune.know(police, (town.POLICE,))
        police.know(commune, (town.COMMUNE,))
        yield commune, police


def in_force(site: Site, clock: FixedClock) -> None:
    """Let the procedure with papers take effect at a node."""
    town.bring_into_force(Office(site.store, clock), WITH_PAPERS, drawing_with_papers(), clock)


def counter(site: Site) -> Person:
    """The one-stop officer of the commune."""
    return site.person(town.COMMUNE, "one_stop_officer")


def constable(site: Site) -> Person:
    """A specialist of the police."""
    return site.person(town.POLICE, "specialist")


def added(person: Person, code: str, component: str, content: bytes, **said: Any) -> int:
    """Add a paper with its file; return its number."""
    answer = hand_in(person, code, component, content, **said)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["number"])


def next_step(site: Site, code: str) -> None:
    """Complete the one task that stands open at a node, and deliver what it sends."""
    (task,) = site.open(code)
    site.complete(task, {})
    site.pump()


def files(person: Person, code: str) -> dict[tuple[str, int], str]:
    """How the files of the papers that somebody sees stand, by component and number."""
    told = needs(person, code)
    return {
        (paper["component"], paper["number"]): paper["file"]
        for one in (*told["items"], told["others"]) for paper in one["papers"]
    }


def content(person: Person, code: str, number: int) -> requests.Response:
    return person.get(f"/dossiers/{code}/components/{number}/content")


def due_now(site: Site) -> None:
    """Let what was put off be tried at once, as time would."""
    with site.store.unit() as unit:
        unit.connection.execute("UPDATE paper_download SET not_before = NULL")
        unit.connection.execute("UPDATE node SET not_before = NULL")
        unit.commit()


def dead(site: Site) -> list[str]:
    """Why files cannot come to a node."""
    with site.store.reading() as connection:
        return [str(one.failure) for one in downloads.listed(connection, state="dead")]
