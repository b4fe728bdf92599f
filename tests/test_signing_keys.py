"""Keys that do not fit: wrong passphrases, swapped, expired, revoked and unknown certificates."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import signing_town as town_of
from served import OPERATOR
from signing_town import CONNECTOR, LEADER, Authority, Country, Place
from structlog.testing import capture_logs

from engine.calling import RetryService
from engine.clock import FixedClock
from engine.errors import Invalid, NotInstalled
from engine.links.connectors import read_registry
from engine.store import Store

Opened = Callable[[dict[str, Any]], Place]


@pytest.fixture
def opened(
    store: Store, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Opened]:
    monkeypatch.setenv(town_of.VARIABLE, town_of.PASSPHRASE)
    with ExitStack() as ended:
        yield lambda configured: ended.enter_context(
            town_of.opened(store, clock, tmp_path, configured))


def failure(place: Place) -> tuple[str, str]:
    """Let the leader ask for a signature; return how it stands once nothing moves any more."""
    code = place.with_result()
    asked = place.ask(place.leader, code, 1)
    assert asked.status_code == 202, asked.text
    place.settle(code)
    (waiting,) = place.pending(code)
    assert [p["number"] for p in place.papers(code)] == [1]
    return waiting["state"], waiting["failure"]


def test_a_wrong_passphrase_is_an_incident_that_says_so_and_nothing_of_it(
    opened: Opened, tmp_path: Path, country: Country, monkeypatch: pytest.MonkeyPatch, owner: str,
) -> None:
    place = opened(town_of.configuration(tmp_path, country))
    monkeypatch.setenv(town_of.VARIABLE, "sai-bi-mat-8472")
    with capture_logs() as logs:
        state, why = failure(place)
    assert (state, why) == ("incident", "key-not-opened: wrong-passphrase-or-no-pkcs12")
    assert "8472" not in json.dumps(logs, default=str)
    assert "8472" not in _everything(owner)


def test_an_operator_lets_it_be_tried_anew_once_the_passphrase_is_right(
    opened: Opened, tmp_path: Path, country: Country, monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = opened(town_of.configuration(tmp_path, country))
    monkeypatch.setenv(town_of.VARIABLE, "sai")
    code = place.with_result()
    place.ask(place.leader, code, 1)
    place.settle(code)
    monkeypatch.setenv(town_of.VARIABLE, town_of.PASSPHRASE)
    with place.store.reading() as connection:
        ((call,),) = connection.execute("SELECT task FROM service_call").fetchall()
    place.office.execute(RetryService(call), OPERATOR)
    place.settle(code)
    assert place.pending(code) == []
    assert place.paper(code, 2)["source"] == "signed"


def test_no_key_and_no_passphrase_comes_into_the_database(
    opened: Opened, tmp_path: Path, country: Country, owner: str,
) -> None:
    place = opened(town_of.configuration(tmp_path, country))
    code = place.with_result()
    place.ask(place.leader, code, 1)
    with capture_logs() as logs:
        place.settle(code)
    assert place.paper(code, 2)["source"] == "signed"
    said = _everything(owner) + json.dumps(logs, default=str, ensure_ascii=False)
    numbers = country.leader.key.private_numbers()
    for secret in (town_of.PASSPHRASE, "PRIVATE KEY", str(numbers.d), f"{numbers.p:x}"):
        assert secret not in said


def test_a_passphrase_that_nobody_has_set_is_named(
    opened: Opened, tmp_path: Path, country: Country, monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = opened(town_of.configuration(tmp_path, country))
    monkeypatch.delenv(town_of.VARIABLE)
    assert failure(place) == ("incident", f"passphrase-not-set: {town_of.VARIABLE}")


def test_a_passphrase_may_stand_in_a_file_of_its_own(
    opened: Opened, tmp_path: Path, country: Country, monkeypatch: pytest.MonkeyPatch,
) -> None:
    configured = town_of.configuration(tmp_path, country)
    own = configured["connectors"][CONNECTOR]["officials"][LEADER]
    del own["passphrase"]
    own["passphrase_file"] = str(tmp_path / "mat-khau")
    (tmp_path / "mat-khau").write_text(f"{town_of.PASSPHRASE}\n", encoding="utf-8")
    monkeypatch.delenv(town_of.VARIABLE)
    place = opened(configured)
    code = place.with_result()
    place.ask(place.leader, code, 1)
    place.settle(code)
    assert place.paper(code, 2)["source"] == "signed"


def test_a_key_file_that_is_gone_is_an_incident(
    opened: Opened, tmp_path: Path, country: Country,
) -> None:
    place = opened(town_of.configuration(tmp_path, country))
    (tmp_path / f"{LEADER}.p12").unlink()
    assert failure(place) == ("incident", "key-file-not-read: No such file or directory")


def test_a_certificate_swapped_for_another_ones_signs_nothing(
    opened: Opened, tmp_path: Path, country: Country,
) -> None:
    place = opened(town_of.configuration(tmp_path, country))
    (tmp_path / f"{LEADER}.p12").write_bytes(country.officer.p12())
    state, why = failure(place)
    assert state == "incident"
    assert why == f"certificate-of-another: not serial {country.leader.serial}"


@pytest.mark.parametrize(("which", "why"), [
    ("expired", "certificate-expired"), ("stranger", "certificate-unknown-ca"),
])
def test_a_certificate_that_does_not_hold_signs_nothing(
    opened: Opened, tmp_path: Path, country: Country, which: str, why: str,
) -> None:
    one: Authority = getattr(country, which)
    place = opened(town_of.configuration(tmp_path, country, {LEADER: one}))
    assert failure(place) == ("incident", why)


def test_a_revoked_certificate_signs_nothing(
    opened: Opened, tmp_path: Path, country: Country, clock: FixedClock,
) -> None:
    configured = town_of.configuration(tmp_path, country)
    since = clock.now() - timedelta(hours=1)
    (tmp_path / "list.crl").write_bytes(country.below.revoking(country.leader, since=since))
    configured["signatures"]["crls"] = [str(tmp_path / "list.crl")]
    assert failure(opened(configured)) == ("incident", "certificate-revoked")


def test_a_list_of_revocation_that_the_authority_has_not_signed_does_not_count(
    opened: Opened, tmp_path: Path, country: Country, clock: FixedClock,
) -> None:
    configured = town_of.configuration(tmp_path, country)
    forger = town_of.issue("CA công vụ thử nghiệm", authority=True)
    (tmp_path / "list.crl").write_bytes(forger.revoking(country.leader, since=clock.now()))
    configured["signatures"]["crls"] = [str(tmp_path / "list.crl")]
    place = opened(configured)
    code = place.with_result()
    place.ask(place.leader, code, 1)
    place.settle(code)
    assert place.paper(code, 2)["source"] == "signed"


def _signer(configured: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = configured["connectors"][CONNECTOR]
    return found


def _drop(holder: dict[str, Any], name: str) -> None:
    del holder[name]


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no anchors": (lambda c: c["signatures"].update(anchors=[]), "cần signatures.anchors"),
    "anchor gone": (lambda c: c["signatures"].update(anchors=["/none.pem"]), "/none.pem: không mở"),
    "nobody": (lambda c: _signer(c).update(officials={}), "officials: cần ít nhất một cán bộ"),
    "serial": (lambda c: _drop(_signer(c)["officials"][LEADER], "serial"), "serial: còn thiếu"),
    "passphrase itself": (
        lambda c: _signer(c)["officials"][LEADER].update(passphrase="mat-khau"),
        "passphrase: phải là tên biến môi trường",
    ),
    "unknown": (lambda c: _signer(c).update(pin="1"), "pin: không có mục này"),
    "no service": (
        lambda c: _signer(c)["officials"].update(x={"serial": "1", "certificate": "c.pem"}),
        "cần mục remote",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_configuration_is_told_with_its_place(
    tmp_path: Path, country: Country, fault: str,
) -> None:
    configured = town_of.configuration(tmp_path, country)
    spoil, says = FAULTS[fault]
    spoil(configured)
    file = tmp_path / "connectors.json"
    file.write_text(json.dumps(configured), encoding="utf-8")
    with pytest.raises(Invalid) as refusal:
        read_registry([], file)
    assert says in refusal.value.vi


def test_a_file_that_holds_no_certificates_is_named(tmp_path: Path, country: Country) -> None:
    configured = town_of.configuration(tmp_path, country)
    (tmp_path / "root.pem").write_bytes(b"-----BEGIN nothing")
    file = tmp_path / "connectors.json"
    file.write_text(json.dumps(configured), encoding="utf-8")
    with pytest.raises(Invalid, match=r"signatures\.anchors"):
        read_registry([], file)


def test_without_the_library_a_signing_connector_is_refused_at_the_start_with_what_to_install(
    tmp_path: Path, country: Country, monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "connectors.json"
    file.write_text(json.dumps(town_of.configuration(tmp_path, country)), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    with pytest.raises(NotInstalled, match=r"'\.\[signing\]'"):
        read_registry([], file)


def _everything(owner: str) -> str:
    """Every row of every table, as text."""
    with psycopg.connect(owner) as connection:
        tables = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables "
            "WHERE schemaname IN ('public', 'jobs')").fetchall()
        found = [
            bytes(row[0]).decode("utf-8", "replace") if isinstance(row[0], bytes) else str(row[0])
            for (table,) in tables
            for row in connection.execute(f"SELECT t::text FROM {table} t").fetchall()  # type: ignore[arg-type]
        ]
        found += [
            bytes(body).decode("utf-8", "replace")
            for (body,) in connection.execute(
                "SELECT body FROM entry UNION ALL SELECT personal FROM entry "
                "WHERE personal IS NOT NULL").fetchall()
        ]
    assert found
    return "\n".join(found)
