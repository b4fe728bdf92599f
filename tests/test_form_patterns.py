"""An attacker's pattern in a form may not take a server's time."""

from __future__ import annotations

import time

import pytest

from engine.errors import Invalid
from engine.forms import clean
from engine.forms.patterns import fits, longest_text


def form(pattern: str) -> dict[str, object]:
    field = {"type": "textarea", "key": "a", "validate": {"pattern": pattern}}
    return {"type": "default", "components": [field]}


@pytest.mark.parametrize("pattern", [
    "^(a+)+$", "(a*)*b", "(a|aa)+$", r"(\w+\s?)+x", "(a{1,3})*b", "(.*,){20}x", r"(a)\1+",
    "((a|b)*c)*d",
])
def test_a_pattern_that_may_take_forever_is_refused_with_what_to_change(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"inside|refers back"):
        longest_text(pattern)
    with pytest.raises(Invalid):
        clean(form(pattern), {"a": "a" * 40 + "!"})


@pytest.mark.parametrize(("pattern", "text"), [
    (r"^([0-9]{9}|[0-9]{12}|[A-Za-z][0-9]{7,8})$", "012345678901"),
    (r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "a@b.vn"),
    (r"^\d{1,4}/QĐ-UBND$", "3854/QĐ-UBND"),
    (r"^(DH|KH)\.\d+$", "KH.12"),
    (r"^(\+84|0)\d{9,10}$", "0912345678"),
    (r"^\d{1,3}(\.\d{1,3}){3}$", "10.0.0.1"),
])
def test_patterns_that_departments_write_still_work(pattern: str, text: str) -> None:
    assert fits(pattern, text)
    assert not fits(pattern, f" {text} ")


@pytest.mark.parametrize("pattern", [r"^a*a*a*a*a*b$", "a*b", ".*a.*b.*c.*d"])
def test_repetitions_in_a_row_are_matched_against_short_texts_only(pattern: str) -> None:
    started = time.process_time()
    assert not fits(pattern, "a" * 20_000)
    for length in (10, 50, 200, 3_000):
        fits(pattern, "a" * length)
    assert time.process_time() - started < 3
