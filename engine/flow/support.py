"""The support table (bảng hỗ trợ): each BPMN element runs, runs after rewriting, or is refused.

Shared by lint, by lowering and by the table in bpmn/README.md, so that the three cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from lxml.etree import _Element as Element

from engine.flow import bpmn

Verdict = Literal["runs", "lowered", "drawn", "refused"]


@dataclass(frozen=True)
class Support:
    """What becomes of an element, and how or why; `drawn` is documentation that never acts."""

    verdict: Verdict
    vi: str = ""
    en: str = ""


_RUNS = Support("runs")
_PLAIN = Support("drawn", "chỉ để đọc", "documentation only")
_MAPPED = Support("lowered", "phép gán vào hoặc ra; không ghi gì để tính thì chỉ để đọc",
                  "assigns in or out; documentation where nothing can be computed")
_CHOREOGRAPHY = Support(
    "refused", "biên đạo chỉ mô tả giữa các bên, không bên nào chạy nó; hãy vẽ cộng tác có bể",
    "a choreography stands between the parties and nobody runs it; draw pools in a collaboration",
)


def _lowered(vi: str, en: str) -> Support:
    return Support("lowered", vi, en)


#: By element name, or `event/definition` for events; what is not listed is unknown to BPMN 2.0.
SUPPORT: Mapping[str, Support] = {
    "process": _RUNS, "collaboration": _RUNS, "participant": _RUNS, "messageFlow": _RUNS,
    "sequenceFlow": _RUNS, "laneSet": _RUNS, "lane": _RUNS,
    "task": _lowered("việc của một người", "a person's task"),
    "userTask": _RUNS,
    "manualTask": _lowered("việc của một người", "a person's task"),
    "serviceTask": _RUNS, "sendTask": _RUNS, "receiveTask": _RUNS,
    "scriptTask": Support("runs", "chỉ gồm phép gán", "assignments only"),
    "businessRuleTask": Support(
        "runs", "quyết định ngay theo bảng DMN bên cạnh; không nêu bảng thì như bước dịch vụ",
        "decides at once by the DMN table beside it; without a table it is a service task",
    ),
    "callActivity": _RUNS,
    "subProcess": _RUNS, "transaction": _RUNS, "adHocSubProcess": _RUNS,
    "exclusiveGateway": Support(
        "runs", "không điều kiện thì thành câu hỏi", "without conditions it becomes a question",
    ),
    "parallelGateway": _RUNS, "inclusiveGateway": _RUNS, "eventBasedGateway": _RUNS,
    "complexGateway": _RUNS,
    **{f"{event}/{trigger}": _RUNS for event, triggers in {
        "startEvent": ("none", "message", "signal", "timer", "conditional", "error", "escalation",
                       "compensate"),
        "intermediateCatchEvent": ("message", "signal", "timer", "conditional"),
        "intermediateThrowEvent": ("none", "message", "signal", "escalation", "compensate"),
        "boundaryEvent": ("message", "signal", "timer", "conditional", "error", "escalation",
                          "cancel", "compensate"),
        "endEvent": ("none", "message", "signal", "error", "escalation", "cancel", "compensate",
                     "terminate"),
    }.items() for trigger in triggers},
    "intermediateCatchEvent/link": _lowered("nối thẳng", "joined by a flow"),
    "intermediateThrowEvent/link": _lowered("nối thẳng", "joined by a flow"),
    "correlationKey": Support(
        "runs", "một thông điệp mang một khóa", "a message carries one key"),
    "correlationProperty": _RUNS,
    "correlationSubscription": Support(
        "runs", "khóa tính từ dữ liệu của quy trình, theo mọi thay đổi",
        "keys reckoned from the data of its process, as these change"),
    "multiInstanceLoopCharacteristics": Support(
        "runs", "cần số lượt hoặc danh sách; mỗi lượt được hoàn tác riêng",
        "needs a number or a list; each instance is undone by itself"),
    "standardLoopCharacteristics": Support(
        "runs", "cần điều kiện hoặc số vòng tối đa", "needs a condition or a maximum"),
    "dataObject": _PLAIN, "dataObjectReference": _PLAIN, "dataStore": _PLAIN,
    "dataStoreReference": _PLAIN, "dataInputAssociation": _MAPPED, "dataOutputAssociation": _MAPPED,
    "textAnnotation": _PLAIN, "association": _PLAIN, "conversation": _PLAIN,
    "group": Support("runs", "chia chung thời lượng", "shares its duration"),
    "choreography": _CHOREOGRAPHY, "choreographyTask": _CHOREOGRAPHY,
    "subChoreography": _CHOREOGRAPHY, "callChoreography": _CHOREOGRAPHY,
    "globalChoreographyTask": _CHOREOGRAPHY,
}


def support_of(element: Element) -> Iterator[tuple[str, Support | None]]:
    """Yield what the table says of an element: once for itself or for each of its triggers.

    None where the table has no row: the combination does not exist in BPMN 2.0.
    """
    name = bpmn.kind(element)
    if name in bpmn.EVENTS:
        for trigger in triggers_of(element):
            key = f"{name}/{trigger}"
            yield key, SUPPORT.get(key)
    else:
        yield name, SUPPORT.get(name)


@lru_cache(maxsize=4)
def _root_definitions(root: Element) -> Mapping[str, list[str]]:
    """Return the kinds of the event definitions that stand for themselves, by id."""
    found: dict[str, list[str]] = {}
    for inner in root:
        if bpmn.kind(inner).endswith("EventDefinition"):
            found.setdefault(bpmn.ident(inner) or "", []).append(bpmn.kind(inner))
    return found


_POINTER = "eventDefinitionRef"


def table() -> str:
    """Return the table as Markdown for bpmn/README.md; a test holds the page to it."""
    words = {
        "runs": "chạy · runs", "lowered": "chạy sau khi chuẩn hóa · runs after rewriting",
        "drawn": "chỉ để đọc · documentation", "refused": "từ chối · refused",
    }
    rows = [
        f"| `{key}` | {words[row.verdict]} | {row.vi}{' · ' if row.vi else ''}{row.en} |"
        for key, row in SUPPORT.items()
    ]
    head = ["| Phần tử · Element | Kết quả · Verdict | Ghi chú · Remark |", "|---|---|---|"]
    return "\n".join([*head, *rows])


def triggers_of(event: Element) -> list[str]:
    """Return the kinds of an event's definitions, those behind eventDefinitionRef too."""
    if not len(event):
        return ["none"]
    kinds = [bpmn.kind(inner) for inner in event]
    found = [name for name in kinds if name.endswith("EventDefinition")]
    for pointer in bpmn.children(event, _POINTER) if _POINTER in kinds else ():
        wanted = bpmn.unprefixed(pointer, bpmn.text(pointer))
        found += _root_definitions(event.getroottree().getroot()).get(wanted or "", [])
    return [name.removesuffix("EventDefinition") for name in found if name] or ["none"]
