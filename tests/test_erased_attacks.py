"""What was not decided is not erased: not by a statement, nor unseen by whoever owns the server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from erasing import NAME, erase, found, over, registered, verify
from linked import Site, Superuser

from engine.audit import bundle as bundles
from engine.audit import desk
from engine.audit.signing import Seal, make_seal
from engine.history import Draft, Entry, read_body, seal
from engine.store import entries
from engine.store.tables import OWNER

Connection = psycopg.Connection


@pytest.fixture
def key(tmp_path: Path) -> Seal:
    return make_seal(tmp_path / "seal.pem")


@pytest.fixture
def code(commune: Site, police: Site) -> str:
    """A dossier of hers that is over and not erased."""
    return over(commune, police)


@pytest.fixture
def erased(commune: Site, code: str, key: Seal) -> str:
    """The same once it is erased at the commune, and sealed."""
    erase(commune, code)
    desk.add_checkpoint(commune.store, commune.clock.now(), key)
    return code


@pytest.fixture
def owning(superuser: Superuser, commune: Site) -> Iterator[Connection]:
    """The owner of the commune's tables, whom their triggers stop."""
    with superuser(commune) as connection:
        connection.execute("RESET session_replication_role")
        connection.execute(f"SET ROLE {OWNER}")
        yield connection


#: What nobody may do by statement: with a body or values that no decision names, or to others.
REFUSED = (
    "UPDATE outbox SET body = NULL",
    "UPDATE outbox SET body = ''",
    "UPDATE outbox SET body = body",
    "UPDATE outbox SET body = NULL, digest = encode(sha256(body), 'hex'), erasure = {entry}",
    "UPDATE outbox SET sequence = sequence + 100",
    "UPDATE inbox SET body = NULL",
    "UPDATE inbox SET body = NULL, digest = encode(sha256(body), 'hex'), erasure = {entry}",
    "UPDATE inbox SET signature = 'x'",
    "UPDATE entry SET personal = NULL",
    "UPDATE entry SET personal = ''",
    "UPDATE entry SET body = ''",
    "DELETE FROM entry", "DELETE FROM outbox", "DELETE FROM inbox",
    "SELECT erase_personal('{code}', {entry})",
)


@pytest.mark.parametrize("statement", REFUSED)
def test_without_a_decision_nothing_goes_not_for_the_owner_either(
    commune: Site, code: str, owning: Connection, statement: str,
) -> None:
    said = statement.format(code=code, entry=commune.dossier(code).entries)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owning.execute(said.encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege), commune.store.reading() as connection:
        connection.execute(said.encode())


#: The same once one dossier was erased by decision: it holds for what it names and no more.
STILL_REFUSED = (
    "UPDATE outbox SET body = 'x' WHERE body IS NULL",
    "UPDATE outbox SET body = 'x', digest = NULL, erasure = NULL WHERE body IS NULL",
    "UPDATE outbox SET digest = 'x' WHERE body IS NULL",
    "UPDATE outbox SET erasure = 1 WHERE body IS NULL",
    ("UPDATE outbox SET body = NULL, digest = encode(sha256(body), 'hex'), erasure = {entry} "
     "WHERE body IS NOT NULL"),
    ("UPDATE inbox SET body = NULL, digest = encode(sha256(body), 'hex'), erasure = {entry} "
     "WHERE body IS NOT NULL"),
    "UPDATE entry SET personal = 'x' WHERE chain = '{code}'",
    "UPDATE entry SET personal = NULL WHERE chain <> '{code}'",
    "UPDATE entry SET personal = NULL, hash = 'x' WHERE chain = '{code}'",
    "SELECT erase_personal('{code}', 1)",
    "SELECT erase_personal('{other}', {entry})",
)


@pytest.mark.parametrize("statement", STILL_REFUSED)
def test_a_decision_lets_go_what_it_names_and_nothing_else(
    commune: Site, erased: str, owning: Connection, statement: str,
) -> None:
    other = registered(commune)
    said = statement.format(code=erased, other=other, entry=commune.dossier(erased).entries)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owning.execute(said.encode())
    commune.need_whole(other)


def test_an_erased_envelope_can_wait_for_nobody(erased: str, owning: Connection) -> None:
    assert erased
    with pytest.raises(psycopg.errors.CheckViolation):
        owning.execute("UPDATE outbox SET state = 'waiting' WHERE body IS NULL")


def test_the_application_may_erase_by_the_one_call_alone(commune: Site, erased: str) -> None:
    assert erased
    with commune.store.reading() as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.column_privileges WHERE "
            "grantee = 'motcua_app' AND privilege_type = 'UPDATE' AND (table_name, column_name) IN "
            "(('outbox', 'body'), ('inbox', 'body'), ('entry', 'personal'), ('paper', 'name'), "
            "('held_paper', 'owner'))").fetchall()
        public = connection.execute(
            "SELECT has_function_privilege('public', 'erase_personal(text, integer)', 'EXECUTE')",
        ).fetchone()
    assert columns == []
    assert public == (False,)


#: What the owner of the server may do behind the triggers, and what the auditor says of it.
SPOILT = {
    "UPDATE outbox SET body = NULL, digest = encode(sha256(body), 'hex'), erasure = {entry} "
    "WHERE body IS NOT NULL": "no entry records a decision: tampering",
    "UPDATE inbox SET body = NULL, digest = encode(sha256(body), 'hex'), erasure = 1 "
    "WHERE body IS NOT NULL": "no entry records a decision: tampering",
    "UPDATE outbox SET body = '{{}}', digest = NULL, erasure = NULL WHERE body IS NULL":
        "erased it, and it is back",
    "UPDATE inbox SET digest = repeat('0', 64) WHERE body IS NULL": "another erasure",
    "UPDATE inbox SET erasure = 1 WHERE body IS NULL": "another erasure",
    "UPDATE outbox SET receipt = 'x' WHERE body IS NULL AND state = 'delivered'": "the receipt",
    "UPDATE outbox SET sequence = sequence + 100 WHERE body IS NULL": "not those that were sent",
    "UPDATE inbox SET sequence = sequence + 100 WHERE body IS NULL": "not those that were taken in",
    "DELETE FROM outbox WHERE body IS NULL": "gone from the outbox",
    "DELETE FROM inbox WHERE body IS NULL": "gone from the inbox",
    "UPDATE outbox SET state = 'dropped' WHERE body IS NOT NULL": "no entry records a decision",
    "UPDATE entry SET personal = NULL WHERE chain = '{other}' AND number = 1":
        "no entry records a decision: tampering",
}


@contextmanager
def changed(connection: Connection) -> Iterator[None]:
    """Put the rows back as they were when the block has done with them."""
    tables = ("outbox", "inbox", "entry")
    for table in tables:
        connection.execute(f"CREATE TABLE saved_{table} AS SELECT * FROM {table}".encode())
    yield
    for table in tables:
        connection.execute(f"DELETE FROM {table}".encode())
        connection.execute(
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM saved_{table}".encode())
        connection.execute(f"DROP TABLE saved_{table}".encode())


def test_what_is_done_behind_the_triggers_is_told_as_what_it_is(
    commune: Site, erased: str, key: Seal, superuser: Superuser,
) -> None:
    other = registered(commune)
    assert verify(commune, key).broken == []
    with superuser(commune) as connection:
        for statement, says in SPOILT.items():
            said = statement.format(
                code=erased, other=other, entry=commune.dossier(erased).entries)
            with changed(connection):
                assert connection.execute(said.encode()).rowcount > 0, said
                broken = desk.verify_stored(commune.store, key, files=commune.files).broken
                bundle = bundles.read(bundles.write(desk.bundle_of(commune.store, erased)))
            assert broken, said
            assert all(says in line for line in broken), (said, broken)
            if "entry SET" not in said:
                assert desk.verify_bundle(bundle, key).broken == broken
    assert verify(commune, key).broken == []


def test_values_that_are_put_back_beside_the_chain_are_told(
    commune: Site, code: str, key: Seal, superuser: Superuser,
) -> None:
    with superuser(commune) as connection:
        connection.execute("CREATE TABLE kept AS SELECT * FROM entry")
        erase(commune, code)
        connection.execute(
            "UPDATE entry e SET personal = k.personal FROM kept k "
            "WHERE k.chain = e.chain AND k.number = e.number")
    broken = verify(commune, key).broken
    assert broken
    assert all("and they are back" in line for line in broken)


def forged(
    site: Site, code: str, bend: Callable[[dict[str, Any]], dict[str, Any]],
) -> Entry:
    """Return an entry of a decision that nobody took, next in the chain of a dossier."""
    with site.store.reading() as connection:
        last = entries.chain(connection, code)[-1]
        rows = connection.execute(
            "SELECT node, id, encode(sha256(body), 'hex'), body FROM outbox WHERE dossier = %s "
            "AND body IS NOT NULL", (code,)).fetchall()
    envelopes = [{
        "way": "out", "node": node, "id": name, "body": digest, "key": "", "time": "",
        "data": json.loads(bytes(body))["digest"],
    } for node, name, digest, body in rows]
    command = bend({
        "kind": "erase-personal", "dossier": code, "decision": "1/QĐ", "decided_by": "không ai",
        "drops": [], "papers": [], "envelopes": envelopes,
    })
    outcome = {key: value for key, value in read_body(last)["content"]["outcome"].items()
               if key not in ("sent", "papers")} | {"envelopes": []}
    content = {**read_body(last)["content"], "command": command, "outcome": outcome}
    return seal(Draft(code, last.number + 1, last.hash, site.clock.now(), "x", content))


def put(site: Site, entry: Entry, *, head: bool) -> None:
    """Enter it with the rights of the application, and call for what it says."""
    with site.store.unit() as unit:
        unit.connection.execute(
            "INSERT INTO entry (chain, number, body, hash) VALUES (%s, %s, %s, %s)",
            (entry.chain, entry.number, entry.body, entry.hash))
        if head:
            unit.connection.execute(
                "UPDATE dossier SET entries = %s, head = %s WHERE code = %s",
                (entry.number, entry.hash, entry.chain))
        unit.connection.execute("SELECT erase_personal(%s, %s)", (entry.chain, entry.number))
        unit.commit()


def test_a_forged_decision_leaves_a_chain_whose_row_knows_nothing_of_it(
    commune: Site, code: str, key: Seal,
) -> None:
    put(commune, forged(commune, code, lambda command: command), head=False)
    assert any("names another head" in line for line in verify(commune, key).broken)


def test_a_forged_decision_is_told_as_a_decision_and_is_newer_than_the_seal(
    commune: Site, code: str, key: Seal,
) -> None:
    point = desk.add_checkpoint(commune.store, commune.clock.now(), key)
    put(commune, forged(commune, code, lambda command: command), head=True)
    verdict = desk.verify_stored(commune.store, key, copy=point)
    assert any("1/QĐ (không ai" in line for line in verdict.erasures)
    assert verdict.newer == 1
    # It claims no key for the signatures that it took away, and so they do not hold.
    assert any("our signature over it does not hold" in line for line in verdict.broken)


def test_a_forged_decision_cannot_launder_a_body_that_was_bent_before(
    commune: Site, code: str, key: Seal, superuser: Superuser,
) -> None:
    with superuser(commune) as connection:
        connection.execute(
            "UPDATE outbox SET body = convert_to(replace(convert_from(body, 'UTF8'), 'Biếc', "
            "'Khác'), 'UTF8')")
    put(commune, forged(commune, code, lambda command: command), head=True)
    assert any("not those that were sent" in line for line in verify(commune, key).broken)


def test_a_body_that_was_bent_is_still_told_when_it_is_erased_by_a_real_decision(
    commune: Site, code: str, key: Seal, superuser: Superuser,
) -> None:
    with superuser(commune) as connection:
        for table in ("outbox", "inbox"):
            connection.execute(
                f"UPDATE {table} SET body = convert_to(replace(convert_from(body, 'UTF8'), "
                "'Biếc', 'Khác'), 'UTF8')".encode())
    erase(commune, code)
    broken = verify(commune, key).broken
    assert any("not those that were sent" in line for line in broken)
    assert any("the signature of its sender does not hold" in line for line in broken)


def test_a_decision_in_another_dossiers_chain_decides_nothing(
    commune: Site, code: str, key: Seal,
) -> None:
    bent = forged(commune, code, lambda command: {**command, "dossier": "000-1"})
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="records no erasure"):
        put(commune, bent, head=True)
    with commune.store.reading() as connection:
        assert found(connection, NAME)
    assert verify(commune, key).broken == []


def test_a_decision_that_makes_no_sense_is_a_broken_entry(
    commune: Site, code: str, key: Seal,
) -> None:
    bent = forged(commune, code, lambda command: {**command, "envelopes": [{}]})
    put(commune, bent, head=True)
    assert any("makes no sense" in line for line in verify(commune, key).broken)


def test_a_bundle_whose_decision_is_bent_does_not_prove_itself(
    commune: Site, erased: str, key: Seal,
) -> None:
    bundle = desk.bundle_of(commune.store, erased)
    last = bundle.entries[-1]
    bent = replace(last, body=last.body.replace(b"12/Q", b"13/Q"))
    broken = desk.verify_bundle(
        replace(bundle, entries=(*bundle.entries[:-1], bent)), key).broken
    assert any("its hash does not match" in line for line in broken)
