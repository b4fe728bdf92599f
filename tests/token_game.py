"""An interpreter of BPMN 2.0 by tokens, written from formal/2011-01-03 chapter 13 and nothing else.

It shares no code with the engine. A `Game` is a state that can be copied; `moves()` names every
step that the standard allows next and `play(move)` takes one, so that the order in which branches
advance, which the standard leaves open, is the caller's choice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from token_diagram import ACTIVITIES, TASKS, Flow, Node, evaluate
from token_state import Instance, Move, State

CATCHING = {"intermediateCatchEvent", "eventBasedGateway"}


class Failed(Exception):
    """No outgoing flow can be chosen: the exception of 13.4.2 and 13.4.3."""


class Game(State):
    """The state with the steps that change it."""

    def play(self, move: Move) -> None:
        """Take one step that `moves` named."""
        what, number, node = move
        try:
            getattr(self, f"_{what}")(number, node)
        except Failed:
            self.failed = True

    def _take(self, scope: int, name: str) -> None:
        full = [f for f in self.diagram.incoming[name] if self.tokens[scope, f.number]]
        joins = self.diagram.nodes[name].tag in ("parallelGateway", "inclusiveGateway")
        for flow in full if joins else full[:1]:
            self.tokens[scope, flow.number] -= 1
        self._reach(scope, name)

    def _enter(self, scope: int, name: str) -> None:
        births = list(self.born)
        births.remove((scope, name))
        self.born = tuple(births)
        self._reach(scope, name)

    def _reach(self, scope: int, name: str) -> None:
        node = self.diagram.nodes[name]
        if node.tag in ACTIVITIES:
            self._begin_activity(scope, node)
        elif node.tag in CATCHING and node.event[0] != "link":
            self._add(node, scope, "waiting")
        else:
            self.log.append(name)
            self._leave(scope, node)
            self._throw(scope, node)

    def _add(self, node: Node, scope: int, phase: str, **fields: Any) -> Instance:
        self.last += 1
        one = Instance(self.last, node.id, scope, phase, self.clock, **fields)
        self.active[one.number] = one
        return one

    def _leave(self, scope: int, node: Node) -> None:
        for flow in self._chosen(node):
            self.tokens[scope, flow.number] += 1

    def _chosen(self, node: Node) -> list[Flow]:
        flows = self.diagram.outgoing[node.id]
        if node.tag in ("parallelGateway", "eventBasedGateway") or not flows:
            return flows
        default = [flow for flow in flows if flow.id and flow.id == node.default]
        open_flows = [flow for flow in flows if flow not in default and self._holds(flow)]
        chosen = open_flows or default
        if not chosen:
            raise Failed
        return chosen[:1] if node.tag == "exclusiveGateway" else chosen

    def _holds(self, flow: Flow) -> bool:
        return flow.condition is None or bool(evaluate(flow.condition, self.data))

    # Activities

    def _begin_activity(self, scope: int, node: Node) -> None:
        if node.loop is None:
            self._begin_body(node, scope, None)
            return
        total = 10**9
        if node.loop.count is not None:
            total = int(evaluate(node.loop.count, self.data))
        outer = self._add(node, scope, "loop", total=total)
        if not self._again(outer, node):
            self.log.append(node.id)
            self._complete(outer)
        for _ in range(total if node.loop.kind == "parallel" else 1):
            self._round(outer.number)

    def _again(self, outer: Instance, node: Node) -> bool:
        loop = node.loop
        assert loop is not None
        if outer.begun >= outer.total:
            return False
        if loop.kind != "standard" or not loop.condition or not (outer.begun or loop.before):
            return True
        return bool(evaluate(loop.condition, self.data))

    def _round(self, number: int) -> None:
        if (outer := self.active.get(number)) is not None:
            self.active[number] = replace(outer, begun=outer.begun + 1)
            self._begin_body(self.diagram.nodes[outer.node], outer.scope, number)

    def _begin_body(self, node: Node, scope: int, parent: int | None) -> None:
        if node.tag == "subProcess":
            self._open(self._add(node, scope, "body", parent=parent).number, node.id)
        else:
            phase = "waiting" if node.tag == "receiveTask" else "ready"
            self._add(node, scope, phase, parent=parent)

    def _answer(self, node: str) -> Any:
        answers, visit = self.script.answers.get(node, {}), self.visits[node]
        if isinstance(answers, list):
            answers = answers[visit] if visit < len(answers) else {}
        self.visits[node] += answers is not None
        return answers

    def _finish(self, number: int, name: str) -> None:
        one, node = self.active[number], self.diagram.nodes[name]
        if node.tag in TASKS:
            answer = self._answer(name)
            if answer is None:  # nobody does it
                self.active[number] = replace(one, phase="waiting")
                return
            self.data.update(answer)
        self._close(one.number, name)

    def _close(self, number: int, name: str) -> None:
        one = self.active[number]
        self.log.append(name)
        if one.parent is None:
            self._complete(one)
            return
        del self.active[number]
        outer = replace(self.active[one.parent], done=self.active[one.parent].done + 1)
        self.active[one.parent] = outer
        self._after_round(outer, self.diagram.nodes[name])

    def _after_round(self, outer: Instance, node: Node) -> None:
        assert node.loop is not None
        names = {**self.data, "numberOfCompletedInstances": outer.done}
        instances = node.loop.kind != "standard"
        enough = instances and node.loop.condition and evaluate(node.loop.condition, names)
        serial = node.loop.kind != "parallel"
        if enough or outer.done == outer.total or (serial and not self._again(outer, node)):
            self._complete(outer)
        elif serial:
            self._round(outer.number)

    def _complete(self, one: Instance) -> None:
        self._cancel(one.number)
        self._leave(one.scope, self.diagram.nodes[one.node])

    def _cancel(self, number: int) -> None:
        """Remove an instance with all that it holds: rounds, tokens and nodes inside."""
        self.active.pop(number, None)
        self._clear(number)
        for one in [one for one in self.active.values() if one.parent == number]:
            self._cancel(one.number)

    def _clear(self, scope: int) -> None:
        for place in [place for place in self.tokens if place[0] == scope]:
            del self.tokens[place]
        self.born = tuple(birth for birth in self.born if birth[0] != scope)
        for one in self._members(scope):
            self._cancel(one.number)

    # Events

    def _throw(self, scope: int, node: Node) -> None:
        kind, name = node.event
        if node.tag not in ("endEvent", "intermediateThrowEvent"):
            return
        if kind == "terminate":
            self._clear(scope)
        elif kind == "signal":
            self._broadcast(name)
        elif kind in ("error", "escalation") and not self._raise(scope, node) and kind == "error":
            self._clear(0)  # nobody caught it: the process instance ends

    def _raise(self, scope: int, node: Node) -> bool:
        while (owner := self.active.get(scope)) is not None:
            outer = self.active[owner.parent] if owner.parent is not None else owner
            on = [b for b in self.diagram.boundaries[outer.node] if b.event[0] == node.event[0]]
            for wanted in (node.event[1], None):
                for boundary in (b for b in on if b.event[1] == wanted):
                    self._catch(outer.number, boundary.id)
                    return True
            scope = outer.scope
        return False

    def _broadcast(self, name: str | None) -> None:
        takers = [taker for taker in self._takers() if self._event(taker[1]) == ("signal", name)]
        self.heard += tuple(takers)

    def _hear(self, number: int, name: str) -> None:
        self.heard = tuple(taker for taker in self.heard if taker != (number, name))
        if number in self.active:
            self._catch(number, name)

    def _catch(self, number: int, name: str) -> None:
        """Let an awaited event come: the node is caught now and completes in a later step."""
        one, node = self.active[number], self.diagram.nodes[name]
        if node.tag == "boundaryEvent":
            if node.interrupting:
                self._cancel(number)
            elif node.event[0] == "timer":
                self.active[number] = replace(one, fired=one.fired | {name})
            self._add(node, one.scope, "caught")
        elif one.node != name:  # the gateway chooses this one of its events (13.4.4)
            self._cancel(number)
            self.log.append(one.node)
            self._add(node, one.scope, "caught")
        else:
            self.active[number] = replace(one, phase="caught")

    def _deliver(self, letter: int) -> None:
        self.mail = tuple(one for one in self.mail if one != letter)
        self.data.update(self.script.messages[letter].get("payload") or {})

    def _message(self, letter: int, taker: str) -> None:
        number, name = taker.split()
        self._deliver(letter)
        self._catch(int(number), name)

    def _signal(self, letter: int, _: str) -> None:
        self._deliver(letter)
        self._broadcast(self.script.messages[letter]["name"])

    def _timer(self, at: int, taker: str) -> None:
        number, name = taker.split()
        self.clock = at
        self._catch(int(number), name)
