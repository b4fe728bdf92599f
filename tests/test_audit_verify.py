"""An auditor who trusts nobody: chains against rows, checkpoints and the copy kept outside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.audit import checkpoint as points
from engine.audit.checkpoint import Checkpoint, Head
from engine.audit.signing import Seal, make_seal, read_seal
from engine.audit.verify import Archive, Verdict, verify_archive
from engine.errors import Invalid
from engine.history import GENESIS, Draft, Entry, seal

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture
def key(tmp_path: Path) -> Seal:
    return make_seal(tmp_path / "key.pem")


def chain(name: str, length: int, word: str = "complete") -> list[Entry]:
    entries: list[Entry] = []
    for number in range(1, length + 1):
        previous = entries[-1].hash if entries else GENESIS
        content = {"command": {"kind": word}}
        personal = {"answers": {"n": number}}
        entries.append(seal(Draft(
            name, number, previous, AT, "p1", content, personal, bytes(16),
        )))
    return entries


def heads(*chains: list[Entry]) -> list[Head]:
    return [(c[0].chain, len(c), c[-1].hash) for c in chains if c]


def verdict(
    key: Seal, chains: list[list[Entry]], checkpoints: list[Checkpoint],
    copy: Checkpoint | None = None, rows: list[Head] | None = None,
) -> Verdict:
    entries = [entry for c in chains for entry in c]
    rows = heads(*chains) if rows is None else rows
    return verify_archive(Archive(rows, entries, checkpoints, copy), key)


def test_whole_chains_under_a_checkpoint_are_whole(key: Seal) -> None:
    a, b = chain("A", 3), chain("B", 2)
    point = points.make(None, AT, heads(a, b), key)
    result = verdict(key, [a, b], [point], copy=point)
    assert result.whole
    assert (result.chains, result.entries, result.checkpoints, result.newer) == (2, 5, 1, 0)


def test_what_is_newer_than_the_checkpoint_is_counted_but_not_claimed(key: Seal) -> None:
    a = chain("A", 5)
    point = points.make(None, AT, heads(a[:3]), key)
    assert verdict(key, [a], [point]).newer == 2


def test_a_missing_checkpoint_is_demanded(key: Seal) -> None:
    assert "no checkpoint" in verdict(key, [chain("A", 1)], []).broken[0]


def test_the_first_broken_entry_is_named(key: Seal) -> None:
    a = chain("A", 4)
    point = points.make(None, AT, heads(a), key)
    a[1] = replace(a[1], body=a[1].body.replace(b"complete", b"complete!"[:8][::-1]))
    a[2] = replace(a[2], hash="0" * 64)
    assert verdict(key, [a], [point]).broken[0].startswith("A, entry 2")


def test_a_chain_recomputed_behind_the_copy_is_found(key: Seal) -> None:
    a = chain("A", 3)
    copy = points.make(None, AT, heads(a), key)
    forged = chain("A", 3, "forged")
    # The forger recomputes the chain and the row, and drops the checkpoint that knew better.
    result = verdict(key, [forged], [], copy=copy)
    assert any("not the one that was signed" in line for line in result.broken)


def test_a_chain_shortened_or_emptied_behind_the_copy_is_found(key: Seal) -> None:
    a, b = chain("A", 3), chain("B", 2)
    copy = points.make(None, AT, heads(a, b), key)
    assert any("is missing" in x for x in verdict(key, [a[:2], b], [copy], copy=copy).broken)
    assert any("A: every entry" in x for x in verdict(key, [b], [copy], copy=copy).broken)


def test_a_checkpoint_removed_or_replaced_is_found_by_the_copy(key: Seal) -> None:
    a = chain("A", 3)
    first = points.make(None, AT, heads(a[:1]), key)
    second = points.make(first, AT, heads(a), key)
    assert verdict(key, [a], [first, second], copy=second).whole
    assert "checkpoint 2" in verdict(key, [a], [first], copy=second).broken[0]
    assert "checkpoint 1" in verdict(key, [a], [second]).broken[0]


def test_a_checkpoint_that_forgets_a_chain_is_found(key: Seal) -> None:
    a, b = chain("A", 1), chain("B", 1)
    first = points.make(None, AT, heads(a, b), key)
    second = points.make(first, AT, heads(a), key)
    assert any("no longer lists B" in line for line in verdict(key, [a], [first, second]).broken)


def test_every_byte_of_a_checkpoint_changed_in_turn_is_found(key: Seal) -> None:
    a = chain("A", 1)
    point = points.make(None, AT, heads(a), key)
    for place in range(len(point.body)):
        body = point.body[:place] + bytes([point.body[place] ^ 1]) + point.body[place + 1:]
        assert not verdict(key, [a], [replace(point, body=body)]).whole


def test_a_checkpoint_signed_by_another_key_is_refused(key: Seal, tmp_path: Path) -> None:
    a = chain("A", 1)
    other = make_seal(tmp_path / "other.pem")
    assert not verdict(key, [a], [points.make(None, AT, heads(a), other)]).whole


def test_a_row_that_names_another_head_is_found(key: Seal) -> None:
    a = chain("A", 2)
    point = points.make(None, AT, heads(a[:1]), key)
    assert "row names another head" in verdict(key, [a], [point], rows=[("A", 1, "")]).broken[0]


def test_a_copy_survives_its_file_and_a_wrong_file_is_refused(key: Seal) -> None:
    point = points.make(None, AT, heads(chain("A", 1)), key)
    assert points.from_copy(points.to_copy(point)) == point
    for content in (b"", b"{}", b"[1]", b"\xff", b'{"motcua_checkpoint": "x"}'):
        with pytest.raises(Invalid):
            points.from_copy(content)


def test_a_key_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no key", encoding="utf-8")
    with pytest.raises(Invalid, match=r"wrong\.pem"):
        read_seal(wrong)
    made = make_seal(tmp_path / "key.pem")
    assert read_seal(tmp_path / "key.pem").key_id == made.key_id


def decided(chain: list[Entry]) -> Entry:
    """A decision to erase what is personal, next in a chain."""
    last = chain[-1]
    command = {
        "kind": "erase-personal", "dossier": last.chain, "decision": "1/QĐ", "decided_by": "x",
        "drops": [], "papers": [], "envelopes": [],
    }
    return seal(Draft(
        last.chain, last.number + 1, last.hash, AT, "p1", {"command": command}, {}, bytes(16)))


def test_entries_whose_personal_values_a_decision_erased_are_counted(key: Seal) -> None:
    a = chain("A", 3)
    a.append(decided(a))
    point = points.make(None, AT, heads(a), key)
    a[:3] = [replace(entry, personal=None) for entry in a[:3]]
    result = verdict(key, [a], [point])
    assert result.whole
    assert result.erased == 3
    assert "by decision 1/QĐ (x, 2026-11-23), entry 4" in result.erasures[0]


def test_personal_values_that_go_without_a_decision_are_tampering(key: Seal) -> None:
    a = chain("A", 3)
    a.append(decided(a))
    a += [seal(Draft("A", 5, a[-1].hash, AT, "p1", {"command": {"kind": "complete"}},
                     {"answers": {"n": 5}}, bytes(16)))]
    point = points.make(None, AT, heads(a), key)
    a = [replace(entry, personal=None) for entry in a]
    (line,) = verdict(key, [a], [point]).broken
    assert line == (
        "A, entry 5: its personal values are gone, and no entry records a decision: tampering")
    b = chain("B", 1)
    point = points.make(None, AT, heads(b), key)
    assert not verdict(key, [[replace(b[0], personal=None)]], [point]).whole
