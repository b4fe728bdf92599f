"""The search (tìm kiếm): breadth first through the token game, with the path to what goes wrong.

Where a node can move and nobody else's move matters to it, only its ways are followed: moves of
different nodes take different tokens, so their order changes nothing (a stubborn set). A way that
leads back to a state already seen makes the whole state be followed, so that no loop hides others.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import process_time

from engine.flow.soundness.net import Mover, Net

State = tuple[int, ...]
MAX_STATES = 200_000
#: More tokens than this on one flow add nothing new to what is already a finding.
_MOST_TOKENS = 2


@dataclass(frozen=True)
class Outcome:
    """What the search met: each with the nodes passed on the way to it.

    `stuck` are the joins that wait for ever; `doubled` the nodes a token reaches twice at a time.
    """

    states: int
    decided: bool
    completes: bool
    stuck: tuple[tuple[str, tuple[str, ...]], ...] = ()
    doubled: tuple[tuple[str, tuple[str, ...]], ...] = ()


class _Search:
    def __init__(self, net: Net, deadline: float, most: int) -> None:
        self.net, self.deadline, self.most = net, deadline, most
        self.came: dict[State, tuple[State, str] | None] = {}
        self.ahead: deque[State] = deque()
        self.stuck: dict[str, State] = {}
        self.doubled: dict[str, State] = {}
        self.completes = False

    def run(self) -> bool:
        """Go through the states; return False when the bounds were reached first."""
        for beginning in self.net.beginnings:
            self._meet(beginning, None)
        while self.ahead:
            if len(self.came) > self.most or process_time() > self.deadline:
                return False
            self._expand(self.ahead.popleft())
        return True

    def path(self, state: State) -> tuple[str, ...]:
        """Return the nodes passed from the beginning to a state."""
        nodes: list[str] = []
        came = self.came[state]
        while came is not None:
            state, node = came
            nodes.append(node)
            came = self.came[state]
        return tuple(reversed(nodes))

    def _expand(self, state: State) -> None:
        movers = [self.net.movers[at] for at in sorted({self.net.taker[p] for p in state})]
        free = [mover for mover in movers if not mover.patient]
        for at, mover in enumerate(free):
            moved, again = self._follow(state, mover)
            if again:
                for other in free[at + 1:]:
                    self._follow(state, other)
            if moved:
                return
        # Nobody else can move: now the patient ones may, each of them.
        patient = {self._follow(state, mover)[0] for mover in movers if mover.patient}
        if True not in patient:
            self._note_stuck(state, movers)

    def _follow(self, state: State, mover: Mover) -> tuple[bool, bool]:
        """Meet what a mover leads to; tell whether it could move, and to a state met before."""
        moved = again = False
        for then in _moves(mover, state):
            moved = True
            again |= then in self.came
            self._meet(then, (state, mover.key))
        return moved, again

    def _meet(self, state: State, came: tuple[State, str] | None) -> None:
        if state in self.came:
            return
        twice = {a for a, b in itertools.pairwise(state) if a == b}
        for place in twice:
            self.doubled.setdefault(self.net.movers[self.net.taker[place]].key, state)
        self.came[state] = came
        if not state:
            self.completes = True
        elif not any(state.count(place) > _MOST_TOKENS for place in twice):
            self.ahead.append(state)

    def _note_stuck(self, state: State, movers: list[Mover]) -> None:
        for mover in movers:
            self.stuck.setdefault(mover.key, state)


def search(net: Net, *, seconds: float = 1.0, most: int = MAX_STATES) -> Outcome:
    """Return what can go wrong in a net, within so many states and seconds of CPU time."""
    game = _Search(net, process_time() + seconds, most)
    decided = game.run()
    return Outcome(
        states=len(game.came), decided=decided, completes=game.completes,
        stuck=tuple((key, game.path(state)) for key, state in game.stuck.items()),
        doubled=tuple((key, game.path(state)) for key, state in game.doubled.items()),
    )


def _moves(mover: Mover, state: State) -> Iterator[State]:
    """Yield the states that a mover can lead to."""
    for taken in _takings(mover, state):
        rest = list(state)
        for place in taken:
            rest.remove(place)
        for way in mover.ways:
            yield () if way.clears else tuple(sorted((*rest, *way.puts)))


def _takings(mover: Mover, state: State) -> Iterator[State]:
    here = [place for place in mover.takes if place in state]
    if mover.join == "each":
        for place in here:
            yield (place,)
    elif mover.join == "all":
        if len(here) == len(mover.takes):
            yield mover.takes
    elif here and not _may_still_come(mover, here, state):
        yield tuple(here)


def _may_still_come(join: Mover, here: list[int], state: State) -> bool:
    """Tell whether a token elsewhere can fill an empty place without a way to a filled one."""
    empty = [place for place in join.takes if place not in here]
    return any(
        any(token in join.feeds[place] for place in empty)
        and not any(token in join.feeds[place] for place in here)
        for token in state if token not in join.takes
    )
