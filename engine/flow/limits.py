"""Limits (giới hạn): what one diagram may hold, and what examining it may take.

Plain numbers apart from what reads diagrams, so that settings are read without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TableLimits:
    """How much one DMN file may hold: bytes, rules, XML nesting; columns of one table."""

    size: int = 2_000_000
    rules: int = 2_000
    columns: int = 200
    nesting: int = 120


@dataclass(frozen=True)
class Limits:
    """How much one diagram may hold: bytes, flow nodes, XML nesting, characters of a name."""

    size: int = 2_000_000
    nodes: int = 2_000
    nesting: int = 120
    name: int = 1_000
    tables: TableLimits = TableLimits()


@dataclass(frozen=True)
class Bounds:
    """What one piece of work may take: CPU and wall seconds, and memory beyond what is loaded.

    `limits` is what one diagram may hold.
    """

    cpu: int = 5
    wall: float = 5.0
    megabytes: int = 512
    limits: Limits = field(default_factory=Limits)
