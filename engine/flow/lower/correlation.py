"""Correlation (đối chiếu thông điệp): what cannot be matched as drawn is refused with a reason.

An envelope carries one key. So a message has one whole key, and what a process says of a key it
says of all its properties.
"""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.flow.bpmn import attribute, children, kind, reference
from engine.flow.building.correlations import bindings, key_properties, message_paths, whole
from engine.flow.building.drawing import refs
from engine.flow.findings import Sentence, label
from engine.flow.lower.work import Work


def rewrite(work: Work) -> None:
    """Refuse subscriptions that do not fit their key, and messages with several keys or half."""
    if not work.holds("correlationSubscription", "correlationProperty"):
        return
    by_id = work.by_id()
    for said in work.all("correlationSubscription"):
        key = by_id.get(reference(said, "correlationKeyRef") or "")
        if key is None or kind(key) != "correlationKey":
            _refuse(work, said, ("đăng ký đối chiếu không nêu khóa nào của sơ đồ",
                                 "the subscription names no correlation key of the diagram"))
        elif set(bindings(said)) != set(refs(key, "correlationPropertyRef")):
            _refuse(work, said, (
                "đăng ký phải tính mọi thuộc tính của khóa, mỗi thuộc tính bằng một dataPath",
                "the subscription must reckon every property of its key, each with a dataPath"))
    keys = key_properties(work.root)
    for message, paths in message_paths(work.root).items():
        place, count = by_id.get(message), len(whole(paths, keys))
        if place is not None and (count > 1 or (not count and _partly(paths, keys))):
            _refuse(work, place, (
                f"thông điệp mang {count} khóa trọn vẹn; phải là một",
                f"the message carries {count} whole keys; it must be one"))
    for process in work.all("process"):
        several = list(children(process, "correlationSubscription"))
        seen: set[str] = set()
        for said in several:
            names = set(bindings(said))
            if names & seen:
                _refuse(work, said, ("hai đăng ký cùng tính một thuộc tính",
                                     "two subscriptions reckon the same property"))
            seen |= names


def _partly(paths: dict[str, str], keys: list[list[str]]) -> bool:
    return any(name in key for name in paths for key in keys)


def _refuse(work: Work, place: Element, why: Sentence) -> None:
    name = label(place) if attribute(place, "id") else kind(place)
    work.found("error", "correlation-unclear", place, (
        f"Không đối chiếu được “{name}”: {why[0]}.", f"'{name}' cannot be correlated: {why[1]}.",
    ), (
        ("Vẽ một correlationKey, mỗi thuộc tính có correlationPropertyRetrievalExpression cho từng "
        "thông điệp và một correlationPropertyBinding trong process; hoặc ghi motcua:key trên "
        "thông điệp."),
        ("Draw one correlationKey whose properties have a correlationPropertyRetrievalExpression "
        "for each message and a correlationPropertyBinding in the process; or write motcua:key on "
        "the message."),
    ))
