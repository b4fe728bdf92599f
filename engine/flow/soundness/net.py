"""The net (lưới thẻ): a scope as places and the ways in which each node moves tokens.

Every place is a sequence flow (or the beginning of a start node) and is emptied by one node only,
so the nodes that can move do not compete for tokens. A sub-process is one step here; its inside is
a scope of its own. Semantics: BPMN 2.0.2 chapter 13.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.graph import Scope, truth
from engine.flow.soundness.counts import activation, conditioned, quantity
from engine.flow.soundness.readable import MOST_SUBSETS, unreadable
from engine.flow.soundness.tokens import Join, Mover, Net, Way
from engine.flow.support import triggers_of

_CLEARS = {"terminate", "error", "cancel"}


def net_of(scope: Scope) -> Net | None:
    """Return the net of a scope; None where its semantics cannot be told from the drawing."""
    if unreadable(scope) is not None:
        return None
    return _Builder(scope).net()


class _Builder:
    """Numbers the places of a scope: its flows first, then starts and link targets, then marks."""

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
        self.size = len(scope.flows) + len(self.entries)

    def net(self) -> Net:
        movers = [self._mover(key) for key in self.scope.nodes if self.ins.get(key)]
        taker = [0] * self.size
        idle: set[int] = set()
        for at, mover in enumerate(movers):
            idle.update(mover.late.values())
            for place in (*mover.takes, *mover.late.values()):
                taker[place] = at
        net = Net(tuple(movers), tuple(taker), self._beginnings(), frozenset(idle))
        awaited = [at for at, mover in enumerate(movers) if mover.join == "awaited"]
        makers = _makers(movers) if awaited else {}
        for at in awaited:
            movers[at] = _awaiting(makers, movers[at])
        return net._replace(movers=tuple(movers)) if awaited else net

    def _beginnings(self) -> tuple[tuple[int, ...], ...]:
        """Return what may begin together: all plain starts, or one start with a trigger."""
        nodes = self.scope.nodes
        drawn = [key for key in self.scope.starts if self.scope.kinds[key] == "startEvent" or (
            truth(nodes[key], "instantiate"))]
        if not drawn:
            return (tuple(sorted(self.entries[key] for key in self.scope.starts)),)
        plain = [key for key in drawn if self.scope.kinds[key] == "startEvent" and (
            triggers_of(nodes[key]) == ["none"])]
        together = [tuple(sorted(self.entries[key] for key in plain))] if plain else []
        return (*together, *((self.entries[key],) for key in drawn if key not in plain))

    def _mover(self, key: str) -> Mover:
        takes, name, node = tuple(self.ins[key]), self.scope.kinds[key], self.scope.nodes[key]
        ways = tuple(self._ways(key, node, name))
        if name == "complexGateway" and conditioned(self.scope, key):
            late = {place: self.size + at for at, place in enumerate(takes)}
            self.size += len(takes)
            return Mover(key, takes, "counted", ways, activation(self.scope, key) or 1, late)
        wanted = quantity(node, "startQuantity") if name in bpmn.ACTIVITIES else 1
        if wanted > 1:
            return Mover(key, takes, "counted", ways, wanted)
        join: Join = _JOINS.get(name, "each") if len(takes) > 1 else "each"
        return Mover(key, takes, join, ways)

    def _ways(self, key: str, node: Element, name: str) -> list[Way]:
        outs = self.outs.get(key, [])
        if name == "endEvent":
            return [Way((), clears=bool(_CLEARS & set(triggers_of(node))))]
        if key in self.scope.links:
            return [Way((self.entries[target],)) for target in self.scope.links[key]] or [Way(())]
        if name in ("exclusiveGateway", "eventBasedGateway") and outs:
            return [Way((out,)) for out in outs]
        if name == "parallelGateway":
            return [Way(tuple(outs))]
        given = quantity(node, "completionQuantity") if name in bpmn.ACTIVITIES else 1
        ways = [Way(tuple(sorted(puts * given))) for puts in self._conditional(key, node)]
        return [*ways, *self._interrupted(key, ways)]

    def _interrupted(self, key: str, ways: list[Way]) -> list[Way]:
        found = []
        for boundary in self.scope.boundaries.get(key, []):
            node, outs = self.scope.nodes[boundary], tuple(self.outs.get(boundary, []))
            triggers = triggers_of(node)
            if "compensate" in triggers:
                continue
            always = "error" in triggers or "cancel" in triggers
            if always or truth(node, "cancelActivity", default=True):
                found.append(Way(outs, by=boundary))
            else:
                found += [Way((*way.puts, *outs), by=boundary) for way in ways]
        return found

    def _conditional(self, key: str, node: Element) -> list[tuple[int, ...]]:
        """Return what a node with conditional flows may put out: every choice that takes a flow."""
        flows = self.scope.outgoing.get(key, [])
        if len(flows) < 2:
            return [tuple(self.outs.get(key, ()))]
        default = bpmn.reference(node, "default")
        always, maybe, otherwise = [], [], []
        for flow in flows:
            place = self.number[id(flow)]
            if default is not None and bpmn.ident(flow.element) == default:
                otherwise.append(place)
            elif bpmn.condition(flow.element):
                maybe.append(place)
            else:
                always.append(place)
        sizes = range(1, len(maybe) + 1) if len(maybe) <= MOST_SUBSETS else (1, len(maybe))
        chosen = [tuple(always) + some for size in sizes for some in combinations(maybe, size)]
        none = tuple(always) + tuple(otherwise)
        return [*chosen, none] if none or not chosen else chosen


_JOINS: Mapping[str, Join] = {
    "parallelGateway": "all", "complexGateway": "all", "inclusiveGateway": "awaited",
}


def _makers(movers: Sequence[Mover]) -> dict[int, list[Mover]]:
    """Return who puts tokens on each place along a path.

    Only sequence flows make one: what a boundary event puts out comes from no place.
    """
    found: dict[int, list[Mover]] = {}
    for mover in movers:
        for put in {put for way in mover.ways if way.by is None for put in way.puts}:
            found.setdefault(put, []).append(mover)
    return found


def _awaiting(makers: Mapping[int, list[Mover]], join: Mover) -> Mover:
    """Return an inclusive join with what can still fill each of its places, itself left out."""
    return join._replace(feeds={
        place: _upstream(place, makers, join.key) for place in join.takes})


def _upstream(place: int, makers: Mapping[int, list[Mover]], join: str) -> frozenset[int]:
    """Return the places from which a token can come to a place, each mover looked at once."""
    found: set[int] = set()
    seen = {join}
    ahead = [place]
    while ahead:
        for mover in makers.get(ahead.pop(), []):
            if mover.key not in seen:
                seen.add(mover.key)
                found.update(mover.takes)
                ahead += mover.takes
    return frozenset(found)
