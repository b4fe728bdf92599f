"""Decision 5: history can be verified, byte by byte, and personal values stand beside the chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Corrupt, Invalid
from engine.history import (
    GENESIS,
    Draft,
    Entry,
    canonical,
    plain,
    read_body,
    read_personal,
    seal,
    verify,
)

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
DRAFT = Draft(
    chain="000.21.30.H41-261123-0001", number=1, previous=GENESIS, at=AT, actor="can-bo-1",
    content={"command": {"kind": "register"}}, salt=bytes(range(16)),
    personal={"applicant": {"name": "Nguyễn Văn A"}, "answers": {"so_nam": 12}},
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


keys = st.text(st.sampled_from("aAbằờ\u0301é\"\\\x01\x7f\uffff\ue000😀𝄞")) | st.text()
odd_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)


def found(entry: Entry) -> bool:
    try:
        verify(entry, DRAFT.chain, DRAFT.number, DRAFT.previous)
    except Corrupt:
        return True
    return False


def test_a_whole_entry_is_accepted() -> None:
    verify(seal(DRAFT), DRAFT.chain, 1, GENESIS)


@pytest.mark.parametrize("column", ["body", "personal"])
def test_every_byte_of_a_stored_entry_changed_in_turn_is_found(column: str) -> None:
    entry = seal(DRAFT)
    content: bytes = getattr(entry, column)
    for place in range(len(content)):
        for value in {0, 0x20, content[place] ^ 1, content[place] ^ 0x80} - {content[place]}:
            changed = content[:place] + bytes([value]) + content[place + 1:]
            assert found(replace(entry, **{column: changed})), (column, place, value)


def test_a_changed_hash_chain_or_number_is_found() -> None:
    entry = seal(DRAFT)
    for place in range(len(entry.hash)):
        other = "0" if entry.hash[place] != "0" else "1"
        assert found(replace(entry, hash=entry.hash[:place] + other + entry.hash[place + 1:]))
    assert found(replace(entry, number=2))
    assert found(replace(entry, chain="000.21.30.H41-261123-0002"))


def test_an_entry_that_follows_another_one_is_refused_as_the_first() -> None:
    assert found(seal(replace(DRAFT, previous="1" * 64)))


def test_no_personal_value_stands_in_the_chained_body() -> None:
    entry = seal(DRAFT)
    assert "Nguyễn".encode() not in entry.body
    assert set(read_body(entry)["personal"]) == {"applicant", "answers"}


def test_the_same_value_under_another_salt_has_another_digest() -> None:
    one, two = seal(DRAFT), seal(replace(DRAFT, salt=bytes(16)))
    assert read_body(one)["personal"] != read_body(two)["personal"]


def test_erased_personal_values_leave_the_chain_whole() -> None:
    erased = replace(seal(DRAFT), personal=None)
    verify(erased, DRAFT.chain, 1, GENESIS)
    assert read_personal(erased) == (b"", {})


@given(json_values)
def test_canonical_bytes_do_not_depend_on_key_order_or_unicode_form(value: object) -> None:
    assert canonical({"a": value, "b": "tiê´ng"}) == canonical({"b": "tiê´ng", "a": value})


@given(odd_values)
def test_canonical_bytes_are_those_of_rfc_8785_whatever_writes_them(value: object) -> None:
    try:
        exact = rfc8785.dumps(plain(value))  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        with pytest.raises(Invalid):
            canonical(value)
    else:
        assert canonical(value) == exact


def test_vietnamese_text_is_kept_in_one_unicode_form() -> None:
    assert canonical("Nguyễn") == canonical("Nguye\u0302\u0303n")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**60, "\ud800"])
def test_what_json_cannot_hold_exactly_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        canonical({"value": value})


@given(st.dictionaries(st.text(min_size=1), json_values, max_size=4))
def test_sealing_is_a_pure_function(personal: dict[str, object]) -> None:
    draft = replace(DRAFT, personal=personal)
    assert seal(draft) == seal(draft)
    verify(seal(draft), draft.chain, 1, GENESIS)
