"""Pools (bể) together: the nets of all pools as one, with a place for each message flow.

A message lies in its place until the node that catches it takes it: early messages are kept. What
a pool without a process, or somebody outside, may send needs no place: it can always come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from engine.flow import bpmn
from engine.flow.graph import Scope
from engine.flow.soundness.net import net_of
from engine.flow.soundness.tokens import Mover, Net
from engine.flow.support import triggers_of

#: Combinations of beginnings that are tried; a drawing with more is left undecided.
_MOST_BEGINNINGS = 64


@dataclass(frozen=True)
class Letters:
    """The message flows between pools: by number, who sends and who catches, by node id.

    `ending` are ids of sequence flows and events whose act ends every part of the dossier.
    """

    senders: Sequence[str]
    catchers: Sequence[str]
    ending: frozenset[str] = frozenset()

    @cached_property
    def sent(self) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the message flows that leave each node."""
        return _numbers(self.senders)

    @cached_property
    def caught(self) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the message flows that each node catches."""
        return _numbers(self.catchers)


def _numbers(keys: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        found.setdefault(key, []).append(at)
    return {key: tuple(numbers) for key, numbers in found.items()}


@dataclass
class _Together:
    letters: Letters
    movers: list[Mover] = field(default_factory=list)
    taker: list[int] = field(default_factory=list)
    idle: set[int] = field(default_factory=set)
    beginnings: list[list[tuple[int, ...]]] = field(default_factory=list)

    def add(self, scope: Scope, net: Net) -> None:
        """Enter the net of one pool behind those that are there."""
        base, first = len(self.taker), len(self.movers)
        self.taker += [first + at for at in net.taker]
        self.idle |= {base + place for place in net.idle}
        places = frozenset(range(base, base + len(net.taker)))
        clears = any(way.clears for mover in net.movers for way in mover.ways)
        ending = {base + at for at, flow in enumerate(scope.flows)
                  if bpmn.ident(flow.element) in self.letters.ending}
        within = places if clears else frozenset()
        moved = [_shifted(mover, base)._replace(within=within) for mover in net.movers]
        moved = [self._with_letters(scope, mover, ending) for mover in moved]
        self.movers += [_behind_gateway(scope, mover, moved) for mover in moved]
        self.beginnings.append(self._begun(scope, net, base))

    def _with_letters(self, scope: Scope, mover: Mover, ending: set[int]) -> Mover:
        """Let a node send and catch its messages, and end all parts where its act does."""
        posted = self.letters.sent.get(mover.key, ())
        needs = self.letters.caught.get(mover.key, ())
        starts = scope.kinds[mover.key] == "startEvent" or mover.key in scope.starts
        ways = []
        for way in mover.ways:
            asked = needs if way.by is None and not starts else ()
            if way.by is not None:
                asked = self.letters.caught.get(way.by, ())
            ends = not self.letters.ending.isdisjoint((mover.key, way.by or "")) or (
                not ending.isdisjoint(way.puts))
            ways.append(way._replace(
                puts=() if ends else (*way.puts, *posted), needs=asked, ends=ends))
        takes = (*mover.takes, *needs) if starts else mover.takes
        return mover._replace(takes=takes, ways=tuple(ways), letters=frozenset(needs))

    def _begun(self, scope: Scope, net: Net, base: int) -> list[tuple[int, ...]]:
        """Return what may begin by itself or from outside; nothing where a message may begin it."""
        posted = [key for key in scope.starts if key in self.letters.caught]
        own = [tuple(base + place for place in begin) for begin in net.beginnings
               if not any(net.movers[net.taker[place]].key in posted for place in begin)]
        plain = any(triggers_of(scope.nodes[key]) == ["none"] for key in scope.starts)
        return [*own, ()] if posted and not plain else own or [()]

    def net(self) -> Net | None:
        """Return all pools as one net; None where they may begin in too many ways."""
        count = 1
        for ways in self.beginnings:
            count *= len(ways)
        if count > _MOST_BEGINNINGS:
            return None
        for at, mover in enumerate(self.movers):
            for place in {*mover.takes, *(need for way in mover.ways for need in way.needs)}:
                self.taker[place] = at
        begun = dict.fromkeys(
            tuple(sorted(place for begin in ways for place in begin))
            for ways in product(*self.beginnings))
        return Net(tuple(self.movers), tuple(self.taker), tuple(begun), frozenset(self.idle))


def net_of_pools(pools: Sequence[Scope], letters: Letters) -> Net | None:
    """Return the pools of a drawing as one net whose first places are those of `letters`.

    None where a pool cannot be played by itself, or where there are too many ways to begin.
    """
    count = len(letters.senders)
    together = _Together(letters, taker=[0] * count, idle=set(range(count)))
    for scope in pools:
        net = net_of(scope)
        if net is None:
            return None
        together.add(scope, net)
    return together.net()


def _shifted(mover: Mover, base: int) -> Mover:
    ways = tuple(way._replace(puts=tuple(base + p for p in way.puts)) for way in mover.ways)
    late = {base + place: base + mark for place, mark in mover.late.items()}
    feeds = {base + place: frozenset(base + p for p in found)
             for place, found in mover.feeds.items()}
    return mover._replace(takes=tuple(base + p for p in mover.takes), ways=ways, late=late,
                   feeds=feeds)


def _behind_gateway(scope: Scope, mover: Mover, movers: Sequence[Mover]) -> Mover:
    """Let an event-based gateway wait for the messages of the events behind it, in their place."""
    kinds = scope.kinds
    if kinds[mover.key] == "eventBasedGateway":
        behind = {place: other for other in movers for place in other.takes}
        return mover._replace(ways=tuple(
            way._replace(needs=_needs(behind.get(way.puts[0]) if way.puts else None))
            for way in mover.ways))
    sources = {flow.source for flow in scope.incoming.get(mover.key, ())}
    if any(kinds[source] == "eventBasedGateway" for source in sources):
        return mover._replace(ways=tuple(way._replace(needs=()) for way in mover.ways))
    return mover


def _needs(mover: Mover | None) -> tuple[int, ...]:
    return mover.ways[0].needs if mover is not None and mover.ways else ()
