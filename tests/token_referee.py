"""Judges what an engine did: could the token game, in some order of its branches, do just that?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from token_diagram import Diagram
from token_game import Game
from token_state import Move, Script

#: States looked at before a diagram is given up as undecided.
PATIENCE = 20_000
STEPS = 3_000
UNDECIDED = "undecided"


@dataclass(frozen=True)
class Outcome:
    """What is compared: the completed nodes in order, how it ended, what waits, the data."""

    trace: tuple[str, ...]
    status: str
    waiting: tuple[tuple[str, str], ...]
    data: Mapping[str, Any]


def finished(game: Game) -> Outcome:
    """Return the outcome of a game in which nothing can move."""
    status = "waiting" if game.status == "deadlock" else game.status
    return Outcome(tuple(game.log), status, tuple(game.waiting()), game.data)


def run(content: bytes, script: Script, data: Mapping[str, Any]) -> Game:
    """Play a diagram to its end, always taking the first move (document order)."""
    game = Game(Diagram(content), script, data)
    for _ in range(STEPS):
        moves = game.moves()
        if not moves:
            return game
        game.play(moves[0])
    raise RuntimeError("the diagram does not come to an end")


def verdict(content: bytes, script: Script, data: Mapping[str, Any], seen: Outcome) -> str:
    """Return "" when some order of branches gives the outcome seen, else what is wrong with it."""
    stack = [Game(Diagram(content), script, data)]
    known: set[Any] = set()
    furthest = 0
    while stack:
        game = stack.pop()
        if len(known) > PATIENCE:
            return UNDECIDED
        moves = game.moves()
        if not moves and _same(finished(game), seen):
            return ""
        followings = [f for move in reversed(moves) if (f := _follow(game, move, seen))]
        # Steps that complete nothing come first off the stack: they close no way but time.
        for following in sorted(followings, key=lambda one: -len(one.log)):
            if (mark := _mark(following)) not in known:
                known.add(mark)
                furthest = max(furthest, len(following.log))
                stack.append(following)
    return f"no order of branches gives this; agreed up to {seen.trace[:furthest][-3:]}"


def _same(mine: Outcome, seen: Outcome) -> bool:
    if seen.status == "failed":
        return mine.status == "failed"  # the whole step is undone, so the rest says nothing
    return mine == seen


def _follow(game: Game, move: Move, seen: Outcome) -> Game | None:
    following = game.copy()
    following.play(move)
    news: Sequence[str] = following.log[len(game.log):]
    there = tuple(seen.trace[len(game.log): len(following.log)])
    return following if seen.status == "failed" or tuple(news) == there else None


def _mark(game: Game) -> Any:
    numbers = {number: place for place, number in enumerate(sorted(game.active))}
    active = tuple(
        (one.node, numbers.get(one.scope), one.phase, one.since, numbers.get(one.parent or 0),
         one.begun, one.done, one.fired)
        for _, one in sorted(game.active.items())
    )  # fmt: skip
    tokens = tuple(sorted((numbers.get(s, -1), f, n) for (s, f), n in game.tokens.items() if n))
    born = tuple(sorted((numbers.get(scope, -1), node) for scope, node in game.born))
    data = tuple(sorted((name, repr(value)) for name, value in game.data.items()))
    heard = tuple(sorted((numbers.get(number, -1), node) for number, node in game.heard))
    return len(game.log), active, tokens, born, heard, data, game.mail, game.clock, game.failed
