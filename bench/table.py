"""The table (bảng số đo): rows as measured, beside the bar that is set for each."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from engine.clock import VIETNAM

README = Path(__file__).with_name("README.md")
HEAD = ("| row | what | against | n | ours | other | ratio | hold | |", "|---" * 9 + "|")


@dataclass(frozen=True)
class Row:
    """One comparison: `value` is held to be at least (more) or at most (less) the bar."""

    number: str
    what: str
    against: str
    n: int
    ours: str
    other: str
    value: float
    bar: float
    better: Literal["more", "less"]
    note: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether the bar is held."""
        return self.value >= self.bar if self.better == "more" else self.value <= self.bar

    def cells(self) -> tuple[str, ...]:
        """Return the row as the table prints it."""
        sign = ">=" if self.better == "more" else "<="
        verdict = "held" if self.holds else "MISSED"
        value = f"{self.value:.3f}" if self.value < 0.1 else f"{self.value:.2f}"
        return (self.number, self.what, self.against, str(self.n), self.ours, self.other, value,
                f"{sign} {self.bar:g}", f"{verdict}. {self.note}" if self.note else f"{verdict}")


def text(rows: list[Row]) -> str:
    """Return the table in Markdown, with where and when it was measured."""
    lines = [f"| {' | '.join(row.cells())} |" for row in rows]
    return "\n".join([*HEAD, *lines, "", f"{where()} Times in ms are medians, wall / CPU."])


def where() -> str:
    """Return date, machine in words and the versions that matter."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in (
        "motcua", "SpiffWorkflow", "SQLAlchemy", "psycopg", "Flask", "gunicorn"))
    today = datetime.now(VIETNAM).date().isoformat()
    return (
        f"Measured on {today}, {len(os.sched_getaffinity(0))} cores ({_processor()}),"
        f" {memory:.0f} GB memory, Python {platform.python_version()}, {packages}."
    )


def write(table: str, place: str = "measured") -> None:
    """Put the table into bench/README.md, between the two marks of its place."""
    begin, end = (f"<!-- {place}: {which} -->" for which in ("begin", "end"))
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    README.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    if known.exists():
        for line in known.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
