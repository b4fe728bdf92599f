"""An auditor finds what became of signed papers: files, certificates, authorities, times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import signing_town as town_of
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from signing_town import Authority, Country, Place

from engine.audit import desk as auditor
from engine.audit.signed import Signed, signing, unlike_signed
from engine.audit.signing import make_seal
from engine.audit.verify import Verdict
from engine.clock import FixedClock
from engine.links.connectors import read_trust
from engine.signatures import Trust
from engine.signatures.signing import Pen, signed
from engine.store import Store, embedded, entries
from engine.store.tables import APPLICATION


@pytest.fixture(scope="module")
def known() -> Country:
    return town_of.country()


@pytest.fixture
def place(
    store: Store, clock: FixedClock, tmp_path: Path, known: Country,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    monkeypatch.setenv(town_of.VARIABLE, town_of.PASSPHRASE)
    with town_of.opened(store, clock, tmp_path, town_of.configuration(tmp_path, known)) as found:
        yield found


@pytest.fixture
def code(place: Place) -> str:
    """A dossier whose result the leader has signed."""
    code = place.with_result()
    place.ask(place.leader, code, 1)
    place.settle(code)
    return code


@pytest.fixture
def audited(place: Place, tmp_path: Path, code: str) -> Callable[..., Verdict]:
    """What verifies the archive with what is trusted."""
    seal = make_seal(tmp_path / "checkpoint.pem")
    auditor.add_checkpoint(place.store, place.clock.now(), seal)

    def verify(trust: Trust | None = None) -> Verdict:
        given = read_trust(place.settings.connectors) if trust is None else trust
        return auditor.verify_stored(place.store, seal, None, Signed(place.reading, given))

    return verify


def pen_of(one: Authority) -> Pen:
    above = tuple(c.public_bytes(Encoding.DER) for c in one.above)
    return Pen(one.der, above, lambda data: one.key.sign(data, padding.PKCS1v15(), SHA256()))


def put(place: Place, code: str, number: int, content: bytes) -> None:
    """Write other bytes over a paper's file, as whoever has the folder could."""
    name = place.paper(code, number)["sha256"]
    place.settings.home.joinpath("files", name[:2], name[2:4], name).write_bytes(content)


def forged(place: Place, code: str, content: bytes) -> Verdict:
    """Verify one entry against other bytes, as if their hash had been the entry's."""
    with place.store.reading() as connection:
        chain = entries.chain(connection, code)
    trust = read_trust(place.settings.connectors)
    verdict = Verdict(signatures=sum(map(signing, chain)))
    verdict.broken.extend(unlike_signed(code, chain, Signed(lambda *_: content, trust)))
    return verdict


def test_a_signed_paper_is_whole(audited: Callable[..., Verdict]) -> None:
    verdict = audited()
    assert verdict.broken == []
    assert verdict.signatures == 1


def test_a_changed_byte_in_a_signed_file_is_found(
    place: Place, code: str, audited: Callable[..., Verdict],
) -> None:
    content = bytearray(place.content(code, 2))
    content[700] ^= 1
    put(place, code, 2, bytes(content))
    (fault,) = audited().broken
    assert f"{code}, entry " in fault
    assert "holds other bytes than were stored" in fault


def test_a_signed_file_that_is_gone_is_found(
    place: Place, code: str, audited: Callable[..., Verdict],
) -> None:
    name = place.paper(code, 2)["sha256"]
    place.settings.home.joinpath("files", name[:2], name[2:4], name).unlink()
    (fault,) = audited().broken
    assert "is gone" in fault


def test_a_paper_changed_before_its_signature_is_found(place: Place, code: str) -> None:
    content = bytearray(place.content(code, 2))
    content[20] ^= 1
    found = forged(place, code, bytes(content)).broken
    assert any("does not begin with the paper" in fault for fault in found)
    assert any("changed after it was signed" in fault for fault in found)


def test_another_officials_signature_over_the_same_paper_is_found(
    place: Place, code: str, known: Country,
) -> None:
    swapped = town_of.issue("Người khác", known.below)
    other = signed(place.content(code, 1), pen_of(swapped), place.clock.now(), "x")
    (fault,) = forged(place, code, other).broken
    assert "by another certificate than the entry names" in fault


def test_a_signature_of_another_day_is_found(place: Place, code: str, known: Country) -> None:
    later = place.clock.now() + timedelta(days=3)
    other = signed(place.content(code, 1), pen_of(known.leader), later, "x")
    (fault,) = forged(place, code, other).broken
    assert "of another time" in fault


def test_a_signature_taken_off_is_found(place: Place, code: str) -> None:
    found = forged(place, code, place.content(code, 1)).broken
    assert any("it has no signature" in fault for fault in found)


def test_what_is_written_behind_a_signature_is_found(
    place: Place, code: str, known: Country,
) -> None:
    content = signed(place.content(code, 2), pen_of(known.stranger), place.clock.now(), "y")
    found = forged(place, code, content).broken
    assert any("no authority that is trusted" in fault for fault in found)
    assert any("another certificate" in fault for fault in found)


def test_an_authority_that_is_trusted_no_more_is_told(audited: Callable[..., Verdict]) -> None:
    other = town_of.issue("CA khác", authority=True)
    (fault,) = audited(Trust((other.der,))).broken
    assert "no authority that is trusted here" in fault


def test_without_any_authority_the_auditor_is_told_what_cannot_be_checked(
    audited: Callable[..., Verdict],
) -> None:
    (fault,) = audited(Trust()).broken
    assert "no authority is configured" in fault


def test_a_certificate_revoked_before_signing_is_found_and_one_revoked_after_is_not(
    place: Place, known: Country, audited: Callable[..., Verdict],
) -> None:
    now = place.clock.now()
    before = known.below.revoking(known.leader, since=now - timedelta(days=1))
    after = known.below.revoking(known.leader, since=now + timedelta(days=1))
    path, file = place.settings.home, place.settings.connectors
    assert file is not None
    configured = json.loads(file.read_text(encoding="utf-8"))
    for content, expected in ((after, 0), (before, 1)):
        (path / "list.crl").write_bytes(content)
        configured["signatures"]["crls"] = [str(path / "list.crl")]
        file.write_text(json.dumps(configured), encoding="utf-8")
        found = audited().broken
        assert len(found) == expected
    assert "was revoked" in found[0]


def test_years_later_when_the_certificate_has_expired_the_signature_still_holds(
    place: Place, audited: Callable[..., Verdict],
) -> None:
    assert isinstance(place.clock, FixedClock)
    place.clock.advance(timedelta(days=3 * 365))
    assert audited().broken == []


def test_the_command_line_verifies_signatures_too(
    place: Place, code: str, audited: Callable[..., Verdict], owner: str, server: Path,
) -> None:
    assert audited().whole
    folder = place.settings.home
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    environment = {
        **clean, "MOTCUA_DATABASE_URL": embedded.address(server, role=APPLICATION, database=name),
        "MOTCUA_CHECKPOINT_KEY": str(folder / "checkpoint.pem"),
        "MOTCUA_FILES": place.settings.files,
        "MOTCUA_CONNECTORS": str(place.settings.connectors),
    }

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "api", "audit", "verify"], env=environment,
            capture_output=True, text=True, check=False, timeout=60,
        )

    whole = run()
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert "1 chữ ký số trên giấy tờ" in whole.stdout
    put(place, code, 2, b"%PDF-")
    broken = run()
    assert broken.returncode == 1
    assert "signed paper 1" in broken.stdout
