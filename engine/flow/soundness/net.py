"""The net (lưới thẻ): a scope as places and the ways in which each node moves tokens.

Every place is a sequence flow (or the beginning of a start node) and is emptied by one node only,
so the nodes that can move do not compete for tokens. A sub-process is one step here; its inside is
a scope of its own. Semantics: BPMN 2.0.2 chapter 13.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.graph import Scope, truth
from engine.flow.support import triggers_of

Join = Literal["each", "all", "awaited"]
#: Subsets of more conditional flows than this are not tried one by one.
_MOST_SUBSETS = 5
#: Work to find what feeds inclusive joins; a drawing beyond it is left undecided.
_MOST_FEEDS = 3_000_000
_CLEARS = {"terminate", "error", "cancel"}


@dataclass(frozen=True)
class Way:
    """One thing a node may do: tokens it puts out; `clears` takes all others away."""

    puts: tuple[int, ...]
    clears: bool = False


@dataclass(frozen=True)
class Mover:
    """A node: the places it takes from, how it joins them, and the ways it may go."""

    key: str
    takes: tuple[int, ...]
    join: Join
    ways: tuple[Way, ...]
    #: For an awaited join: the places from which each of its own can still be filled.
    feeds: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def patient(self) -> bool:
        """Tell whether what others do matters to it, so that it must move last."""
        return self.join == "awaited" or any(way.clears for way in self.ways)


@dataclass(frozen=True)
class Net:
    """Movers in document order, who empties each place, and the possible beginnings."""

    movers: tuple[Mover, ...]
    taker: tuple[int, ...]
    beginnings: tuple[tuple[int, ...], ...]


def net_of(scope: Scope) -> Net | None:
    """Return the net of a scope; None where its semantics cannot be told from the drawing."""
    if bpmn.kind(scope.element) == "adHocSubProcess" or not scope.starts or any(
        bpmn.kind(node) == "complexGateway" for node in scope.nodes.values()
    ) or _feeds(scope) > _MOST_FEEDS:
        return None
    return _Builder(scope).net()


def _feeds(scope: Scope) -> int:
    """Return how many flows are looked at, at most, to find what feeds the inclusive joins."""
    joins = (key for key, node in scope.nodes.items() if bpmn.kind(node) == "inclusiveGateway")
    places = sum(len(flows) for key in joins if len(flows := scope.incoming.get(key, [])) > 1)
    return places * len(scope.flows)


class _Builder:
    """Numbers the places of a scope: its flows first, then starts and link targets."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.number = {id(flow): at for at, flow in enumerate(scope.flows)}
        self.outs: dict[str, list[int]] = {
            key: [self.number[id(flow)] for flow in flows] for key, flows in scope.outgoing.items()
        }
        self.ins: dict[str, list[int]] = {
            key: [self.number[id(flow)] for flow in flows] for key, flows in scope.incoming.items()
        }
        self.entries: dict[str, int] = {}
        entered = [*scope.starts, *(k for found in scope.links.values() for k in found)]
        for key in dict.fromkeys(entered):
            self.entries[key] = len(scope.flows) + len(self.entries)
            self.ins.setdefault(key, []).append(self.entries[key])

    def net(self) -> Net:
        drawn = [(k, node) for k, node in self.scope.nodes.items() if self.ins.get(k)]
        movers = [self._mover(key, node) for key, node in drawn]
        taker = [0] * (len(self.scope.flows) + len(self.entries))
        for at, mover in enumerate(movers):
            for place in mover.takes:
                taker[place] = at
        net = Net(tuple(movers), tuple(taker), self._beginnings())
        awaited = [at for at, mover in enumerate(movers) if mover.join == "awaited"]
        for at in awaited:
            movers[at] = _awaiting(net, movers[at])
        return Net(tuple(movers), net.taker, net.beginnings)

    def _beginnings(self) -> tuple[tuple[int, ...], ...]:
        places = [self.entries[key] for key in self.scope.starts]
        drawn = any(
            bpmn.kind(self.scope.nodes[key]) == "startEvent" for key in self.scope.starts
        ) or any(truth(self.scope.nodes[key], "instantiate") for key in self.scope.starts)
        return tuple((place,) for place in places) if drawn else (tuple(sorted(places)),)

    def _mover(self, key: str, node: Element) -> Mover:
        takes, name = tuple(self.ins[key]), bpmn.kind(node)
        join: Join = "each"
        if len(takes) > 1:
            join = {"parallelGateway": "all", "inclusiveGateway": "awaited"}.get(  # type: ignore[assignment]
                name, "each",
            )
        return Mover(key, takes, join, tuple(self._ways(key, node)))

    def _ways(self, key: str, node: Element) -> list[Way]:
        name, outs = bpmn.kind(node), self.outs.get(key, [])
        if name == "endEvent":
            return [Way((), clears=bool(_CLEARS & set(triggers_of(node))))]
        if key in self.scope.links:
            return [Way((self.entries[target],)) for target in self.scope.links[key]] or [Way(())]
        if name in ("exclusiveGateway", "eventBasedGateway") and outs:
            return [Way((out,)) for out in outs]
        if name == "parallelGateway":
            return [Way(tuple(outs))]
        ways = [Way(puts) for puts in self._conditional(key, node)]
        return [*ways, *self._interrupted(key, ways)]

    def _interrupted(self, key: str, ways: list[Way]) -> list[Way]:
        found = []
        for boundary in self.scope.boundaries.get(key, []):
            node, outs = self.scope.nodes[boundary], tuple(self.outs.get(boundary, []))
            if "compensate" in triggers_of(node):
                continue
            if truth(node, "cancelActivity", default=True):
                found.append(Way(outs))
            else:
                found += [Way((*way.puts, *outs)) for way in ways]
        return found

    def _conditional(self, key: str, node: Element) -> list[tuple[int, ...]]:
        """Return what a node with conditional flows may put out: every choice that takes a flow."""
        default = bpmn.reference(node, "default")
        always, maybe, otherwise = [], [], []
        for flow in self.scope.outgoing.get(key, []):
            place = self.number[id(flow)]
            if default is not None and bpmn.ident(flow.element) == default:
                otherwise.append(place)
            elif bpmn.condition(flow.element):
                maybe.append(place)
            else:
                always.append(place)
        sizes = range(1, len(maybe) + 1) if len(maybe) <= _MOST_SUBSETS else (1, len(maybe))
        chosen = [tuple(always) + some for size in sizes for some in combinations(maybe, size)]
        none = tuple(always) + tuple(otherwise)
        return [*chosen, none] if none or not chosen else chosen


def _awaiting(net: Net, join: Mover) -> Mover:
    """Return an inclusive join with what can still fill each of its places, itself left out."""
    makers: dict[int, list[Mover]] = {}
    for mover in net.movers:
        if mover.key != join.key:
            for put in {put for way in mover.ways for put in way.puts}:
                makers.setdefault(put, []).append(mover)
    return Mover(join.key, join.takes, join.join, join.ways, {
        place: _upstream(place, makers) for place in join.takes
    })


def _upstream(place: int, makers: Mapping[int, list[Mover]]) -> frozenset[int]:
    """Return the places from which a token can come to a place, each mover looked at once."""
    found: set[int] = set()
    seen: set[str] = set()
    ahead = [place]
    while ahead:
        for mover in makers.get(ahead.pop(), []):
            if mover.key not in seen:
                seen.add(mover.key)
                found.update(mover.takes)
                ahead += mover.takes
    return frozenset(found)
