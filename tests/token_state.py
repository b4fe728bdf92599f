"""The state of the token game: where tokens stand, what is active, what may happen next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from token_diagram import ACTIVITIES, TASKS, Diagram, Flow, reaches, seconds

Move = tuple[str, int, str]  # what, scope or instance, node


@dataclass(frozen=True)
class Instance:
    """An active node. phase: ready, waiting, caught (its event has come), body or loop."""

    number: int
    node: str
    scope: int
    phase: str
    since: int
    parent: int | None = None  # the loop or multi-instance that this is one round of
    begun: int = 0
    done: int = 0
    total: int = 1
    fired: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Script:
    """What happens from outside: answers by task, messages and signals, whether time passes."""

    answers: Mapping[str, Any]
    messages: Sequence[Mapping[str, Any]] = ()
    timers: bool = False


class State:
    """One process instance: tokens on flows, active nodes, data, and the log of completions."""

    def __init__(self, diagram: Diagram, script: Script, data: Mapping[str, Any]) -> None:
        self.diagram, self.script = diagram, script
        self.data, self.log, self.failed = dict(data), [], False
        self.tokens: Counter[tuple[int, int]] = Counter()  # (scope, flow)
        self.active: dict[int, Instance] = {}
        self.visits: Counter[str] = Counter()
        self.clock, self.last = 0, 0
        self.mail = tuple(range(len(script.messages)))
        self.born: tuple[tuple[int, str], ...] = ()  # tokens that no flow carries: (scope, node)
        self.heard: tuple[tuple[int, str], ...] = ()  # who a signal has still to reach
        self._open(0, diagram.process)

    def _open(self, scope: int, home: str) -> None:
        self.born += tuple((scope, node.id) for node in self.diagram.starts(home))

    def copy(self) -> Self:
        """Return a state that can be played on without touching this one."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.data, twin.log = dict(self.data), list(self.log)
        twin.tokens, twin.visits = Counter(self.tokens), Counter(self.visits)
        twin.active = dict(self.active)
        return twin

    # What may happen next

    def moves(self) -> list[Move]:
        """Return every step allowed now; outside events only when nothing else can move."""
        if self.failed:
            return []
        if self.heard:  # a signal reaches all at once, but nothing says who reacts first
            caught = [one for one in self.active.values() if one.phase == "caught"]
            finish = [("finish", one.number, one.node) for one in caught]
            return [("hear", *taker) for taker in self.heard] + finish
        ready = [("enter", *birth) for birth in dict.fromkeys(self.born)]
        ready += [("take", scope, node) for scope, node in self._reached()]
        for instance in self.active.values():
            if instance.phase in ("ready", "caught"):
                ready.append(("finish", instance.number, instance.node))
            elif instance.phase == "body" and self._empty(instance.number):
                ready.append(("close", instance.number, instance.node))
        return ready or self._outside()

    def _reached(self) -> list[tuple[int, str]]:
        places = {(s, self.diagram.flows[f].target) for (s, f), n in self.tokens.items() if n}
        ordered = sorted(places, key=lambda place: (place[0], self.diagram.nodes[place[1]].order))
        return [place for place in ordered if self._enabled(*place)]

    def _enabled(self, scope: int, name: str) -> bool:
        tag, incoming = self.diagram.nodes[name].tag, self.diagram.incoming[name]
        if tag == "parallelGateway":
            return all(self.tokens[scope, flow.number] for flow in incoming)
        if tag == "inclusiveGateway" and len(incoming) > 1:
            return self._synchronised(scope, name, incoming)
        return True

    def _synchronised(self, scope: int, name: str, incoming: list[Flow]) -> bool:
        # Table 13.3: whatever may still reach an empty incoming flow may also reach a full one.
        full = {flow.number for flow in incoming if self.tokens[scope, flow.number]}
        to_full = reaches(self.diagram, name, full)
        to_empty = reaches(self.diagram, name, {flow.number for flow in incoming} - full)
        flows = [self.diagram.flows[f] for (s, f), n in self.tokens.items() if n and s == scope]
        held = {flow.target for flow in flows}
        held |= {one.node for one in self.active.values() if one.scope == scope}
        held |= {node for home, node in self.born if home == scope}
        return not (held & to_empty) - to_full

    def _empty(self, scope: int) -> bool:
        held = any(n for (s, _), n in self.tokens.items() if s == scope)
        born = any(home == scope for home, _ in self.born)
        return not held and not born and not self._members(scope)

    def _members(self, scope: int) -> list[Instance]:
        return [one for one in self.active.values() if one.scope == scope]

    def _outside(self) -> list[Move]:
        for letter in self.mail:
            message = self.script.messages[letter]
            event = message.get("kind", "message"), message["name"]
            if takers := [taker for taker in self._takers() if self._event(taker[1]) == event]:
                if event[0] == "signal":
                    return [("signal", letter, "")]
                return [("message", letter, f"{number} {node}") for number, node in takers]
        due = self._due() if self.script.timers else []
        first = min((at for at, *_ in due), default=None)
        return [("timer", at, f"{number} {node}") for at, number, node in due if at == first]

    def _due(self) -> list[tuple[int, int, str]]:
        return [
            (self.active[number].since + seconds(event[1] or ""), number, node)
            for number, node in self._takers()
            if (event := self._event(node))[0] == "timer"
        ]

    def _takers(self) -> list[tuple[int, str]]:
        """Return (instance, node) of every event that is waited for, boundary events included."""
        found = []
        for one in self.active.values():
            node = self.diagram.nodes[one.node]
            if one.phase == "waiting" and node.tag == "eventBasedGateway":
                found += [(one.number, flow.target) for flow in self.diagram.outgoing[one.node]]
            elif one.phase == "waiting" and node.tag not in TASKS:
                found.append((one.number, one.node))
            if one.parent is None and node.tag in ACTIVITIES:
                on = self.diagram.boundaries[one.node]
                found += [(one.number, b.id) for b in on if b.id not in one.fired]
        return found

    def _event(self, node: str) -> tuple[str, str | None]:
        return self.diagram.nodes[node].event

    def waiting(self) -> list[tuple[str, str]]:
        """Return (element, kind) of everything that waits for somebody outside."""
        kinds = {"message", "signal", "timer"}
        found = [(n, self._event(n)[0]) for _, n in self._takers() if self._event(n)[0] in kinds]
        tasks = [one.node for one in self.active.values() if one.phase == "waiting"]
        found += [(node, "task") for node in tasks if self.diagram.nodes[node].tag in TASKS]
        return sorted(found)

    @property
    def status(self) -> str:
        """completed, waiting (for somebody), deadlock (tokens that nothing can move) or failed."""
        if self.failed:
            return "failed"
        if self._empty(0):
            return "completed"
        return "waiting" if self.waiting() else "deadlock"
