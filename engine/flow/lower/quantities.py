"""Quantities (số thẻ): how many tokens activities wait for and put out, and where they multiply."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow.bpmn import ACTIVITIES, FLOW_NODES, attribute, kind, reference
from engine.flow.findings import label
from engine.flow.lower.work import Work

#: More tokens of one activity than anybody means, and more of several in a row.
MAX_QUANTITY, MAX_TOGETHER = 100, 1_000


def rewrite(work: Work) -> None:
    """Refuse quantities that are no numbers, too large, or multiply one another beyond measure."""
    said = [activity for activity in work.all(*sorted(ACTIVITIES))
            if activity.get("startQuantity") or activity.get("completionQuantity")]
    readable = [_readable(work, activity) for activity in said]
    if not all(readable):
        return
    for scope in dict.fromkeys(activity.getparent() for activity in said):
        if scope is not None:
            _multiplied(work, scope)


def _readable(work: Work, activity: Element) -> bool:
    sound = True
    for name in ("startQuantity", "completionQuantity"):
        if not (activity.get(name) or "1").strip():
            del activity.attrib[name]
        said = attribute(activity, name) or "1"
        if not said.isascii() or not said.isdigit() or not 1 <= int(said[:9]) <= MAX_QUANTITY:
            sound = False
            work.found("error", "token-quantity", activity, (
                f"“{name}” phải là số từ 1 đến {MAX_QUANTITY}.",
                f"'{name}' must be a number from 1 to {MAX_QUANTITY}."))
    return sound


def _multiplied(work: Work, scope: Element) -> None:
    """Refuse the first activity at which one token has become too many on some path."""
    nodes = {node.get("id") or "": node for node in scope if kind(node) in FLOW_NODES}
    after: dict[str, list[str]] = {}
    for flow in scope:
        if kind(flow) == "sequenceFlow" and reference(flow, "targetRef") in nodes:
            after.setdefault(reference(flow, "sourceRef") or "", []).append(
                reference(flow, "targetRef") or "")
    arriving: dict[str, int] = {}
    for key in _in_order(nodes, after):
        takes, gives = (int(attribute(nodes[key], name) or 1)
                        for name in ("startQuantity", "completionQuantity"))
        tokens = max(1, arriving.get(key, 1) // takes) * gives
        if tokens > MAX_TOGETHER:
            _refuse(work, nodes[key], tokens)
            return
        for target in after.get(key, ()):
            arriving[target] = max(arriving.get(target, 1), tokens)


def _in_order(nodes: dict[str, Element], after: dict[str, list[str]]) -> list[str]:
    """Return the nodes, each before what follows it, as far as flows that lead back allow."""
    led = {target for targets in after.values() for target in targets}
    done: dict[str, None] = {}
    for first in sorted(nodes, key=lambda key: key in led):
        ahead: list[tuple[str, Iterator[str]]] = []
        if first not in done:
            ahead.append((first, iter(after.get(first, ()))))
        seen = {first}
        while ahead:
            left = ahead[-1][1]
            following = next((t for t in left if t not in done and t not in seen), None)
            if following is None:
                done.setdefault(ahead.pop()[0])
            else:
                seen.add(following)
                ahead.append((following, iter(after.get(following, ()))))
    return list(done)[::-1]


def _refuse(work: Work, activity: Element, tokens: int) -> None:
    name = label(activity)
    work.found("error", "token-flood", activity, (
        f"Các completionQuantity nhân nhau tới {tokens:,} thẻ ở “{name}”, quá {MAX_TOGETHER:,}.",
        f"At '{name}' completion quantities make {tokens:,} tokens, over {MAX_TOGETHER:,}.",
    ), (
        "Bỏ bớt completionQuantity, hoặc gom thẻ bằng startQuantity; làm nhiều lượt thì dùng lặp.",
        "Remove a completionQuantity, gather tokens by startQuantity, or mark the step repeated.",
    ))
