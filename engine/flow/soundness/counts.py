"""Counts (số thẻ): how many tokens a complex gateway or an activity waits for, read off."""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.graph import Scope

_WRAPPED = re.compile(r"\A(?:[$#]\{(?P<braced>.*)\}|=(?P<feel>[^=].*))\Z", re.DOTALL)
_COUNT = re.compile(
    r"\A(?:activationCount\s*(?P<sign>>=|>|==|=)\s*(?P<number>\d{1,6})"
    r"|(?P<first>\d{1,6})\s*(?P<mirrored><=|<|==|=)\s*activationCount)\Z")
_MOST = 100


def activation(scope: Scope, key: str) -> int | None:
    """Return how many tokens fire a complex gateway; None where its condition is no plain count.

    Without a condition it waits for a token of every flow, as many as it has.
    """
    said = bpmn.text(bpmn.child(scope.nodes[key], "activationCondition"))
    if not said:
        return len(scope.incoming.get(key, ()))
    wrapped = _WRAPPED.match(said)
    bare = (wrapped["braced"] or wrapped["feel"] or "") if wrapped else said
    found = _COUNT.match(bare.strip())
    if found is None:
        return None
    strict = (found["sign"] or found["mirrored"]) in (">", "<")
    return max(int(found["number"] or found["first"]) + strict, 1)


def conditioned(scope: Scope, key: str) -> bool:
    """Tell whether a complex gateway has an activation condition."""
    return bool(bpmn.text(bpmn.child(scope.nodes[key], "activationCondition")))


def quantity(activity: Element, name: str) -> int:
    """Return startQuantity or completionQuantity; 1 where it says no number that may run."""
    said = bpmn.attribute(activity, name)
    if said is None:
        return 1
    plain = said.isascii() and said.isdigit() and len(said) < 4
    return int(said) if plain and 1 <= int(said) <= _MOST else 1
