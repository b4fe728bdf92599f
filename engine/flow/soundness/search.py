"""The search (tìm kiếm): breadth first through the token game, with the path to what goes wrong.

Where a node can move and nobody else's move matters to it, only its ways are followed: moves of
different nodes take different tokens, so their order changes nothing (a stubborn set). A way that
leads back to a state already seen makes the whole state be followed, so that no loop hides others.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from dataclasses import dataclass

from engine.flow.soundness.moves import MOST_TOKENS, State, moves, weight
from engine.flow.soundness.tokens import Mover, Net

#: Tokens and places looked at, about a second of a slow machine: counted and not timed, so that one
#: drawing gets one judgement on every machine.
MAX_WORK = 1_000_000
#: Tokens held against the places of an inclusive join in the time of one that is looked at.
_AWAITED = 32
#: Sets of nodes that wait for ever together; more come from the same mistakes.
_MOST_RESTS = 200
#: Nodes, each with the nodes passed on the way to it.
Met = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Outcome:
    """What the search met: each with the nodes passed on the way to it.

    `work` is the number of tokens and places looked at; `stuck` are the nodes that wait for ever,
    those of one state next to one another; `doubled` the nodes a token reaches twice at a time;
    `crowded` tells that more tokens than that were met and not followed. Of the messages between
    pools: `seen` were sent, `heard` were received, of `flooded` there were too many to count.
    `rests` are the sets of nodes that wait for ever together.
    """

    states: int
    work: int
    decided: bool
    completes: bool
    stuck: Met = ()
    doubled: Met = ()
    crowded: bool = False
    seen: frozenset[int] = frozenset()
    heard: frozenset[int] = frozenset()
    flooded: frozenset[int] = frozenset()
    rests: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = ()


class _Search:
    def __init__(self, net: Net, most: int) -> None:
        self.net, self.most, self.work = net, most, 0
        self.weight = {mover.key: weight(mover) for mover in net.movers}
        self.patient = {at for at, mover in enumerate(net.movers) if mover.patient}
        self.came: dict[State, tuple[State, str] | None] = {}
        self.ahead: deque[State] = deque()
        self.stuck: dict[str, State] = {}
        self.doubled: dict[str, State] = {}
        self.completes = self.crowded = self.cut = False
        self.heard: set[int] = set()
        self.seen: set[int] = set()
        self.flooded: set[int] = set()
        self.rests: dict[frozenset[str], State] = {}

    def run(self) -> bool:
        """Go through the states; return False when the bounds were reached first."""
        for beginning in self.net.beginnings:
            self._meet(beginning, None)
        while self.ahead:
            if self.work > self.most:
                return False
            self._expand(self.ahead.popleft())
        return not self.cut

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
        taker = self.net.taker
        here = [taker[state[0]]] if len(state) == 1 else sorted({taker[place] for place in state})
        movers = [self.net.movers[at] for at in here]
        free = [self.net.movers[at] for at in here if at not in self.patient]
        for at, mover in enumerate(free):
            moved, again = self._follow(state, mover)
            if again:
                for other in free[at + 1:]:
                    self._follow(state, other)
            if moved:
                return
        # Nobody else can move: now the patient ones may, each of them.
        patient = [self.net.movers[at] for at in here if at in self.patient]
        if True not in {self._follow(state, mover)[0] for mover in patient}:
            self._note_stuck(state, movers)

    def _follow(self, state: State, mover: Mover) -> tuple[bool, bool]:
        """Meet what a mover leads to; tell whether it could move, and to a state met before."""
        moved = again = False
        self.work += len(state) + self.weight[mover.key]
        if mover.join == "awaited":
            self.work += len(state) * len(mover.takes) // _AWAITED
        for met, heard in moves(mover, state):
            moved, then = True, met if not self.net.idle else self._trimmed(met)
            again |= then in self.came
            if heard is not None:
                self.heard.add(heard)
            self._meet(then, (state, mover.key))
            # One node alone may have thousands of ways for thousands of tokens.
            if self.work > self.most:
                self.cut = True
                break
        return moved, again

    def _trimmed(self, state: State) -> State:
        """Leave out messages beyond what tells states apart, and remember that there were more."""
        many = {place for at, place in enumerate(state[MOST_TOKENS:])
                if state[at] == place and place in self.net.idle}
        self.flooded |= many
        return state if not many else tuple(
            place for at, place in enumerate(state)
            if place not in many or at < MOST_TOKENS or state[at - MOST_TOKENS] != place)

    def _meet(self, state: State, came: tuple[State, str] | None) -> None:
        self.work += len(state)
        if state in self.came:
            return
        idle = self.net.idle
        work = [place for place in state if place not in idle] if idle else state
        twice = {a for a, b in itertools.pairwise(work) if a == b} if len(work) > 1 else ()
        crowded = False
        many = Counter(work) if twice else {}
        for place in twice:
            taker = self.net.movers[self.net.taker[place]]
            enough = many[place]
            if enough > taker.wanted or taker.join != "counted":
                self.doubled.setdefault(taker.key, state)
            crowded |= enough > max(MOST_TOKENS, taker.wanted)
        self.crowded |= crowded
        self.came[state] = came
        if idle:
            self.seen.update(idle.intersection(state))
        if not work:
            self.completes = True
        # A message that nobody has taken may still begin a pool.
        if state and not crowded:
            self.ahead.append(state)

    def _note_stuck(self, state: State, movers: list[Mover]) -> None:
        work = set(state) - self.net.idle
        keys = [mover.key for mover in movers if work.intersection(mover.takes)]
        for key in keys:
            self.stuck.setdefault(key, state)
        if keys and len(self.rests) < _MOST_RESTS:
            self.rests.setdefault(frozenset(keys), state)


def search(net: Net, *, most: int = MAX_WORK) -> Outcome:
    """Return what can go wrong in a net, looking at about `most` tokens and places."""
    game = _Search(net, most)
    decided = game.run()
    return Outcome(
        states=len(game.came), work=game.work, decided=decided, completes=game.completes,
        stuck=tuple((key, game.path(state)) for key, state in game.stuck.items()),
        doubled=tuple((key, game.path(state)) for key, state in game.doubled.items()),
        crowded=game.crowded, seen=frozenset(game.seen), heard=frozenset(game.heard),
        flooded=frozenset(game.flooded),
        rests=tuple((keys, game.path(state)) for keys, state in game.rests.items()),
    )
