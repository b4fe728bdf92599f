"""Tokens (thẻ): places, and what each node may do with the tokens on them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Join = Literal["each", "all", "awaited", "counted"]
_NONE: Mapping[int, int] = MappingProxyType({})
_NOTHING: Mapping[int, frozenset[int]] = MappingProxyType({})


# Tuples, since a net has thousands of them and they are made several times as fast as dataclasses.
class Way(NamedTuple):
    """One thing a node may do: tokens it puts out; `clears` takes all others of its scope away.

    Between pools, `needs` are places of messages of which it takes one, `ends` takes away every
    token of every pool, and `by` is the boundary event that interrupts.
    """

    puts: tuple[int, ...]
    clears: bool = False
    needs: tuple[int, ...] = ()
    ends: bool = False
    by: str | None = None


class Mover(NamedTuple):
    """A node: the places it takes from, how it joins them, and the ways it may go."""

    key: str
    takes: tuple[int, ...]
    join: Join
    ways: tuple[Way, ...]
    #: For a counted join: how many tokens make it go, and whether later ones are swallowed.
    wanted: int = 1
    late: Mapping[int, int] = _NONE
    #: For an awaited join: the places from which each of its own can still be filled.
    feeds: Mapping[int, frozenset[int]] = _NOTHING
    #: Places of the messages that it catches.
    letters: frozenset[int] = frozenset()
    #: Places of its own pool, where others may take its tokens away; empty where none can.
    within: frozenset[int] = frozenset()

    @property
    def patient(self) -> bool:
        """Tell whether what others do matters to it, so that it must move last."""
        first = self.ways[0].needs if self.ways else ()
        return self.join == "awaited" or bool(self.within) or any(
            way.clears or way.ends or way.needs != first for way in self.ways)


class Net(NamedTuple):
    """Movers in document order, who empties each place, and the possible beginnings.

    `idle` are places whose tokens are no work: messages, and marks of joins that have fired.
    """

    movers: tuple[Mover, ...]
    taker: tuple[int, ...]
    beginnings: tuple[tuple[int, ...], ...]
    idle: frozenset[int] = frozenset()
