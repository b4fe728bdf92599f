"""Versions of a procedure: Circular 01/2018 art. 8, from draft to retirement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.procedure import (
    Facts,
    Lowered,
    Version,
    approve,
    hash_files,
    in_force,
    publish,
    retire,
    submit,
)

TODAY = date(2026, 11, 9)
DRAFT = Version(
    procedure="2.002755", number=1, files={}, source_hash="", author="an",
    lowered=Lowered(b"", "", 1, {}), facts=Facts("2.002755", "Trợ cấp"), pools=(),
)


def published(number: int, day: date) -> Version:
    return replace(DRAFT, number=number, state="published", effective_from=day)


def test_neither_author_nor_submitter_approves_and_another_person_does() -> None:
    submitted = submit(DRAFT, "binh")
    for person in ("an", "binh"):
        with pytest.raises(Forbidden):
            approve(submitted, person, "3854/QĐ-UBND", TODAY, TODAY)
    approved = approve(submitted, "cuc", " 3854/QĐ-UBND ", TODAY, TODAY)
    assert (approved.state, approved.decision) == ("approved", "3854/QĐ-UBND")


def test_a_decision_needs_a_number_and_no_date_to_come() -> None:
    submitted = submit(DRAFT, "an")
    with pytest.raises(Invalid):
        approve(submitted, "cuc", "  ", TODAY, TODAY)
    with pytest.raises(Invalid, match="after today"):
        approve(submitted, "cuc", "1/QĐ", date(2026, 11, 10), TODAY)


def test_a_version_takes_effect_from_its_date_and_the_newest_in_effect_rules() -> None:
    one, two = published(1, date(2026, 1, 1)), published(2, date(2026, 11, 10))
    assert in_force([one, two], TODAY) == one
    assert in_force([one, two], date(2026, 11, 10)) == two
    with pytest.raises(NotFound):
        in_force([one], date(2025, 12, 31))


def test_an_older_version_does_not_come_back_when_the_newest_is_retired() -> None:
    one, two = published(1, date(2026, 1, 1)), retire(published(2, date(2026, 11, 1)))
    with pytest.raises(NotFound):
        in_force([one, two], TODAY)
    assert in_force([one, two], date(2026, 10, 31)) == one


def test_a_past_day_and_a_wrong_state_are_refused() -> None:
    approved = replace(DRAFT, state="approved")
    with pytest.raises(Invalid):
        publish(approved, date(2026, 11, 8), TODAY)
    for move in (retire, lambda v: publish(v, TODAY, TODAY)):
        with pytest.raises(Conflict):
            move(DRAFT)


def test_the_hash_of_files_depends_on_names_and_bytes() -> None:
    assert hash_files({"a": b"1", "b": b"2"}) == hash_files({"b": b"2", "a": b"1"})
    assert hash_files({"a": b"1"}) != hash_files({"b": b"1"})
    assert hash_files({"a": b"12"}) != hash_files({"a": b"1", "b": b"2"})
