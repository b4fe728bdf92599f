"""A signature under way ends with its paper: erased, replaced or withdrawn, also in mid-signing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import papers_town
import pytest
import signing_town as town_of
import town
from signing_town import Country, Place, RemoteSigner

from engine.audit import desk as auditor
from engine.audit.signing import make_seal
from engine.clock import FixedClock
from engine.paperwork import ErasePaper
from engine.store import Store
from engine.store.sweeping import take_away

End = Callable[[Place, str], None]


def erase(place: Place, code: str) -> None:
    """Erase the result on a recorded decision."""
    clerk = town.official(town.COMMUNE, "records_clerk")
    done = place.office.execute(ErasePaper(code, 1, "12/QĐ-UBND", "Chủ tịch UBND xã"), clerk)
    take_away(place.store, place.files, str(done.body["sha256"]))


def replace(place: Place, code: str) -> None:
    """Put another file in the place of the result."""
    made = papers_town.hand_in(
        place.officer, code, papers_town.RESULT, town_of.one_page(400), copy="electronic",
        replaces=1)
    assert made.status_code == 201, made.text


def withdraw(place: Place, code: str) -> None:
    """Withdraw the result as a wrong one."""
    gone = place.officer.post(
        f"/dossiers/{code}/components/1/withdraw", {"reason": "Nhầm tệp."},
        etag=place.paper(code, 1)["etag"])
    assert gone.status_code == 200, gone.text


#: What ends a paper -> how it then stands, and how many papers there are.
ENDS: dict[str, tuple[End, str, int]] = {
    "erased": (erase, "erased", 1), "replaced": (replace, "replaced", 2),
    "withdrawn": (withdraw, "withdrawn", 1),
}


def calls(place: Place) -> int:
    with place.store.reading() as connection:
        row = connection.execute("SELECT count(*) FROM service_call").fetchone()
    return int(row[0]) if row else 0


def need_ended(place: Place, code: str, how: str) -> None:
    """Fail unless nothing is under way, nothing was signed, and history can be done again."""
    _, state, count = ENDS[how]
    first = place.paper(code, 1)
    assert (first["state"], first["awaits_signature_of"]) == (state, None)
    assert (place.pending(code), calls(place)) == ([], 0)
    assert [paper["source"] for paper in place.papers(code)] == ["submitted"] * count
    assert auditor.replay_stored(place.store, code).whole
    seal = make_seal(place.settings.home / "seal.pem")
    auditor.add_checkpoint(place.store, place.clock.now(), seal)
    assert auditor.verify_stored(place.store, seal, files=place.files).broken == []


@pytest.mark.parametrize("how", ENDS)
def test_a_paper_that_counts_no_more_takes_the_asked_signature_with_it(
    signing: Place, how: str,
) -> None:
    code = signing.with_result()
    assert signing.ask(signing.leader, code, 1).status_code == 202
    assert calls(signing) == 1
    ENDS[how][0](signing, code)
    assert signing.worker.drain() == 0
    need_ended(signing, code, how)


@pytest.fixture
def signer(country: Country) -> Iterator[RemoteSigner]:
    with town_of.remote(country.leader, country.officer) as found:
        yield found


@pytest.fixture
def remote(
    store: Store, clock: FixedClock, tmp_path: Path, country: Country, signer: RemoteSigner,
) -> Iterator[Place]:
    configured = town_of.held_remotely(tmp_path, country, signer)
    with town_of.opened(store, clock, tmp_path, configured) as place:
        yield place


@pytest.mark.parametrize("how", ENDS)
def test_what_is_signed_while_its_paper_goes_is_not_brought_in(
    remote: Place, signer: RemoteSigner, how: str,
) -> None:
    """The paper goes between the worker's claim and the answer of the service that signs."""
    code = remote.with_result()

    def meanwhile(signer: RemoteSigner, asked: dict[str, Any]) -> tuple[int, bytes]:
        ENDS[how][0](remote, code)
        return town_of.signing(signer, asked)

    signer.answer = meanwhile
    assert remote.ask(remote.leader, code, 1).status_code == 202
    remote.work(until=lambda: len(signer.asked) == 1)
    remote.worker.drain()
    assert len(signer.asked) == 1
    need_ended(remote, code, how)


def test_the_paper_that_took_its_place_is_asked_for_anew(signing: Place) -> None:
    code = signing.with_result()
    signing.ask(signing.leader, code, 1)
    replace(signing, code)
    assert signing.ask(signing.leader, code, 1).json()["code"] == "paper-not-held"
    assert signing.ask(signing.leader, code, 2).status_code == 202
    signing.settle(code)
    assert signing.paper(code, 3)["source"] == "signed"
    assert auditor.replay_stored(signing.store, code).whole
