"""Three real nodes whose dossiers are settled while trouble is made, and both sides' account of it.

What was sent must be neither lost nor doubled. The number of dossiers for each fault stands in
MOTCUA_SOAK (100), the seed of what goes wrong when in MOTCUA_SEED; each run prints its own.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import town
from faulty import Network, RealNode, home, network, ready
from linked_drawings import CODE, OF_THREE

DOSSIERS = int(os.environ.get("MOTCUA_SOAK", "100"))
#: Chosen once for a whole run, its other processes included, which have it from the environment.
SEED = int(os.environ.setdefault("MOTCUA_SEED", str(random.SystemRandom().randrange(2**32))))
#: Seconds until everything must have come to rest, and a little more for each dossier.
PATIENCE = 120 + DOSSIERS * 0.6
#: How often something is killed before it may come to rest.
KILLS = 4


#: Steps that are done at each node: commune, police, insurance.
STEPS = {CODE: (3, 1, 0), OF_THREE: (3, 1, 1)}


class Nodes:
    """The nodes of commune, police and insurance, with a failing network before each."""

    def __init__(self, nodes: list[RealNode], before: list[Network]) -> None:
        self.all, self.before = nodes, before
        self.commune, self.police, self.insurance = nodes
        self.random = random.Random(SEED)

    def fail(self, fault: str, share: float = 0.4) -> None:
        for net in self.before:
            net.fault, net.share = fault, share

    def register(self, procedure: str = CODE) -> list[str]:
        return [self.commune.register(procedure) for _ in range(DOSSIERS)]

    def settle(
        self, trouble: Callable[[Nodes], None] | None = None, procedure: str = CODE,
    ) -> None:
        """Bring dossiers to their end while trouble is made, then hold all sides to account."""
        self.finish(self.register(procedure), STEPS[procedure], trouble)

    def finish(
        self, codes: list[str], steps: Sequence[int],
        trouble: Callable[[Nodes], None] | None = None,
    ) -> None:
        deadline, next_trouble = time.monotonic() + PATIENCE, time.monotonic() + 0.5
        made = 0
        while not self._over(codes, steps):
            assert time.monotonic() < deadline, (SEED, self._told())
            moved = sum(node.work() for node in self.all)
            if trouble is not None and made < KILLS and time.monotonic() > next_trouble:
                trouble(self)
                made += 1
                next_trouble = time.monotonic() + 0.5 + self.random.random()
            time.sleep(0 if moved else 0.05)
        self.fail("none")
        self._account(codes, steps)

    def _over(self, codes: list[str], steps: Sequence[int]) -> bool:
        among = _among(codes)
        returned = f"SELECT count(*) FROM dossier WHERE status = 10 AND code {among}"
        finished = f"SELECT count(*) FROM part WHERE status = 'finished' AND dossier {among}"
        return self.commune.count(returned) == len(codes) and all(
            node.count(finished) == len(codes)
            for node, count in zip(self.all[1:], steps[1:], strict=True) if count
        )

    def _account(self, codes: list[str], steps: Sequence[int]) -> None:
        """Each part ran once, each step was done once, chains are whole, nothing is left over."""
        deadline = time.monotonic() + 40
        while any(node.unexplained() for node in self.all):
            assert time.monotonic() < deadline, (SEED, self._told())
            self.police.tick()
            time.sleep(0.05)
        among = _among(codes)
        for node, count in zip(self.all, steps, strict=True):
            assert node.count(f"SELECT count(*) FROM task WHERE state = 'open' AND dossier {among}"
                              ) == 0, SEED
            for table, most in (("task WHERE state = 'done' AND", count), ("part WHERE", 1)):
                odd = (f"SELECT count(*) FROM (SELECT dossier FROM {table} dossier {among} "
                       f"GROUP BY dossier HAVING count(*) <> {most}) AS odd")
                assert node.count(odd) == 0, (SEED, node.name, table)
                every = f"SELECT count(DISTINCT dossier) FROM {table} dossier {among}"
                assert node.count(every) == (len(codes) if count else 0), (SEED, node.name, table)
        for code in random.Random(SEED).sample(codes, min(10, len(codes))):
            for node, count in zip(self.all, steps, strict=True):
                if count:
                    node.need_whole(code)

    def _told(self) -> object:
        return [node.unexplained() for node in self.all]


def _among(codes: list[str]) -> str:
    return f"IN ({', '.join(repr(code) for code in codes)})"


@contextmanager
def nodes(prepared: Path) -> Iterator[Nodes]:
    """Start a commune, the police and social insurance on what was prepared, and link them."""
    names = (("commune", 0.0), ("police", 200.0), ("insurance", 0.0))
    with ExitStack() as stack:
        found = [RealNode(name, prepared, home(), ahead=ahead) for name, ahead in names]
        nets, addresses = [], []
        for number, node in enumerate(found):
            stack.callback(node.stop)
            node.start("serve")
            node.start("worker")
            net, address = stack.enter_context(network(node.port, SEED + number))
            nets.append(net)
            addresses.append(address)
        commune, police, insurance = found
        commune.know(police, addresses[1], town.POLICE)
        commune.know(insurance, addresses[2], town.INSURANCE)
        for node in (police, insurance):
            node.know(commune, addresses[0], town.COMMUNE)
        for node in found:
            ready(node)
        yield Nodes(found, nets)
