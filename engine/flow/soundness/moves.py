"""Moves (nước đi): the states to which one node can lead from a state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from engine.flow.soundness.tokens import Mover, Way

#: Tokens by their places, in order.
State = tuple[int, ...]
#: More tokens than this on one place add nothing new to what is already a finding.
MOST_TOKENS = 2
#: Flows into a complex gateway of which every order of coming is tried.
_MOST_FLOWS = 6


def moves(mover: Mover, state: State) -> Iterator[tuple[State, int | None]]:
    """Yield the states that a mover can lead to, each with the place of the message it took."""
    if mover.join == "counted":
        yield from _counted(mover, state)
        return
    for taken in _takings(mover, state):
        rest = _without(state, taken)
        there = frozenset(rest)
        for way in mover.ways:
            if not way.needs:
                yield _then(mover, way, rest), _letter(mover, taken)
                continue
            for need in way.needs:
                if need in there:
                    yield _then(mover, way, _without(rest, (need,))), need


def weight(mover: Mover) -> int:
    """Return how much is looked at, beside the tokens of a state, to see whether a mover can go."""
    return len(mover.takes) - 1 + sum(len(way.needs) for way in mover.ways)


def _letter(mover: Mover, taken: State) -> int | None:
    return taken[0] if mover.letters and taken[0] in mover.letters else None


def _then(mover: Mover, way: Way, rest: Iterable[int]) -> State:
    if way.ends or (way.clears and not mover.within):
        return ()
    if way.clears:
        rest = [place for place in rest if place not in mover.within]
    return tuple(sorted((*rest, *way.puts)))


def _takings(mover: Mover, state: State) -> Iterator[State]:
    filled = frozenset(state) if len(mover.takes) > 1 else state
    here = [place for place in mover.takes if place in filled]
    if mover.join == "each":
        for place in here:
            yield (place,)
    elif mover.join == "all":
        if len(here) == len(mover.takes):
            yield mover.takes
    elif here and not _may_still_come(mover, here, state):
        yield tuple(here)


def _may_still_come(join: Mover, here: Collection[int], state: State) -> bool:
    """Tell whether a token elsewhere can fill an empty place without a way to a filled one."""
    elsewhere = frozenset(state).difference(join.takes)
    for place in here:
        elsewhere -= join.feeds[place]
    filled = frozenset(here)
    return bool(elsewhere) and any(
        not elsewhere.isdisjoint(join.feeds[place]) for place in join.takes if place not in filled)


def _counted(mover: Mover, state: State) -> Iterator[tuple[State, int | None]]:
    """Yield what a join that counts may do: swallow late tokens, begin a new round, or go.

    An activity takes its tokens from any flow; a complex gateway one of each, and marks the flows
    whose tokens come late (BPMN 2.0.2 section 13.4.5).
    """
    takes, filled = frozenset(mover.takes), frozenset(state)
    tokens = [place for place in state if place in takes]
    marks = filled.intersection(mover.late.values())
    late = {place: None for place in tokens if mover.late.get(place) in marks}
    for place in late:
        yield _without(state, (place, mover.late[place])), None
    fresh = [place for place in tokens if place not in late]
    if fresh and marks:
        yield _without(state, marks), None
    elif len(fresh) >= mover.wanted:
        for taken in _enough(mover, fresh):
            rest, gone = _without(state, taken), frozenset(taken)
            left = [mark for place, mark in mover.late.items() if place not in gone]
            for way in mover.ways:
                yield _then(mover, way, [*rest, *left]), None


def _enough(mover: Mover, tokens: list[int]) -> Iterator[State]:
    if not mover.late:
        yield tuple(tokens[:mover.wanted])
        return
    flows = sorted(set(tokens))
    # Which of many flows came first is told apart for few of them only.
    ways = combinations(flows, min(mover.wanted, len(flows)))
    yield from (ways if len(flows) <= _MOST_FLOWS else [next(ways)])


def _without(state: State, places: Collection[int]) -> State:
    if len(places) == 1:
        (place,) = places
        at = state.index(place)
        return state[:at] + state[at + 1:]
    left, rest = Counter(places), []
    for place in state:
        if left[place] > 0:
            left[place] -= 1
        else:
            rest.append(place)
    return tuple(rest)
