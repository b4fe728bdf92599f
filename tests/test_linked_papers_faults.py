"""Papers between nodes when things go wrong: late, broken off, other bytes, killed half-way."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests
import town
from failing_papers import Between, between
from linked import Site, Superuser
from linked_drawings import CERTIFICATE, PHOTO, WITH_PAPERS
from papers_linked import (
    added,
    constable,
    content,
    counter,
    dead,
    due_now,
    files,
    make,
    next_step,
)

from engine.clock import FixedClock
from engine.jobs import Downloads
from engine.links.fetching import PaperFetcher
from engine.links.identity import Identity, read_keys
from engine.links.outward import Sink
from engine.paperwork import ErasePaper
from engine.people import Actor, Post
from engine.store import Store, embedded, nodes, people
from engine.store.downloads import Wanted
from engine.store.files import Files
from engine.store.nodes import Node
from engine.store.sweeping import take_away
from engine.store.tables import APPLICATION

BIRTH, FACE = make.pdf(text="sinh"), make.pdf(text="ảnh")


@pytest.fixture
def way(commune: Site, police: Site) -> Iterator[Between]:
    """The way from the police's node to the papers of the commune's."""
    with between(commune.base) as (way, address):
        move(police, address)
        yield way


def move(site: Site, address: str) -> None:
    """Let a node's neighbour lie at another address."""
    with site.store.unit() as unit:
        unit.connection.execute("UPDATE node SET url = %s", (address,))
        unit.commit()


def handed_over(commune: Site, *contents: bytes) -> str:
    """A dossier whose photographs were handed over to the police."""
    code = commune.register(WITH_PAPERS)
    for content_ in contents:
        added(counter(commune), code, PHOTO, content_)
    next_step(commune, code)
    return code


#: What the way does to a file, and what is then said.
FINAL = {
    "other bytes": "wrong-hash: ", "longer": "wrong-size: ", "shorter": "wrong-size: ",
}
#: What is tried again.
PASSING = {
    "500": "status 500", "503": "status 503", "truncate": "broke off: ", "redirect": "status 302",
}


@pytest.mark.parametrize("fault", FINAL)
def test_a_file_that_is_not_the_one_handed_over_is_dead_until_an_operator_re_drives_it(
    commune: Site, police: Site, way: Between, fault: str,
) -> None:
    way.fault = fault
    code = handed_over(commune, BIRTH)
    assert police.fetch() == 0
    (reason,) = dead(police)
    assert reason.startswith(FINAL[fault])
    assert files(constable(police), code) == {(PHOTO, 1): "failed"}
    assert stored(police) == []
    way.fault = "none"
    assert police.fetch() == 0
    operator = operator_of(police)
    (one,) = operator("GET", "/paper-downloads?state=dead").json()["items"]
    assert (one["failure"], one["dossier"], one["tries"]) == (reason, code, 1)
    assert operator("POST", f"/paper-downloads/{one['id']}/redrive").status_code == 200
    assert police.fetch() == 1
    assert content(constable(police), code, 1).content == BIRTH
    assert operator("POST", f"/paper-downloads/{one['id']}/redrive").status_code == 404


def operator_of(site: Site) -> Callable[[str, str], requests.Response]:
    """Somebody who looks after the links of a node."""
    actor = Actor("op", "op", (Post(town.POLICE, "operator", town.SINCE),))
    with site.store.reading() as connection:
        people.put(connection, [], [(actor, town.ISSUER, "op")])

    def ask(method: str, path: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {site.issuer.token('op')}"}
        return requests.request(method, f"{site.base}/api/v1{path}", headers=headers, timeout=20)

    return ask


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_tried_again_and_does_not_hold_up_other_papers(
    commune: Site, police: Site, way: Between, fault: str,
) -> None:
    way.fault = fault
    code = handed_over(commune, BIRTH, FACE)
    assert police.fetch() == 0
    assert way.fetched == 2, "each paper was tried once"
    assert dead(police) == []
    assert node_failures(police) == 0
    with police.store.reading() as connection:
        said = connection.execute("SELECT tries, failure FROM paper_download").fetchall()
    assert [(tries, str(failure).startswith(PASSING[fault])) for tries, failure in said] == [
        (1, True), (1, True)]
    assert police.fetch() == 0, "it waits before it tries again"
    way.fault = "none"
    due_now(police)
    assert police.fetch() == 2
    assert content(constable(police), code, 1).content == BIRTH


def stored(site: Site) -> list[Path]:
    """The files that lie in a node's store under their hash."""
    return list(site.place.rglob("?" * 64))


def node_failures(site: Site) -> int:
    with site.store.reading() as connection:
        return nodes.every(connection)[0].failures


def test_what_never_passes_is_dead_in_the_end(commune: Site, police: Site, way: Between) -> None:
    way.fault = "500"
    handed_over(commune, BIRTH)
    for _ in range(19):
        assert dead(police) == []
        police.fetch()
        due_now(police)
    assert dead(police) == ["status 500"]


def test_a_file_at_which_its_node_hangs_is_put_off_alone_and_the_others_come(
    commune: Site, police: Site, way: Between,
) -> None:
    way.fault, way.only = "hang", hashlib.sha256(BIRTH).hexdigest()
    code = handed_over(commune, BIRTH, FACE)
    began = time.monotonic()
    assert police.fetch() == 1
    assert time.monotonic() - began < 12
    assert files(constable(police), code) == {(PHOTO, 1): "pending", (PHOTO, 2): "here"}
    assert (way.fetched, node_failures(police)) == (2, 0)
    with police.store.reading() as connection:
        assert connection.execute("SELECT max(tries) FROM paper_download").fetchone() == (1,)
    way.fault = "none"
    due_now(police)
    assert police.fetch() == 1


def test_a_node_that_takes_no_connection_is_left_alone_and_no_try_is_counted(
    commune: Site, police: Site,
) -> None:
    handed_over(commune, BIRTH, FACE)
    move(police, "http://127.0.0.1:1")
    assert police.fetch() == 0
    assert node_failures(police) == 1
    with police.store.reading() as connection:
        assert connection.execute("SELECT max(tries) FROM paper_download").fetchone() == (0,)


def test_a_file_said_to_be_larger_than_any_is_dead_at_once_and_not_asked_for(
    commune: Site, police: Site, way: Between, superuser: Superuser,
) -> None:
    handed_over(commune, BIRTH)
    with superuser(police) as connection:
        connection.execute("UPDATE paper_download SET size = 2::bigint ^ 40")
    assert police.fetch() == 0
    (reason,) = dead(police)
    assert reason.startswith("too-large: ")
    assert way.fetched == 0


class ErasedMeanwhile(PaperFetcher):
    """Fetches as ever; before the file is put into its place a clerk erases the paper."""

    def __init__(self, site: Site, code: str) -> None:
        super().__init__(site.current)
        self._site, self._code = site, code

    def fetch(self, node: Node, wanted: Wanted, sink: Sink, now: datetime) -> None:
        super().fetch(node, wanted, sink, now)
        clerk = town.official(town.POLICE, "records_clerk")
        command = ErasePaper(self._code, 1, "12/QĐ-UBND", "Chủ tịch UBND")
        done = self._site.office.execute(command, clerk)
        take_away(self._site.store, self._site.files, str(done.body["sha256"]))


def test_a_paper_that_is_erased_while_its_file_comes_leaves_no_file(
    commune: Site, police: Site,
) -> None:
    code = handed_over(commune, BIRTH)
    fetcher = ErasedMeanwhile(police, code)
    work = Downloads(police.store, police.files, police.clock, fetcher)
    assert work.drain(commune.identity.node) == 0
    fetcher.close()
    assert stored(police) == []
    assert len(dead(police)) == 1
    assert work.waiting() == []


def test_a_file_that_the_sender_has_lost_is_gone_for_good(commune: Site, police: Site) -> None:
    code = handed_over(commune, BIRTH)
    (file,) = stored(commune)
    file.unlink()
    assert police.fetch() == 0
    (reason,) = dead(police)
    assert reason.startswith("gone: status 404: paper-gone")
    assert files(constable(police), code) == {(PHOTO, 1): "failed"}


def test_an_expired_link_is_replaced_by_a_fresh_one_without_anybody(
    commune: Site, police: Site, way: Between,
) -> None:
    way.fault = "500"
    code = handed_over(commune, BIRTH)
    police.fetch()
    commune.clock.advance(timedelta(hours=73))
    way.fault = "none"
    due_now(police)
    assert police.fetch() == 1
    assert way.fetched == 3, "once in vain, once by the old link, once by the fresh one"
    assert content(constable(police), code, 1).content == BIRTH


def fetch_elsewhere(url: str, place: str, keys: str, node: str, now: str) -> None:
    """Fetch what waits, in a process of its own that can be killed."""
    clock = FixedClock(datetime.fromisoformat(now))
    identity = Identity(node, read_keys(Path(keys)))
    fetcher = PaperFetcher(lambda: identity)
    downloads = Downloads(Store(url), Files(place, Path(place)), clock, fetcher)
    for name in downloads.waiting():
        downloads.drain(name)


def test_a_receiver_that_is_killed_in_the_middle_of_a_file_fetches_it_anew(
    commune: Site, police: Site, way: Between, server: Path, tmp_path: Path,
) -> None:
    way.fault = "stall"
    big = large(2_000_000)
    code = handed_over(commune, big)
    with police.store.reading() as connection:
        name = connection.info.dbname
    url = embedded.address(server, role=APPLICATION, database=name)
    child = multiprocessing.get_context("spawn").Process(target=fetch_elsewhere, args=(
        url, str(police.place), str(tmp_path / "police.json"), police.identity.node,
        police.clock.now().isoformat(),
    ))
    child.start()
    assert way.began.wait(20)
    deadline = time.monotonic() + 5
    while not any(p.stat().st_size for p in police.place.rglob("*.part")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert stored(police) == []
    assert files(constable(police), code) == {(PHOTO, 1): "pending"}
    assert police.fetch() == 0, "its claim still stands"
    way.fault = "none"
    due_now(police)
    assert police.fetch() == 1
    assert content(constable(police), code, 1).content == big
    police.need_whole(code)


def large(size: int) -> bytes:
    """A whole PDF of about this size."""
    data = bytes(48 + n % 10 for n in range(1000)) * (size // 1000)
    stream = b"9 0 obj\n<</Length %d>>\nstream\n" % len(data) + data + b"\nendstream\nendobj\n"
    return make.pdf(stream)


def test_ten_megabytes_come_whole(commune: Site, police: Site) -> None:
    big = large(10_000_000)
    code = handed_over(commune, big)
    began = time.perf_counter()
    assert police.fetch() == 1
    print(f"10 MB in {time.perf_counter() - began:.2f} s")
    assert content(constable(police), code, 1).content == big


def test_many_small_papers_come_one_after_the_other(commune: Site, police: Site) -> None:
    code = handed_over(commune, *(make.pdf(text=f"ảnh {n}") for n in range(40)))
    began = time.perf_counter()
    assert police.fetch() == 40
    print(f"40 papers in {time.perf_counter() - began:.2f} s")
    assert set(files(constable(police), code).values()) == {"here"}


def test_a_file_that_no_office_would_take_is_not_kept_because_a_node_sent_it(
    commune: Site, police: Site, superuser: Superuser,
) -> None:
    """The sender took it before its checks were what they are; this node judges for itself."""
    code = commune.register(WITH_PAPERS)
    added(counter(commune), code, CERTIFICATE, BIRTH)
    evil = make.pdf(b"4 0 obj\n<</S/JavaScript/JS(app.alert(1))>>\nendobj\n")
    store = commune.files
    with store.receiving() as incoming:
        incoming.write(evil)
        store.keep(incoming)
        name = incoming.sha256
    with superuser(commune) as connection:
        connection.execute("UPDATE paper SET sha256 = %s, size = %s", (name, len(evil)))
    next_step(commune, code)
    assert police.fetch() == 0
    (reason,) = dead(police)
    assert reason.startswith("file-active: ")
    assert stored(police) == []
