"""Nodes that die and a network that fails: every dossier is settled exactly once on both sides.

Real processes and real databases, a network between them that refuses, hangs, answers 500 or 429,
loses the answer, repeats and reorders; what was sent is neither lost nor doubled. The number of
dossiers for each fault stands in MOTCUA_SOAK (100).
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import town
from faulty import Network, RealNode, home, network, ready

pytestmark = pytest.mark.crash

DOSSIERS = int(os.environ.get("MOTCUA_SOAK", "100"))
SEED = random.SystemRandom().randrange(2**32)
#: Seconds until everything must have come to rest, and a little more for each dossier.
PATIENCE = 120 + DOSSIERS * 0.6
#: How often something is killed before it may come to rest.
KILLS = 6


class Pair:
    """The commune's node and the police's, with a failing network before each."""

    def __init__(self, commune: RealNode, police: RealNode, before: list[Network]) -> None:
        self.commune, self.police, self.before = commune, police, before
        self.random = random.Random(SEED)

    def fail(self, fault: str, share: float = 0.4) -> None:
        for net in self.before:
            net.fault, net.share = fault, share

    def settle(self, trouble: Callable[[Pair], None] | None = None) -> None:
        """Bring dossiers to their end while trouble is made, then hold both sides to account."""
        codes = [self.commune.register() for _ in range(DOSSIERS)]
        deadline, next_trouble = time.monotonic() + PATIENCE, time.monotonic() + 0.5
        made = 0
        while not self._over(codes):
            assert time.monotonic() < deadline, (SEED, self._told())
            moved = self.commune.work() + self.police.work()
            if trouble is not None and made < KILLS and time.monotonic() > next_trouble:
                trouble(self)
                made += 1
                next_trouble = time.monotonic() + 1 + self.random.random() * 2
            time.sleep(0 if moved else 0.1)
        self.fail("none")
        self._account(codes)

    def _over(self, codes: list[str]) -> bool:
        listed = ", ".join(f"'{code}'" for code in codes)
        returned = f"SELECT count(*) FROM dossier WHERE status = 10 AND code IN ({listed})"
        finished = f"SELECT count(*) FROM part WHERE status = 'finished' AND dossier IN ({listed})"
        return bool(
            self.commune.count(returned) == len(codes)
            and self.police.count(finished) == len(codes)
        )

    def _account(self, codes: list[str]) -> None:
        """Each part ran once, each step was done once, chains are whole, nothing is left over."""
        deadline = time.monotonic() + 40
        while self.commune.unexplained() or self.police.unexplained():
            assert time.monotonic() < deadline, (SEED, self._told())
            time.sleep(0.1)
        for code in codes:
            for node, steps in ((self.commune, 3), (self.police, 1)):
                done = f"SELECT count(*) FROM task WHERE state = 'done' AND dossier = '{code}'"
                assert node.count(done) == steps, (SEED, code)
                assert node.open(code) == 0, (SEED, code)
                parts = f"SELECT count(*) FROM part WHERE dossier = '{code}'"
                assert node.count(parts) == 1, (SEED, code)
        for code in random.Random(SEED).sample(codes, min(10, len(codes))):
            self.commune.need_whole(code)
            self.police.need_whole(code)

    def _told(self) -> object:
        return [node.unexplained() for node in (self.commune, self.police)]


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    print(f"seed {SEED}")
    with ExitStack() as stack:
        commune, police = RealNode("commune", home()), RealNode("police", home(), ahead=200)
        for node in (commune, police):
            stack.callback(node.stop)
            node.start("serve")
            node.start("worker")
        to_police, police_address = stack.enter_context(network(police.port, SEED))
        to_commune, commune_address = stack.enter_context(network(commune.port, SEED + 1))
        commune.know(police, police_address, town.POLICE)
        police.know(commune, commune_address, town.COMMUNE)
        ready(commune)
        ready(police)
        yield Pair(commune, police, [to_police, to_commune])


def test_with_clocks_minutes_apart_and_nothing_else_wrong_all_are_settled(pair: Pair) -> None:
    pair.settle()


@pytest.mark.parametrize(
    "fault", ["refuse", "hang", "500", "429", "lost answer", "duplicate", "reorder"],
)
def test_a_network_that_fails_loses_and_doubles_nothing(pair: Pair, fault: str) -> None:
    pair.fail(fault, share=0.1 if fault == "hang" else 0.4)
    pair.settle()
    assert sum(net.failed for net in pair.before) > 0


def test_a_receiver_that_is_killed_at_random_takes_everything_in_once(pair: Pair) -> None:
    def trouble(at: Pair) -> None:
        at.police.kill("serve")
        at.police.start("serve")
        ready(at.police)

    pair.settle(trouble)


def test_a_sender_whose_worker_is_killed_in_the_middle_of_deliveries_loses_none(
    pair: Pair,
) -> None:
    def trouble(at: Pair) -> None:
        node = at.random.choice((at.commune, at.police))
        node.kill("worker")
        node.start("worker")

    pair.settle(trouble)


def test_a_database_that_is_killed_loses_nothing_that_was_acknowledged(pair: Pair) -> None:
    def trouble(at: Pair) -> None:
        at.random.choice((at.commune, at.police)).kill_postgres()

    pair.settle(trouble)
