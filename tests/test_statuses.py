"""The ten statuses and their moves: docs/decisions.md, 9, codes of the national portal."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Conflict, NotFound
from engine.law.rules import rules_by_id, rules_on
from engine.law.status import CODES, ENDED, MOVES, NAMES_VI, STATUSES, may_move, move

#: The table as printed: 1→2,3,5,7 · 2→4,5,6,7,8 · 4→5,6,7,8,9 · 5→2,4,7,8 · 6→4,7,8 · 9→10
PRINTED = {
    1: {2, 3, 5, 7}, 2: {4, 5, 6, 7, 8}, 4: {5, 6, 7, 8, 9}, 5: {2, 4, 7, 8}, 6: {4, 7, 8},
    9: {10}, 3: set(), 7: set(), 8: set(), 10: set(),
}


def test_the_moves_are_those_of_the_printed_table_and_nothing_else() -> None:
    coded = {CODES[now]: {CODES[then] for then in MOVES[now]} for now in STATUSES}
    assert coded == PRINTED


@given(st.sampled_from(STATUSES), st.sampled_from(STATUSES))
def test_a_move_off_the_table_is_refused_by_name(now: str, then: str) -> None:
    if may_move(now, then):  # type: ignore[arg-type]
        assert move(now, then) == then  # type: ignore[arg-type]
    else:
        with pytest.raises(Conflict) as refused:
            move(now, then)  # type: ignore[arg-type]
        assert NAMES_VI[now] in refused.value.vi


def test_what_has_ended_moves_no_more() -> None:
    assert all(not MOVES[status] for status in ENDED)


def test_a_dossier_keeps_the_rule_set_of_the_day_on_which_it_was_received() -> None:
    assert rules_on(date(2025, 6, 30)).id == "ND61/2018"
    assert rules_on(date(2025, 7, 1)).id == "ND118/2025"
    assert rules_by_id("ND61/2018").since == date(2018, 6, 21)


def test_before_the_first_rule_set_there_is_none() -> None:
    with pytest.raises(NotFound):
        rules_on(date(2018, 6, 20))
