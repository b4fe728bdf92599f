"""Limits (giới hạn): what is deliberately not run becomes a finding, never a surprise."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml.etree import _Element as Element

from engine.flow.bpmn import (
    attribute,
    camunda,
    child,
    children,
    definitions,
    kind,
    reference,
    text,
)
from engine.flow.findings import Sentence, holder, label
from engine.flow.lower.work import Work

#: What the instances of a multi-instance activity may throw as they end.
THROWN = frozenset(f"{name}EventDefinition"
                   for name in ("signal", "message", "error", "escalation"))
#: A cycle of more than one round, or without end.
_REPEATS = re.compile(r"R(?!0*1/)\d*/")


def rewrite(work: Work) -> None:
    """Refuse what would not run as BPMN says, and what would surprise."""
    _several(work)
    for loop in work.all("standardLoopCharacteristics"):
        _rounds(work, loop)
    for gateway in work.all("eventBasedGateway"):
        if (attribute(gateway, "eventGatewayType") or "Exclusive") != "Exclusive":
            _refuse(work, gateway, "parallel-event-gateway", _all_events(gateway))
    for timer in work.all("timerEventDefinition"):
        _cycle(work, timer)
    for start in work.all("startEvent"):
        parent = start.getparent()
        several = (attribute(start, "parallelMultiple") or "false") in {"true", "1"}
        if several and parent is not None and kind(parent) == "process":
            _refuse(work, start, "parallel-multiple-start", _ALL_STARTS)


def _several(work: Work) -> None:
    """Refuse multi-instance activities without a number, or that throw what is not there."""
    drawn = list(work.all("multiInstanceLoopCharacteristics"))
    by_id = work.by_id() if drawn else {}
    for many in drawn:
        if not _behavior(work, many, by_id):
            _number(work, many)


def _rounds(work: Work, loop: Element) -> None:
    """Refuse a loop that does not say how long it goes on: the standard calls it underspecified."""
    said = attribute(loop, "loopMaximum")
    if said is not None and not (said.isascii() and said.isdigit() and len(said) < 10):
        work.found("error", "loop-maximum", loop, (
            "“loopMaximum” phải là số nguyên từ 0 và dưới 10 chữ số.",
            "'loopMaximum' must be a number from 0 and of less than 10 digits."))
    if said is None and not text(child(loop, "loopCondition")):
        _refuse(work, loop, "loop-without-condition", _ENDLESS)


def _number(work: Work, many: Element) -> None:
    """Refuse a multi-instance activity that does not say how many instances there are."""
    if not (text(child(many, "loopCardinality")) or text(child(many, "loopDataInputRef"))
            or camunda(many, "collection")):
        _refuse(work, many, "repetition-without-number", _UNNUMBERED)


def _cycle(work: Work, timer: Element) -> None:
    """Refuse a repeating timer where it could happen once only: in the flow, at a process start."""
    event, drawn = timer.getparent(), text(child(timer, "timeCycle"))
    if event is None or not _REPEATS.match(drawn):
        return
    around = event.getparent()
    if kind(event) == "intermediateCatchEvent":
        _refuse(work, event, "timer-repeats-in-flow", ((
            f"lặp lại ({drawn[:40]}), nhưng thẻ chờ ở đây chỉ đi tiếp một lần",
            f"repeats ({drawn[:40]}), but a token that waits here goes on once",
        ), (
            "Ghi một thời lượng; muốn lặp thì dùng sự kiện biên không ngắt hoặc vòng lặp.",
            "Write a duration; to repeat, draw a non-interrupting boundary event or a loop.",
        )))
    elif kind(event) == "startEvent" and around is not None and kind(around) == "process":
        _refuse(work, event, "timer-start-repeats", ((
            f"khởi tạo quy trình nhiều lần ({drawn[:40]}); ở đây chỉ một lần",
            f"would begin the process again and again ({drawn[:40]})",
        ), (
            "Ghi một thời điểm, hoặc để bên ngoài bắt đầu mỗi lần bằng một thông điệp.",
            "Write one moment, or let a message from outside begin it each time.",
        )))


def _behavior(work: Work, many: Element, by_id: Mapping[str, Element]) -> bool:
    """Refuse a behavior that names no event which could be thrown; tell whether it did."""
    said = attribute(many, "behavior") or "All"
    thrown: list[Element | None] = []
    if said in {"None", "One"}:
        thrown = [by_id.get(reference(many, f"{said.lower()}BehaviorEventRef") or "")]
    elif said == "Complex":
        events = [child(item, "event") for item in children(many, "complexBehaviorDefinition")]
        thrown = [next(iter(definitions(event)), None) if event is not None else None
                  for event in events] or [None]
    elif said != "All":
        thrown = [None]
    if said == "None" and thrown[0] is not None:
        _heard_once(work, many, thrown[0])
    wrong = any(event is None or kind(event) not in THROWN for event in thrown)
    if wrong:
        work.found(
            "error", "multi-instance-behavior", many,
            ((f"behavior = “{said}” không nêu sự kiện tín hiệu, thông điệp, lỗi hay leo thang nào "
             "để phát."),
             f"behavior = '{said}' names no signal, message, error or escalation to throw."),
            ("Trỏ tới một định nghĩa sự kiện trong tệp, hoặc dùng behavior=\"All\".",
             "Refer to an event definition of the file, or use behavior=\"All\"."),
        )
    return wrong


def _heard_once(work: Work, many: Element, thrown: Element) -> None:
    """Refuse an event for each instance whose catcher would stop the activity at the first."""
    activity, name = many.getparent(), kind(thrown)
    if activity is None or name == "errorEventDefinition":
        return
    ref = f"{name.removesuffix('EventDefinition')}Ref"
    for event in work.all("boundaryEvent"):
        on = reference(event, "attachedToRef") == attribute(activity, "id")
        stops = (attribute(event, "cancelActivity") or "true") in {"true", "1"}
        if on and stops and any(reference(caught, ref) == reference(thrown, ref)
                                for caught in children(event, name)):
            work.found("error", "multi-instance-stopped", event, (
                (f"Mỗi lượt của “{label(activity)}” phát một sự kiện, nhưng “{label(event)}” ngắt "
                 "bước này ngay ở lượt đầu."),
                (f"Each instance of '{label(activity)}' throws an event, but '{label(event)}' "
                 "stops the activity at the first."),
            ), (
                "Đặt cancelActivity=\"false\" cho sự kiện biên, hoặc dùng behavior=\"One\".",
                "Set cancelActivity=\"false\" on the boundary event, or use behavior=\"One\".",
            ))


def _all_events(gateway: Element) -> tuple[Sentence, Sentence]:
    """Return what to say of a gateway that waits for all events behind it, as a start or not."""
    begins = (attribute(gateway, "instantiate") or "false") in {"true", "1"}
    return (
        ("là cổng sự kiện song song (chờ đủ mọi sự kiện), không được chạy",
         "is a parallel event-based gateway (it waits for all events), which is not run"),
        (("Bắt đầu bằng sự kiện bắt đầu của thông điệp tới trước; sau nó là cổng song song "
         "tách tới từng sự kiện chờ còn lại, rồi cổng song song gộp."),
         ("Begin with a start event of the message that comes first; behind it a parallel gateway "
         "splits to each other catching event, and another one joins.")) if begins else
        ("Đổi nó thành cổng song song: mỗi nhánh một sự kiện chờ, rồi cổng song song gộp lại.",
         "Make it a parallel gateway: one catching event on each branch, then a parallel join."),
    )


#: What to say of a loop, and of instances, without an end or a number.
_ENDLESS = (
    ("có dấu lặp nhưng không ghi khi nào dừng",
     "is marked as a loop and does not say when it ends"),
    ("Ghi loopCondition (lặp khi còn đúng) hoặc loopMaximum, hoặc vẽ luồng quay lại.",
     "Write a loopCondition (it loops while true) or a loopMaximum, or draw a flow back."),
)
_UNNUMBERED = (
    ("lặp nhiều lần nhưng không ghi lặp mấy lần hay theo danh sách nào",
     "is repeated, but says neither how often nor over which list"),
    ("Ghi số lần (Loop cardinality), ví dụ 3 hoặc len(cac_xa), hoặc danh sách (Collection).",
     "Write the number (Loop cardinality), 3 or len(communes) say, or a list (Collection)."),
)

#: What to say of a process start that waits for several events at once.
_ALL_STARTS = (
    ("chờ nhiều sự kiện cùng lúc mới bắt đầu quy trình (parallelMultiple), không được chạy",
     "begins the process only when several events have come (parallelMultiple), which is not run"),
    (("Chỉ để sự kiện tới trước làm sự kiện bắt đầu; ngay sau nó đặt sự kiện chờ (parallelMultiple "
     "cũng được) cho các sự kiện còn lại: thông điệp tới sớm được giữ lại."),
     ("Keep the event that comes first as the start event; right behind it put a catching event "
     "(parallelMultiple is fine there) for the others: messages that come early are kept.")),
)


def _refuse(
    work: Work, element: Element, code: str, says: tuple[Sentence, Sentence],
) -> None:
    """Find an error; what is said begins with the name of what a person sees there."""
    (vi, en), hint = says
    seen = label(holder(element))
    work.found("error", code, element, (f"“{seen}” {vi}.", f"'{seen}' {en}."), hint)
