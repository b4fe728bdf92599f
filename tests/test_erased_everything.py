"""One dossier that did all there is, over two nodes: what is left of it once it is erased."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import requests
import signing_linked as two
import town
from erasing import BY, DECISION, FILE, NAME, NUMBER, OFFICER, act, erase, found
from linked import Site
from linked_drawings import AGAIN, CERTIFICATE, RESULT
from papers_linked import added, constable, counter
from signing_linked import audited, need_proven, sign, step
from signing_town import one_page
from test_erased_undelivered import operator

from engine.audit import bundle as bundles
from engine.audit import desk
from engine.audit.desk import replay_stored
from engine.audit.signing import read_seal
from engine.commands import RegisterDossier
from engine.errors import Conflict
from engine.paperwork import ErasePersonal
from engine.store import Store, backup, embedded
from engine.store.tables import APPLICATION

NOVEMBER = {"agency": town.COMMUNE, "from": "2026-11-01", "to": "2026-11-30"}
FIRST, SECOND, DONE = one_page(300), one_page(301), one_page(302)
#: What is asked of an address beside what it needs no query for.
QUERIES: Mapping[str, Sequence[Mapping[str, str]]] = {
    "/register": [{**NOVEMBER, "format": how} for how in ("json", "html", "xlsx", "pdf")],
}


@pytest.fixture
def neighbours(signing_neighbours: tuple[Site, Site]) -> tuple[Site, Site]:
    """The two nodes of which the police's signs."""
    return signing_neighbours


@pytest.fixture
def code(commune: Site, police: Site) -> str:
    """A dossier of hers with papers handed over, signed, sent again, corrected, printed, over."""
    command = RegisterDossier(
        AGAIN, town.COMMUNE, "direct", {"name": NAME, "id_number": NUMBER},
        {"note": f"của {NAME}"},
    )
    code = str(commune.office.execute(command, OFFICER).body["code"])
    said = {"file_name": f"{FILE}.pdf", "name": f"Giấy của {NAME}"}
    added(counter(commune), code, CERTIFICATE, FIRST, **said)
    step(commune, code)
    assert police.fetch() == 1
    sign(police, code, 1)
    step(commune, code)
    assert two.last(police, code)["stand"][0]["number"] == 2
    added(counter(commune), code, CERTIFICATE, SECOND, replaces=1, **said)
    step(commune, code)
    assert police.fetch() == 1
    sign(police, code, 3)
    step(commune, code)
    for format_ in ("pdf", "docx"):
        printed = counter(commune).post(
            f"/dossiers/{code}/papers/receipt?format={format_}", {"asked": True},
            key=f"{code}-{format_}")
        assert printed.status_code == 201, printed.text
    assert counter(commune).get("/register", **NOVEMBER, format="pdf").status_code == 200
    added(constable(police), code, RESULT, DONE, **said)
    sign(police, code, 5)
    step(police, code)
    assert commune.fetch() == 1
    step(commune, code)
    step(commune, code)
    for site in (police, commune):
        site.pump()
    for site in (police, commune):
        assert site.dossier(code).standing.status == "returned"
    return code


def test_all_of_it_is_proven_before_and_after_and_says_nothing_of_her(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    for site in (commune, police):
        before = need_proven(site, code, tmp_path)
        done = erase(site, code)
        assert done["files"]
        assert all(done["taken"])
        assert list(site.files.stored()) == []
        with site.store.reading() as connection:
            assert found(connection, NAME, NUMBER, FILE) == set()
        after = audited(site, tmp_path)
        assert after.broken == []
        assert (after.signatures, after.envelopes) == (before.signatures, before.envelopes)
        with pytest.raises(Conflict, match="erased by decision"):
            replay_stored(site.store, code)
        bundle = bundles.read(bundles.write(desk.bundle_of(site.store, code)))
        name = site.identity.node.rpartition(":")[2]
        assert desk.verify_bundle(bundle, read_seal(tmp_path / f"{name}-seal.pem")).broken == []


@pytest.fixture
def restored(
    server: Path, new_database: Callable[..., str], tmp_path: Path,
) -> Callable[[Site], Site]:
    """Put a backup of a node's database back, and let the node stand on that."""
    def put(site: Site) -> Site:
        with site.store.reading() as connection:
            name = connection.info.dbname
        file, url = tmp_path / f"{name}.backup", new_database()
        backup.backup(embedded.address(server, database=name), file)
        backup.restore(url, file)
        again = url.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
        address = embedded.address(server, role=APPLICATION, database=again)
        return replace(site, store=Store(address))

    return put


def test_a_backup_of_it_is_restored_as_whole_and_as_empty(
    neighbours: tuple[Site, Site], code: str, restored: Callable[[Site], Site], tmp_path: Path,
) -> None:
    for site in neighbours:
        erase(site, code)
        again = restored(site)
        try:
            assert audited(again, tmp_path).broken == []
            with again.store.reading() as connection:
                assert found(connection, NAME, NUMBER, FILE) == set()
        finally:
            again.store.close()


def paths(site: Site) -> list[str]:
    """Every address that the node says can be read."""
    told = requests.get(f"{site.base}/openapi.json", timeout=20).json()
    return [path.removeprefix("/api/v1") for path, how in told["paths"].items() if "get" in how]


def filled(path: str, code: str) -> Iterator[str]:
    """An address with the code of the dossier, and each number that one of its papers may have."""
    path = re.sub(r"\{(code|dossier)\}", code, path)
    yield from {re.sub(r"\{[^}]+\}", str(number), path) for number in range(1, 7)}


def test_every_address_still_answers_sensibly(commune: Site, police: Site, code: str) -> None:
    seen = set()
    for site, agency in ((commune, town.COMMUNE), (police, town.POLICE)):
        erase(site, code)
        person = operator(site, agency)
        for path in paths(site):
            for place in filled(path, code):
                for query in QUERIES.get(path, ({},)):
                    answer = person.get(place, **query)
                    seen.add((path, answer.status_code))
                    assert answer.status_code < 500, (place, answer.text)
                    assert NAME not in answer.text
                    assert FILE not in answer.text
    of_dossier = ("", "/history", "/papers", "/components", "/signatures")
    assert {("/tasks", 200), ("/deliveries", 200), ("/register", 200)} <= seen
    assert {(f"/dossiers/{{code}}{what}", 200) for what in of_dossier} <= seen
    assert ("/dossiers/{code}/replay", 409) in seen
    assert ("/dossiers/{code}/replay", 200) not in seen
    files = ("{number}/content", "signatures/{number}")
    of_papers = {status for path, status in seen if path.endswith(files)}
    assert of_papers == {404}


def test_nothing_is_printed_or_signed_of_it_again(
    commune: Site, police: Site, code: str,
) -> None:
    for site in (commune, police):
        erase(site, code)
    for how in ("pdf", "docx"):
        again = counter(commune).post(
            f"/dossiers/{code}/papers/receipt?format={how}", {"asked": True}, key=f"{code}-{how}")
        assert (again.status_code, again.json()["code"]) == (409, "applicant-unknown")
    for paper in two.kept(police, code):
        with pytest.raises(Conflict, match=r"[Pp]aper"):
            two.ask(police, code, paper.number)


def test_a_signature_under_way_ends_with_what_it_was_asked_for(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    two.ask(police, code, 6)
    assert two.kept(police, code)[5].call
    erase(police, code)
    assert police.calls().drain() == 0
    with police.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM service_call").fetchone() == (0,)
        assert found(connection, NAME, NUMBER, FILE) == set()
    assert commune.dossier(code)
    assert list(police.files.stored()) == []
    assert audited(police, tmp_path).broken == []


def test_where_several_envelopes_stand_in_the_way_it_says_how_many(
    commune: Site, police: Site,
) -> None:
    assert police.base
    code = str(commune.office.execute(
        RegisterDossier(AGAIN, town.COMMUNE, "direct", {"name": NAME}), OFFICER).body["code"])
    for _ in range(2):
        (task,) = commune.open(code)
        commune.complete(task, {"note": f"về {NAME}"})
    act(commune, code, "withdraw", reason=f"{NAME} xin rút")
    with pytest.raises(Conflict, match=r"not there either: 1\.") as refused:
        erase(commune, code)
    assert "Còn 1 phong bì khác" in refused.value.vi


def test_files_that_stayed_because_somebody_died_go_when_it_is_asked_again(
    commune: Site, police: Site, code: str,
) -> None:
    assert police.base
    clerk = town.official(town.COMMUNE, "records_clerk")
    commune.office.execute(ErasePersonal(code, DECISION, BY), clerk)
    assert list(commune.files.stored())
    erase(commune, code)
    assert list(commune.files.stored()) == []
