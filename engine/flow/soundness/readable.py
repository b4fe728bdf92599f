"""Readable (đọc được): whether a scope can be played at all, told before its net is made."""

from __future__ import annotations

from engine.flow import bpmn
from engine.flow.graph import Scope
from engine.flow.soundness.counts import activation

#: Subsets of more conditional flows than this are not tried one by one.
MOST_SUBSETS = 5
#: Work to find what feeds inclusive joins; a drawing beyond it is left undecided.
_MOST_FEEDS = 3_000_000
#: Flows in all that the nodes of a scope may choose among; a drawing beyond it is left undecided.
_MOST_CHOICES = 1_000_000
#: Nodes whose ways do not grow with their conditions: one flow each, or all of them.
_UNCONDITIONAL = {"exclusiveGateway", "eventBasedGateway", "parallelGateway"}


def unreadable(scope: Scope) -> tuple[str, str] | None:
    """Return why a scope cannot be played, in Vietnamese and English; None where it can."""
    if bpmn.kind(scope.element) == "adHocSubProcess" or not scope.starts:
        return ("không có thứ tự", "it has no order")
    for key, name in scope.kinds.items():
        if name == "complexGateway" and activation(scope, key) is None:
            shown = bpmn.name_of(scope.nodes[key]) or key
            return ((f"điều kiện kích hoạt của cổng phức hợp “{shown[:60]}” không phải một số đếm "
                    "như activationCount >= 2"),
                    (f"the activation condition of the complex gateway '{shown[:60]}' is no count "
                    "such as activationCount >= 2"))
    if _feeds(scope) > _MOST_FEEDS:
        return ("quá nhiều luồng vào cổng bao hàm", "too many flows into inclusive gateways")
    if _choices(scope) > _MOST_CHOICES:
        return ("quá nhiều luồng có điều kiện ra khỏi một nút", "too many ways out of one node")
    return None


def _feeds(scope: Scope) -> int:
    """Return how many flows are looked at, at most, to find what feeds the inclusive joins."""
    joins = (key for key, name in scope.kinds.items() if name == "inclusiveGateway")
    places = sum(len(flows) for key in joins if len(flows := scope.incoming.get(key, [])) > 1)
    return places * len(scope.flows)


def _choices(scope: Scope) -> int:
    """Return how many flows stand in all ways that nodes may go, at most."""
    found = 0
    for key, flows in scope.outgoing.items():
        maybe = sum(1 for flow in flows if bpmn.condition(flow.element))
        if maybe and scope.kinds.get(key) not in _UNCONDITIONAL:
            ways = 2 + (maybe if maybe > MOST_SUBSETS else 2 ** maybe)
            found += ways * len(flows) * (1 + len(scope.boundaries.get(key, ())))
    return found
