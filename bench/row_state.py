"""Rows without a database (không có cơ sở dữ liệu): one completion from bytes to bytes; bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from random import Random
from statistics import median
from typing import Any

from bench import drawing
from bench.measure import SEED, Times, ratio, settle
from bench.stock import Stock
from bench.table import Row
from engine.flow.load import Flow, load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.flow.run import Setting, complete, start

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def flow_of(content: bytes) -> Flow:
    """Return the flow of a drawing, as publishing and loading make it."""
    return load(lower(read(content))[0].content)


@dataclass
class Ours:
    """The same steps on our side: bytes in, bytes out, digest and compression included."""

    flow: Flow
    name: str
    inputs: int = 0
    state: bytes = b""
    open: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] | None = None

    def setting(self) -> Setting:
        """Return the next input's seam."""
        self.inputs += 1
        return Setting(seed=f"{self.name}/{self.inputs}", at=AT)

    def start(self) -> None:
        """Begin an instance."""
        self._absorb(start(self.flow, drawing.PROCESS, self.setting()))

    def complete(self, element: str, answers: dict[str, Any]) -> Any:
        """Complete one task; what was opened is kept by the caller in `absorb`."""
        return complete(self.flow, self.state, self.open[element], answers, self.setting())

    def absorb(self, step: Any) -> None:
        """Keep what a step left."""
        for key in step.closed:
            self.open = {element: k for element, k in self.open.items() if k != key}
        self._absorb(step)

    def _absorb(self, step: Any) -> None:
        self.state = step.state
        self.open |= {task.note.element: task.id for task in step.opened}
        self.data = dict(step.data) if step.finished else None


def in_memory(rounds: int) -> list[Row]:
    """Measure both sides step by step in `rounds` dossiers; both must end in the same data."""
    content = drawing.permit()
    flow, stock = flow_of(content), Stock(content, drawing.PROCESS)
    settle()
    times = {"ours": Times(), "stock": Times()}
    sizes: list[list[tuple[int, int]]] = []
    for number in range(-2, rounds):  # the first two warm up
        if number == 0:
            times = {"ours": Times(), "stock": Times()}
        sizes.append(_dossier(number, flow, stock, times))
    return [_speed(times), _bytes(sizes)]


def _dossier(
    number: int, flow: Flow, stock: Stock, times: dict[str, Times],
) -> list[tuple[int, int]]:
    """Play one dossier on both sides, in a random turn at each step; return the sizes."""
    random, sizes = Random(SEED + number), []
    mine, other = Ours(flow, f"bench-{number}"), stock.start()
    mine.start()
    for element in drawing.order(number):
        entered = drawing.answers(element, number)
        steps: dict[str, Any] = {}
        work = {
            "ours": partial(mine.complete, element, entered),
            "stock": partial(stock.complete, other.state, other.open[element], entered),
        }
        for name in random.sample(("ours", "stock"), 2):
            steps[name] = times[name].take(work[name])
        mine.absorb(steps["ours"])
        other = steps["stock"]
        agree(set(mine.open), set(other.open), f"open tasks after {element}")
        sizes.append((len(mine.state), len(other.state.encode())))
    agree(mine.data, other.data, "data at the end")
    return sizes


def agree(ours: object, theirs: object, what: str) -> None:
    """Raise when the two sides of a comparison did not do the same."""
    if ours != theirs or ours is None:
        msg = f"The two sides differ in {what}: {ours} and {theirs}."
        raise AssertionError(msg)


def _speed(times: dict[str, Times]) -> Row:
    ours, stock = times["ours"], times["stock"]
    return Row(
        number="2", what="load + complete + dump, without SQL (CPU; hash and compression included)",
        against="SpiffWorkflow's stock serializer", n=ours.n, ours=ours.text(), other=stock.text(),
        value=ratio(stock.cpu, ours.cpu), bar=4, better="more",
        note=f"wall: {ratio(stock.wall, ours.wall):.1f}x",
    )


def _bytes(sizes: list[list[tuple[int, int]]]) -> Row:
    steps = list(zip(*sizes, strict=True))
    middle = steps[len(steps) // 2 - 1]
    mine, other = (median(pair[side] for pair in middle) for side in (0, 1))
    last = steps[-2]
    end = median(a for a, _ in last) / median(b for _, b in last)
    return Row(
        number="4", what="bytes of a state mid-run (4 of 8 tasks done)", against="stock JSON",
        n=len(middle), ours=f"{mine:,.0f} B", other=f"{other:,.0f} B", value=mine / other,
        bar=0.1, better="less", note=f"before the last task: {end:.3f}",
    )
