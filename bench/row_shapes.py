"""Rows of strain (sức bền): send-backs, parallel diamonds, large drawings, due dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from statistics import median
from typing import Literal

import holidays

from bench import shapes
from bench.measure import SEED, Times, in_turns, milliseconds, ratio
from bench.row_state import Ours, agree, flow_of
from bench.table import Row
from engine.clock import VIETNAM
from engine.flow.building.drawing import Drawing
from engine.flow.building.levels import build
from engine.flow.lower import lower
from engine.flow.read import read
from engine.worktime import DEFAULT, due, parse

#: At least or at most how many times the other side.
Hold = tuple[Literal["more", "less"], float]


def send_backs(count: int) -> Row:
    """Send a draft back `count` times; the last rounds must cost what the first ones did."""
    mine, times = Ours(flow_of(shapes.send_backs()), "bench-loop"), Times()
    mine.start()
    for number in range(count):
        for element, entered in (("draft", {"text": f"lần {number}"}), ("review", {"fine": False})):
            mine.absorb(times.take(partial(mine.complete, element, entered)))
    mine.absorb(mine.complete("draft", {"text": "xong"}))
    mine.absorb(mine.complete("review", {"fine": True}))
    agree(mine.data, {"text": "xong", "passed": "count", "fine": True}, "data after the loop")
    # Medians of the first and the last rounds: one step alone would measure the machine's mood.
    some = max(count // 10, 1) * 2
    first, last = times.cpu[:some], times.cpu[-some:]
    return Row(
        number="+", what=f"{count:,} send-backs in a loop, CPU of the last {some} steps",
        against=f"the first {some} steps", n=times.n, ours=milliseconds(last),
        other=milliseconds(first), value=ratio(last, first), bar=3, better="less",
    )


def diamonds(rounds: int, count: int = 40) -> Row:
    """Start and run parallel diamonds in a row, and as many plain tasks."""
    flows = {"ours": flow_of(shapes.diamonds(count)), "other": flow_of(shapes.chain(count))}

    def run(name: str) -> Callable[[int], None]:
        def once(number: int) -> None:
            mine = Ours(flows[name], f"bench-{name}-{number}")
            mine.start()
            agree(mine.data is not None, True, f"having ended ({name})")
        return once

    times = in_turns({name: run(name) for name in flows}, rounds)
    return _compared(
        times, f"{count} parallel diamonds in a row, start + run (CPU)", f"{count} plain tasks",
        ("less", 20),
    )


def large(rounds: int, count: int = 1_000) -> Row:
    """Load the lowered bytes of a drawing of `count` nodes, and of a tenth of it."""
    ours = lower(read(shapes.chain(count - 2)))[0].content
    other = lower(read(shapes.chain(count // 10 - 2)))[0].content
    # Past the cache, which would answer the second time from memory.
    times = in_turns({
        "ours": lambda _: build(Drawing(ours)), "other": lambda _: build(Drawing(other)),
    }, rounds)
    return _compared(times, f"loading a drawing of {count:,} nodes (CPU)", f"{count // 10} nodes",
                     ("less", 15))


def due_dates(rounds: int, batch: int = 200) -> Row:
    """Count terms of 1 to 60 working days; the other side knows no swapped days and no hours."""
    random, public = Random(SEED), holidays.country_holidays("VN", years=range(2025, 2029))
    asked = [(date(2026, 1, 1) + timedelta(random.randrange(365)), random.randint(1, 60))
             for _ in range(batch)]
    terms = [(datetime(d.year, d.month, d.day, 9, 30, tzinfo=VIETNAM), parse(f"{n} ngày"))
             for d, n in asked]
    times = in_turns({
        "ours": lambda _: [due(at, term, DEFAULT) for at, term in terms],
        "other": lambda _: [public.get_nth_working_day(day, term) for day, term in asked],
    }, rounds)
    speed = batch / median(times["ours"].cpu)
    return _compared(
        times, f"{batch} due dates in working days (CPU)", "holidays.get_nth_working_day",
        ("more", 20), f"{speed:,.0f} a second",
    )


def _compared(times: dict[str, Times], what: str, against: str, hold: Hold, note: str = "") -> Row:
    ours, other = times["ours"], times["other"]
    slow, fast = (other, ours) if hold[0] == "more" else (ours, other)
    return Row(
        number="+", what=what, against=against, n=ours.n, ours=ours.text(), other=other.text(),
        value=ratio(slow.cpu, fast.cpu), bar=hold[1], better=hold[0], note=note,
    )
