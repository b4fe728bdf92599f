"""The drawing of the bench (bản vẽ để đo): a building permit, 22 nodes and 4 in a called process.

Plain BPMN 2.0 that SpiffWorkflow runs as it comes; what stands in the namespace of motcua is
ignored there and gives our side desks, forms, durations and acts. Eight tasks are completed on the
way: one send-back, two decisions, two parallel branches, a timer on a border and a call.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

PROCEDURE = "bench.permit"
PROCESS = "permit"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:motcua="urn:motcua:bpmn:1"'
    ' id="Definitions_bench" targetNamespace="urn:motcua:bench">'
)

#: (kind, id, name, lane, attributes or script)
_NODES = (
    ("startEvent", "start", "Có hồ sơ", "desk", ""),
    ("userTask", "submit", "Nhận hồ sơ", "desk", 'motcua:duration="04 giờ"'),
    ("exclusiveGateway", "again", "", "desk", ""),
    ("scriptTask", "total", "Tính diện tích", "desk", "surface = built + added"),
    ("exclusiveGateway", "whole", "Đủ thành phần?", "desk", 'default="missing"'),
    ("userTask", "complete", "Bổ sung hồ sơ", "desk", 'motcua:duration="08 giờ"'),
    ("userTask", "check", "Thẩm định", "office",
     'motcua:duration="3 ngày" motcua:status="in_process"'),
    ("scriptTask", "escalate", "Báo lãnh đạo", "office", "escalated = True"),
    ("exclusiveGateway", "checked", "", "office", ""),
    ("parallelGateway", "split", "", "office", ""),
    ("userTask", "survey", "Kiểm tra thực địa", "office", 'motcua:duration="16 giờ"'),
    ("callActivity", "consult", "Lấy ý kiến", "office", 'calledElement="consultation"'),
    ("parallelGateway", "join", "", "office", ""),
    ("userTask", "decide", "Đề xuất", "office", 'motcua:duration="08 giờ"'),
    ("exclusiveGateway", "decision", "Cấp phép?", "office", 'default="refused"'),
    ("scriptTask", "fee", "Tính phí", "office", "fee = surface * 12"),
    ("userTask", "sign", "Ký giấy phép", "head", 'motcua:duration="08 giờ"'),
    ("userTask", "refuse", "Ký văn bản từ chối", "head", 'motcua:duration="08 giờ"'),
    ("exclusiveGateway", "signed", "", "desk", ""),
    ("userTask", "hand_over", "Trả kết quả", "desk", 'motcua:duration="Không tính thời gian"'),
    ("endEvent", "end", "Đã trả kết quả", "desk", ""),
)
#: (id, source, target, condition, act)
_FLOWS = (
    ("f1", "start", "submit", "", ""), ("f2", "submit", "again", "", ""),
    ("f3", "again", "total", "", ""), ("f4", "total", "whole", "", ""),
    ("whole_yes", "whole", "check", "papers_whole == True", "accept"),
    ("missing", "whole", "complete", "", ""), ("f5", "complete", "again", "", ""),
    ("f6", "check", "checked", "", ""), ("f7", "late", "escalate", "", ""),
    ("f8", "escalate", "checked", "", ""), ("f9", "checked", "split", "", ""),
    ("f10", "split", "survey", "", ""), ("f11", "split", "consult", "", ""),
    ("f12", "survey", "join", "", ""), ("f13", "consult", "join", "", ""),
    ("f14", "join", "decide", "", ""), ("f15", "decide", "decision", "", ""),
    ("granted", "decision", "fee", 'proposal == "grant"', ""),
    ("refused", "decision", "refuse", "", ""), ("f16", "fee", "sign", "", ""),
    ("f17", "sign", "signed", "", "settle"), ("f18", "refuse", "signed", "", "settle"),
    ("f19", "signed", "hand_over", "", ""), ("f20", "hand_over", "end", "", "return"),
)
_ROLES = {"desk": "one_stop_officer", "office": "specialist", "head": "leader"}
_LATE = (
    '<boundaryEvent id="late" name="Quá hạn" attachedToRef="check"><timerEventDefinition>'
    '<timeDuration xsi:type="tFormalExpression">"P30D"</timeDuration>'
    "</timerEventDefinition></boundaryEvent>"
)
_CONSULTATION = (
    '<process id="consultation" name="Lấy ý kiến" isExecutable="true">'
    '<startEvent id="asked"/><userTask id="opinion" name="Cho ý kiến"'
    ' motcua:role="specialist" motcua:form="opinion" motcua:duration="16 giờ"/>'
    '<scriptTask id="note_opinion" name="Ghi nhận"><script>consulted = True</script></scriptTask>'
    '<endEvent id="answered"/>'
    '<sequenceFlow id="c1" sourceRef="asked" targetRef="opinion"/>'
    '<sequenceFlow id="c2" sourceRef="opinion" targetRef="note_opinion"/>'
    '<sequenceFlow id="c3" sourceRef="note_opinion" targetRef="answered"/></process>'
)

#: The tasks in the order in which they are completed; every second dossier swaps the branches.
ORDER = ("submit", "complete", "check", "survey", "opinion", "decide", "sign", "hand_over")
_OWN: dict[str, dict[str, Any]] = {
    "submit": {"built": 80, "added": 20, "papers_whole": False}, "complete": {"papers_whole": True},
    "decide": {"proposal": "grant"},
}


def permit() -> bytes:
    """Return the BPMN file of the bench."""
    nodes = "".join(_node(*node) for node in _NODES)
    flows = "".join(_flow(*flow) for flow in _FLOWS)
    return (
        f'{HEAD}<collaboration id="Collaboration_bench"><participant id="commune" name="UBND xã"'
        f' processRef="{PROCESS}" motcua:agency="dossier.receiving_agency"/></collaboration>'
        f'<process id="{PROCESS}" name="Cấp giấy phép xây dựng" isExecutable="true"'
        f' motcua:procedureCode="{PROCEDURE}" motcua:timeLimit="15 ngày">{_lanes()}'
        f"{nodes}{_LATE}{flows}</process>{_CONSULTATION}</definitions>"
    ).encode()


def order(number: int) -> tuple[str, ...]:
    """Return the tasks of the n-th dossier in the order of their completion."""
    if number % 2 == 0:
        return ORDER
    return (*ORDER[:3], "opinion", "survey", *ORDER[5:])


def answers(task: str, number: int) -> dict[str, Any]:
    """Return what an official enters: about 0.7 KB, different in each dossier."""
    prints = {f"{task}_file_{i}": sha256(f"{task}/{number}/{i}".encode()).hexdigest()
              for i in range(3)}
    return {
        **_OWN.get(task, {}), **prints,
        f"{task}_person": f"Nguyễn Thị Bình {number}", f"{task}_phone": f"09{number:08d}",
        f"{task}_place": f"Số {number % 97 + 1}, xóm Liên Sơn, xã Kim Liên, tỉnh Nghệ An",
        f"{task}_note": "Hồ sơ khớp bản chính; ranh giới thửa đất không có tranh chấp; "
                        f"chiều cao và khoảng lùi đúng quy hoạch chi tiết; đã đo lại lần {number}.",
    }


def forms() -> dict[str, bytes]:
    """Return a form-js form for each task, by file name."""
    tasks = [node[1] for node in _NODES if node[0] == "userTask"]
    return {f"{task}.form": _form(task) for task in [*tasks, "opinion"]}


def _form(task: str) -> bytes:
    kinds = {bool: "checkbox", int: "number", str: "textfield"}
    components = [
        {"id": f"Field_{key}", "key": key, "label": key, "type": kinds[type(value)]}
        for key, value in answers(task, 1).items()
    ]
    return json.dumps({
        "schemaVersion": 18, "type": "default", "id": task, "components": components,
    }).encode()


def _lanes() -> str:
    return '<laneSet id="lanes">' + "".join(
        f'<lane id="lane_{lane}" name="{lane}" motcua:role="{role}">' + "".join(
            f"<flowNodeRef>{node[1]}</flowNodeRef>" for node in _NODES if node[3] == lane
        ) + "</lane>" for lane, role in _ROLES.items()
    ) + "</laneSet>"


def _node(kind: str, key: str, name: str, _lane: str, more: str) -> str:
    if kind == "scriptTask":
        return f'<scriptTask id="{key}" name="{name}"><script>{more}</script></scriptTask>'
    form = f' motcua:form="{key}"' if kind == "userTask" else ""
    return f'<{kind} id="{key}" name="{name}"{form} {more}/>'


def _flow(key: str, source: str, target: str, condition: str, act: str) -> str:
    inner = (f'<conditionExpression xsi:type="tFormalExpression">{condition}'
             "</conditionExpression>") if condition else ""
    drawn = f' motcua:act="{act}"' if act else ""
    return (f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}"{drawn}>{inner}'
            "</sequenceFlow>")
