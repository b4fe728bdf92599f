"""What a certificate is for: one that is not for signing is told so, time stamp or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import papers_town
import pytest
import signing_town as town_of
from signing_town import LEADER, Authority, Country, Place

from engine.clock import FixedClock
from engine.signatures import Signature, Trust, signatures_in
from engine.signatures.signing import signed
from engine.store import Store


@pytest.fixture(scope="module")
def encrypting(country: Country) -> Authority:
    """A certificate of the trusted authority that is for encrypting keys alone."""
    return town_of.issue("Lê Thị Lãnh Đạo", country.below, uses=(False, False))


Found = Callable[..., Signature]


@pytest.fixture
def found(clock: FixedClock, country: Country) -> Found:
    """What is found of a signature by a pen, with a time stamp or without."""
    def look(one: Authority, *, stamped: bool) -> Signature:
        stamps = town_of.stamping(country) if stamped else None
        content = signed(town_of.one_page(), one.pen, clock.now(), "x", stamps)
        (told,) = signatures_in(content, Trust((country.root.der,)), clock.now())
        assert told.level == ("B-T" if stamped else "B-B")
        return told

    return look


@pytest.mark.parametrize("stamped", [False, True], ids=["without", "with"])
def test_a_certificate_that_is_not_for_signing_is_told_as_untrusted(
    found: Found, encrypting: Authority, stamped: bool,
) -> None:
    told = found(encrypting, stamped=stamped)
    assert told.status == "untrusted"
    assert told.serial == encrypting.serial


@pytest.mark.parametrize("stamped", [False, True], ids=["without", "with"])
@pytest.mark.parametrize("uses", [(True, False), (False, True)], ids=["digital", "non-repudiation"])
def test_either_use_for_signing_is_enough(
    found: Found, country: Country, uses: tuple[bool, bool], stamped: bool,
) -> None:
    one = town_of.issue("Lê Thị Lãnh Đạo", country.below, uses=uses)
    assert found(one, stamped=stamped).status == "valid"


def test_an_authority_unknown_here_is_told_before_what_its_certificates_are_for(
    found: Found,
) -> None:
    other = town_of.issue("CA không ai biết", authority=True)
    one = town_of.issue("Ai đó", other, uses=(False, False))
    assert found(one, stamped=True).status == "unknown-ca"


def test_a_paper_signed_so_is_taken_and_told_as_untrusted(
    signing: Place, encrypting: Authority, country: Country,
) -> None:
    for stamps in (None, town_of.stamping(country)):
        content = signed(
            town_of.one_page(), encrypting.pen, signing.clock.now(), "x", stamps)
        code = papers_town.register(signing.here)
        made = papers_town.hand_in(signing.officer, code, papers_town.FORM, content)
        assert made.status_code == 201, made.text
        (told,) = made.json()["papers"][0]["signatures"]
        assert (told["status"], told["intact"], told["trust"]) == ("untrusted", True, "untrusted")


@pytest.fixture
def opened(
    store: Store, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[dict[str, Any]], Place]]:
    monkeypatch.setenv(town_of.VARIABLE, town_of.PASSPHRASE)
    with ExitStack() as ended:
        yield lambda configured: ended.enter_context(
            town_of.opened(store, clock, tmp_path, configured))


@pytest.mark.parametrize("stamped", [False, True], ids=["without", "with"])
def test_an_official_cannot_sign_with_it(
    opened: Callable[[dict[str, Any]], Place], tmp_path: Path, country: Country,
    encrypting: Authority, stamped: bool,
) -> None:
    stamps = town_of.stamping(country)
    with town_of.posting(lambda sent, _: (200, stamps(sent))) as port:
        stamp = {"url": f"http://127.0.0.1:{port}/tsa", "timeout": 5}
        place = opened(town_of.configuration(
            tmp_path, country, {LEADER: encrypting}, **({"timestamp": stamp} if stamped else {})))
        code = place.with_result()
        assert place.ask(place.leader, code, 1).status_code == 202
        place.settle(code)
    (waiting,) = place.pending(code)
    assert (waiting["state"], waiting["failure"]) == ("incident", "certificate-untrusted")
    assert len(place.papers(code)) == 1
