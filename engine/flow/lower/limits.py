"""Limits (giới hạn): what is deliberately not run becomes a finding, never a surprise."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.flow.bpmn import ACTIVITIES, attribute, child, children, definitions, kind
from engine.flow.findings import Sentence, label
from engine.flow.lower.work import Work

#: What the instances of a multi-instance activity may throw as they end.
THROWN = frozenset(f"{name}EventDefinition"
                   for name in ("signal", "message", "error", "escalation"))
#: More tokens at once than anybody means.
MAX_QUANTITY = 100


def rewrite(work: Work) -> None:
    """Refuse what would not run as BPMN says, and what would surprise."""
    for activity in work.all(*sorted(ACTIVITIES)):
        _quantities(work, activity)
    for many in work.all("multiInstanceLoopCharacteristics"):
        _behavior(work, many)
    for loop in work.all("standardLoopCharacteristics"):
        said = attribute(loop, "loopMaximum")
        if said is not None and not (said.isascii() and said.isdigit() and len(said) < 10):
            work.found("error", "loop-maximum", loop, (
                "“loopMaximum” phải là số nguyên từ 0 và dưới 10 chữ số.",
                "'loopMaximum' must be a number from 0 and of less than 10 digits."))
    for gateway in work.all("eventBasedGateway"):
        if (attribute(gateway, "eventGatewayType") or "Exclusive") != "Exclusive":
            _refuse(work, gateway, "parallel-event-gateway", _all_events(gateway))
    for start in work.all("startEvent"):
        parent = start.getparent()
        several = (attribute(start, "parallelMultiple") or "false") in {"true", "1"}
        if several and parent is not None and kind(parent) == "process":
            _refuse(work, start, "parallel-multiple-start", _ALL_STARTS)


def _behavior(work: Work, many: Element) -> None:
    """Refuse a behavior that names no event which could be thrown."""
    said = attribute(many, "behavior") or "All"
    thrown: list[Element | None] = []
    if said in {"None", "One"}:
        thrown = [work.target(many, f"{said.lower()}BehaviorEventRef")]
    elif said == "Complex":
        events = [child(item, "event") for item in children(many, "complexBehaviorDefinition")]
        thrown = [next(iter(definitions(event)), None) if event is not None else None
                  for event in events] or [None]
    elif said != "All":
        thrown = [None]
    if any(event is None or kind(event) not in THROWN for event in thrown):
        work.found(
            "error", "multi-instance-behavior", many,
            ((f"behavior = “{said}” không nêu sự kiện tín hiệu, thông điệp, lỗi hay leo thang nào "
             "để phát."),
             f"behavior = '{said}' names no signal, message, error or escalation to throw."),
            ("Trỏ tới một định nghĩa sự kiện trong tệp, hoặc dùng behavior=\"All\".",
             "Refer to an event definition of the file, or use behavior=\"All\"."),
        )


def _quantities(work: Work, activity: Element) -> None:
    for name in ("startQuantity", "completionQuantity"):
        if not (activity.get(name) or "1").strip():
            del activity.attrib[name]
        said = attribute(activity, name) or "1"
        if not said.isascii() or not said.isdigit() or not 1 <= int(said[:9]) <= MAX_QUANTITY:
            work.found(
                "error", "token-quantity", activity,
                (f"“{name}” phải là số từ 1 đến {MAX_QUANTITY}.",
                 f"'{name}' must be a number from 1 to {MAX_QUANTITY}."),
            )


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
    (vi, en), hint = says
    work.found("error", code, element, (
        f"“{label(element)}” {vi}.", f"'{label(element)}' {en}."), hint)
