"""A network that fails: every dossier is settled exactly once on both sides.

Real processes and real databases, a network between them that refuses, hangs, answers 500 or 429,
loses the answer, repeats and reorders, and clocks that are minutes apart.
"""

from __future__ import annotations

import pytest
from settling import Nodes

pytestmark = pytest.mark.crash


def test_with_clocks_minutes_apart_and_nothing_else_wrong_all_are_settled(pair: Nodes) -> None:
    pair.settle()


@pytest.mark.parametrize(
    "fault", ["refuse", "hang", "500", "429", "lost answer", "duplicate", "reorder"],
)
def test_a_network_that_fails_loses_and_doubles_nothing(pair: Nodes, fault: str) -> None:
    pair.fail(fault, share={"hang": 0.1, "reorder": 0.25}.get(fault, 0.4))
    pair.settle()
    assert sum(net.failed for net in pair.before) > 0
