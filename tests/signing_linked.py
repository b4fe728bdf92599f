"""Two nodes of which the police's signs: what is asked, signed and sent again between them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import signing_town
import town
from linked import NewStore, Site, sites
from linked_drawings import AGAIN, drawing_sent_again
from signing_town import Country

from engine.audit import desk
from engine.audit.desk import Verdict
from engine.audit.signed import Signed
from engine.audit.signing import make_seal, read_seal
from engine.clock import FixedClock
from engine.components.papers import Paper
from engine.history import read_body
from engine.links.connectors import read_trust
from engine.office import Office
from engine.office.papers import paper_etag
from engine.paperwork import ErasePaper
from engine.signing import AskSignature
from engine.store import entries, papers
from engine.store.sweeping import take_away

CHIEF = town.official(town.POLICE, "leader")


@contextmanager
def two_nodes(
    new_store: NewStore, clock: FixedClock, folder: Path, known: Country,
) -> Iterator[tuple[Site, Site]]:
    """The commune and the police, linked; the chief of the police can sign."""
    told = signing_town.configuration(folder, known, {CHIEF.id: known.leader})
    file = folder / "connectors.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    with sites(("commune", "police"), new_store, clock, folder, {"police": file}) as found:
        commune, police = found
        for site in found:
            town.bring_into_force(Office(site.store, clock), AGAIN, drawing_sent_again(), clock)
        commune.know(police, (town.POLICE,))
        police.know(commune, (town.COMMUNE,))
        yield commune, police


def kept(site: Site, code: str) -> list[Paper]:
    """Every paper that a node has of a dossier."""
    with site.store.reading() as connection:
        return list(papers.of_dossier(connection, code))


def standing(site: Site, code: str) -> list[tuple[int, str, str]]:
    """Number, source and state of every paper that a node has of a dossier."""
    return [(paper.number, paper.source, paper.state) for paper in kept(site, code)]


def ask(site: Site, code: str, number: int) -> None:
    """Let the chief ask for their own signature on a paper."""
    paper = kept(site, code)[number - 1]
    site.office.execute(
        AskSignature(code, number), CHIEF, if_match=frozenset({paper_etag(code, paper)}))


def sign(site: Site, code: str, number: int) -> bytes:
    """Let the chief sign a paper; return the signed file, the newest of the dossier."""
    before, end = len(kept(site, code)), time.monotonic() + 20
    ask(site, code, number)
    while len(kept(site, code)) == before:
        assert time.monotonic() < end, "nothing was signed"
        site.calls().drain()
    made = kept(site, code)[-1]
    with site.files.reading(str(made.sha256), made.size or 0) as file:
        return file.read()


def erase(site: Site, agency: str, code: str, number: int) -> None:
    """Erase the file of a paper on a recorded decision, as `motcua files erase` does."""
    clerk = town.official(agency, "records_clerk")
    command = ErasePaper(code, number, "12/QĐ-UBND", "Chủ tịch UBND")
    done = site.office.execute(command, clerk)
    take_away(site.store, site.files, str(done.body["sha256"]))


def step(site: Site, code: str) -> None:
    """Complete the one task that stands open at a node, and deliver what it sends."""
    (task,) = site.open(code)
    site.complete(task, {})
    site.pump()


def last(site: Site, code: str) -> dict[str, Any]:
    """What the last entry of a dossier says came of it."""
    with site.store.reading() as connection:
        found = read_body(entries.chain(connection, code)[-1])
    return dict(found["content"]["outcome"])


def need_proven(site: Site, code: str, folder: Path) -> Verdict:
    """Fail unless a dossier can be done again and an auditor finds nothing; return the verdict."""
    site.need_whole(code)
    verdict = audited(site, folder)
    assert verdict.broken == [], verdict.broken
    return verdict


def audited(site: Site, folder: Path) -> Verdict:
    """What `motcua audit verify` finds at a node, its files and signatures included."""
    file = folder / f"{site.identity.node.rpartition(':')[2]}-seal.pem"
    seal = read_seal(file) if file.exists() else make_seal(file)
    desk.add_checkpoint(site.store, site.clock.now(), seal)

    def read(name: str, size: int) -> bytes:
        with site.files.reading(name, size) as content:
            return content.read()

    return desk.verify_stored(
        site.store, seal, files=site.files, papers_at=Signed(read, read_trust(site.connectors)))
