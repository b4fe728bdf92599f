"""An auditor finds what became of signed papers: files, certificates, authorities, times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import signing_town as town_of
from signing_town import Country, Place

from engine.audit import desk as auditor
from engine.audit.signed import Signed, unlike_signed
from engine.audit.signing import make_seal
from engine.audit.verify import Verdict
from engine.clock import FixedClock
from engine.links.connectors import read_trust
from engine.signatures import Trust
from engine.signatures.signing import signed
from engine.store import embedded, entries
from engine.store.tables import APPLICATION


@pytest.fixture
def code(signing: Place) -> str:
    """A dossier whose result the leader has signed."""
    code = signing.with_result()
    signing.ask(signing.leader, code, 1)
    signing.settle(code)
    return code


@pytest.fixture
def audited(signing: Place, tmp_path: Path, code: str) -> Callable[..., Verdict]:
    """What verifies the archive with what is trusted."""
    seal = make_seal(tmp_path / "checkpoint.pem")
    auditor.add_checkpoint(signing.store, signing.clock.now(), seal)

    def verify(trust: Trust | None = None) -> Verdict:
        given = read_trust(signing.settings.connectors) if trust is None else trust
        return auditor.verify_stored(signing.store, seal, papers_at=Signed(signing.reading, given))

    return verify


def put(signing: Place, code: str, number: int, content: bytes) -> None:
    """Write other bytes over a paper's file, as whoever has the folder could."""
    name = signing.paper(code, number)["sha256"]
    signing.settings.home.joinpath("files", name[:2], name[2:4], name).write_bytes(content)


def forged(signing: Place, code: str, content: bytes) -> Verdict:
    """Verify one entry against other bytes, as if their hash had been the entry's."""
    with signing.store.reading() as connection:
        chain = entries.chain(connection, code)
    trust = read_trust(signing.settings.connectors)
    at = Signed(lambda *_: content, trust)
    return Verdict(broken=list(unlike_signed(code, chain, at)))


def test_a_signed_paper_is_whole(audited: Callable[..., Verdict]) -> None:
    verdict = audited()
    assert verdict.broken == []
    assert verdict.signatures == 1


def test_a_changed_byte_in_a_signed_file_is_found(
    signing: Place, code: str, audited: Callable[..., Verdict],
) -> None:
    content = bytearray(signing.content(code, 2))
    content[700] ^= 1
    put(signing, code, 2, bytes(content))
    (fault,) = audited().broken
    assert f"{code}, entry " in fault
    assert "holds other bytes than were stored" in fault


def test_a_signed_file_that_is_gone_is_found(
    signing: Place, code: str, audited: Callable[..., Verdict],
) -> None:
    name = signing.paper(code, 2)["sha256"]
    signing.settings.home.joinpath("files", name[:2], name[2:4], name).unlink()
    (fault,) = audited().broken
    assert "is gone" in fault


def test_a_paper_changed_before_its_signature_is_found(signing: Place, code: str) -> None:
    content = bytearray(signing.content(code, 2))
    content[20] ^= 1
    found = forged(signing, code, bytes(content)).broken
    assert any("does not begin with the paper" in fault for fault in found)
    assert any("changed after it was signed" in fault for fault in found)


def test_another_officials_signature_over_the_same_paper_is_found(
    signing: Place, code: str, country: Country,
) -> None:
    swapped = town_of.issue("Người khác", country.below)
    other = signed(signing.content(code, 1), swapped.pen, signing.clock.now(), "x")
    (fault,) = forged(signing, code, other).broken
    assert "by another certificate than the entry names" in fault


def test_a_signature_of_another_day_is_found(signing: Place, code: str, country: Country) -> None:
    later = signing.clock.now() + timedelta(days=3)
    other = signed(signing.content(code, 1), country.leader.pen, later, "x")
    (fault,) = forged(signing, code, other).broken
    assert "of another time" in fault


def test_a_signature_taken_off_is_found(signing: Place, code: str) -> None:
    found = forged(signing, code, signing.content(code, 1)).broken
    assert any("it has no signature" in fault for fault in found)


def test_what_is_written_behind_a_signature_is_found(
    signing: Place, code: str, country: Country,
) -> None:
    content = signed(signing.content(code, 2), country.stranger.pen, signing.clock.now(), "y")
    found = forged(signing, code, content).broken
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
    signing: Place, country: Country, audited: Callable[..., Verdict],
) -> None:
    now = signing.clock.now()
    before = country.below.revoking(country.leader, since=now - timedelta(days=1))
    after = country.below.revoking(country.leader, since=now + timedelta(days=1))
    path, file = signing.settings.home, signing.settings.connectors
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
    signing: Place, audited: Callable[..., Verdict],
) -> None:
    assert isinstance(signing.clock, FixedClock)
    signing.clock.advance(timedelta(days=3 * 365))
    assert audited().broken == []


def test_the_command_line_verifies_signatures_too(
    signing: Place, code: str, audited: Callable[..., Verdict], owner: str, server: Path,
) -> None:
    assert audited().whole
    folder = signing.settings.home
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    environment = {
        **clean, "MOTCUA_DATABASE_URL": embedded.address(server, role=APPLICATION, database=name),
        "MOTCUA_CHECKPOINT_KEY": str(folder / "checkpoint.pem"),
        "MOTCUA_FILES": signing.settings.files,
        "MOTCUA_CONNECTORS": str(signing.settings.connectors),
    }

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "api", "audit", "verify"], env=environment,
            capture_output=True, text=True, check=False, timeout=60,
        )

    whole = run()
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert "1 chữ ký số trên giấy tờ" in whole.stdout
    put(signing, code, 2, b"%PDF-")
    broken = run()
    assert broken.returncode == 1
    assert "signed paper 1" in broken.stdout
