"""Measuring (đo): variants take turns at random, wall and CPU time of each, medians."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import TypeVar

Answer = TypeVar("Answer")
#: One seed for the whole bench, so that a run can be done again in the same order.
SEED = 20_261_123


@dataclass
class Times:
    """Seconds of one variant, one pair per run."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def take(self, work: Callable[[], Answer]) -> Answer:
        """Do the work once and keep how long it took."""
        cpu, wall = process_time(), perf_counter()
        answer = work()
        self.wall.append(perf_counter() - wall)
        self.cpu.append(process_time() - cpu)
        return answer

    @property
    def n(self) -> int:
        """How often it was measured."""
        return len(self.wall)

    def text(self) -> str:
        """Return the medians as wall / CPU in milliseconds."""
        return f"{milliseconds(self.wall)} / {milliseconds(self.cpu)}"


def milliseconds(seconds: list[float]) -> str:
    """Return the median in milliseconds, three digits that count."""
    value = median(seconds) * 1000
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def p95(seconds: list[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(seconds, n=20)[-1]


def settle() -> None:
    """Take what stands in memory out of the collector's sight, as a server does after its start."""
    gc.collect()
    gc.freeze()


def in_turns(
    variants: Mapping[str, Callable[[int], object]], rounds: int, seed: int = SEED,
) -> dict[str, Times]:
    """Run each variant once per round, in an order drawn anew each round."""
    random = Random(seed)
    times = {name: Times() for name in variants}
    names = list(variants)
    settle()
    for number in range(rounds):
        random.shuffle(names)
        for name in names:
            times[name].take(lambda: variants[name](number))  # noqa: B023 - called at once
    return times


def ratio(slow: list[float], fast: list[float]) -> float:
    """Return by which factor the medians differ."""
    return median(slow) / median(fast)
