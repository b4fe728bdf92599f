"""Years later: what was handed over is proven by both nodes, and one changed byte is found out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from linked import M001, Site, Superuser, play

from engine.audit import bundle as bundles
from engine.audit import desk
from engine.audit.signing import Seal, make_seal
from engine.links.identity import Identity, make_key, read_keys
from engine.store import nodes


@pytest.fixture
def key(tmp_path: Path) -> Seal:
    return make_seal(tmp_path / "seal.pem")


@pytest.fixture
def code(three_nodes: list[Site]) -> str:
    """A dossier that went through three nodes to its end."""
    code = three_nodes[0].register(M001)
    play(three_nodes, code, "happy")
    return code


@pytest.fixture
def commune(three_nodes: list[Site], code: str, key: Seal) -> Site:
    """The commune's node when all is done and sealed."""
    desk.add_checkpoint(three_nodes[0].store, three_nodes[0].clock.now(), key)
    return three_nodes[0]


def verify(site: Site, key: Seal) -> desk.Verdict:
    return desk.verify_stored(site.store, key)


@contextmanager
def changed(connection: psycopg.Connection) -> Iterator[None]:
    """Put the rows back as they were when the block has done with them."""
    tables = ("outbox", "inbox", "node")
    for table in tables:
        connection.execute(f"CREATE TABLE saved_{table} AS SELECT * FROM {table}")
    yield
    for table in tables:
        connection.execute(f"DELETE FROM {table}")
        connection.execute(
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM saved_{table}")
        connection.execute(f"DROP TABLE saved_{table}")


def flip(connection: psycopg.Connection, table: str, column: str) -> None:
    """Change one byte in the middle of the first row's value."""
    row = connection.execute(
        f"SELECT id, {column} FROM {table} ORDER BY id LIMIT 1").fetchone()
    assert row is not None
    value = row[1]
    middle = len(value) // 2
    if isinstance(value, str):
        bent = value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1:]
    else:
        bent = value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1:]
    connection.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", (bent, row[0]))


def test_every_node_proves_what_it_sent_and_what_it_took_in(
    three_nodes: list[Site], code: str, key: Seal,
) -> None:
    for site in three_nodes:
        desk.add_checkpoint(site.store, site.clock.now(), key)
        verdict = verify(site, key)
        assert verdict.whole, verdict.broken
        assert verdict.envelopes > 0


def test_one_byte_changed_behind_the_triggers_is_found(
    commune: Site, code: str, key: Seal, superuser: Superuser,
) -> None:
    places = [("outbox", "body"), ("outbox", "signature"), ("outbox", "receipt"),
              ("inbox", "body"), ("inbox", "signature")]
    with superuser(commune) as connection:
        for table, column in places:
            with changed(connection):
                flip(connection, table, column)
                (fault,) = verify(commune, key).broken
                assert fault.startswith(f"{code}, envelope "), (table, column)
                forged = bundles.read(bundles.write(desk.bundle_of(commune.store, code)))
            assert desk.verify_bundle(forged, key).broken == [fault]
            assert verify(commune, key).whole


#: What a superuser may do to the rows, and what the auditor says of it.
SPOILT = {
    "DELETE FROM outbox WHERE sequence = 1": "gone from the outbox",
    "DELETE FROM inbox WHERE sequence = 1": "gone from the inbox",
    "UPDATE inbox SET state = 'early' WHERE sequence = 1": "stands as waiting",
    "UPDATE outbox SET sequence = sequence + 100": "not those that were sent",
    "UPDATE outbox SET receipt = NULL": "the receipt",
    "INSERT INTO outbox (id, node, dossier, sequence, kind, body) "
    "VALUES ('x', 'urn:test:police', '1', 1, 'sent', '')": "no entry sent it",
    "UPDATE node SET keys = '{}' WHERE id = 'urn:test:police'": "its keys are not those",
}


def test_rows_that_are_removed_moved_or_added_are_found(
    commune: Site, key: Seal, superuser: Superuser,
) -> None:
    with superuser(commune) as connection:
        for statement, says in SPOILT.items():
            with changed(connection):
                connection.execute(statement)
                broken = verify(commune, key).broken
            assert broken, statement
            assert all(says in line for line in broken), broken


def test_a_forger_who_signs_anew_and_changes_the_keys_breaks_the_chain_of_the_node(
    commune: Site, key: Seal, superuser: Superuser, tmp_path: Path,
) -> None:
    make_key(tmp_path / "forged.json")
    forger = Identity("urn:test:police", read_keys(tmp_path / "forged.json"))
    with superuser(commune) as connection:
        rows = connection.execute(
            "SELECT id, body FROM inbox WHERE source = 'urn:test:police'").fetchall()
        for name, body in rows:
            connection.execute(
                "UPDATE inbox SET signature = %s WHERE id = %s", (forger.sign(body), name))
    assert verify(commune, key).broken
    # Stating the forger's keys makes the signatures hold; but the entry is newer than the seal,
    # and the key that the police had then is still known.
    with commune.store.unit() as unit:
        police = nodes.by_id(unit.connection, "urn:test:police")
        assert police is not None
        nodes.put(unit.connection, replace(police, keys=forger.public()), commune.clock.now())
    assert verify(commune, key).newer == 1


def test_a_bundle_of_a_linked_dossier_proves_itself_without_the_database(
    three_nodes: list[Site], code: str, key: Seal,
) -> None:
    police = three_nodes[1]
    desk.add_checkpoint(police.store, police.clock.now(), key)
    bundle = bundles.read(bundles.write(desk.bundle_of(police.store, code)))
    assert bundle == desk.bundle_of(police.store, code)
    verdict = desk.verify_bundle(bundle, key)
    assert verdict.whole, verdict.broken
    assert verdict.chains == 3  # the dossier's, and those of both nodes' keys
    without = replace(bundle, handed=replace(bundle.handed, keys={}))
    assert not desk.verify_bundle(without, key).whole


def test_signatures_hold_when_their_keys_have_been_replaced(
    three_nodes: list[Site], code: str, key: Seal, tmp_path: Path,
) -> None:
    commune, police, _ = three_nodes
    commune.clock.advance(timedelta(days=30))
    make_key(tmp_path / "new.json")
    renewed = Identity("urn:test:police", read_keys(tmp_path / "new.json"))
    with commune.store.unit() as unit:
        known = nodes.by_id(unit.connection, "urn:test:police")
        assert known is not None
        nodes.put(unit.connection, replace(known, keys=renewed.public()), commune.clock.now())
    police.identity = renewed
    police.keep_keys()
    for site in (commune, police):
        desk.add_checkpoint(site.store, site.clock.now(), key)
        assert verify(site, key).broken == []


def test_what_is_signed_by_a_key_that_was_taken_out_of_use_does_not_hold(
    three_nodes: list[Site], code: str, key: Seal, tmp_path: Path,
) -> None:
    commune = three_nodes[0]
    make_key(tmp_path / "new.json")
    later = Identity("urn:test:police", read_keys(tmp_path / "new.json"))
    with commune.store.unit() as unit:
        known = nodes.by_id(unit.connection, "urn:test:police")
        assert known is not None
        # The key of the police ended an hour before they signed.
        ended = commune.clock.now() - timedelta(hours=1)
        nodes.put(unit.connection, replace(known, keys=later.public()), ended)
    desk.add_checkpoint(commune.store, commune.clock.now(), key)
    broken = verify(commune, key).broken
    assert broken
    assert all("does not hold" in line for line in broken)
