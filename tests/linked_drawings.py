"""Small procedures whose parts live at other nodes."""

from __future__ import annotations

from collections.abc import Mapping

from sketch import body, diagram, process

CODE, OF_THREE, WITH_PAPERS, AGAIN = "9.000777", "9.000888", "9.000999", "9.000666"
#: Components of the procedure with papers: two that go to the police, one that stays at the
#: one-stop unit, the result of the police that comes back, and what it does not declare.
CERTIFICATE, PHOTO, PRIVATE, RESULT = "GKS.1", "ANH", "THUE", "KQ.CU_TRU"

_LEAD = (
    f'motcua:procedureCode="{CODE}" motcua:timeLimit="5 ngày làm việc" '
    'motcua:decision="1/QĐ-UBND" motcua:field="Thử" motcua:level="xã"'
)
_COLLABORATION = """
<bpmn:collaboration id="town">
  <bpmn:participant id="p1" name="Xã" processRef="origin" motcua:agency="dossier.receiving_agency"/>
  <bpmn:participant id="p2" name="Công an" processRef="asked"
    motcua:agency="dossier.receiving_agency.police"/>
  <bpmn:messageFlow id="m1" sourceRef="ask" targetRef="asked_start"/>
  <bpmn:messageFlow id="m2" sourceRef="reply" targetRef="answer"/>{more}
</bpmn:collaboration>
<bpmn:message id="Ask" name="Hỏi" motcua:payload="note"/>
<bpmn:message id="Reply" name="Đáp" motcua:payload="note"/>
<bpmn:message id="Bill" name="Báo tăng" motcua:payload="note"/>
<bpmn:message id="Card" name="Cấp thẻ" motcua:payload="note"/>
"""
_INSURANCE = """
  <bpmn:participant id="p3" name="BHXH" processRef="insured"
    motcua:agency="dossier.receiving_agency.social_insurance"/>
  <bpmn:messageFlow id="m3" sourceRef="bill" targetRef="insured_start"/>
  <bpmn:messageFlow id="m4" sourceRef="card" targetRef="carded"/>"""


def _message(name: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="{name}"/>'


def drawing() -> Mapping[str, bytes]:
    """A procedure of two agencies: the commune asks the police, waits, and returns the result."""
    origin = body(
        "start:s user:receive throw:ask catch:answer user:sign user:hand end:e",
        "s>receive receive>ask ask>answer answer>sign sign>hand hand>e",
        receive='motcua:role="one_stop_officer"', ask=_message("Ask"), answer=_message("Reply"),
        sign='motcua:role="leader" motcua:status="in_process"',
        hand='motcua:role="one_stop_officer"', f1='motcua:act="accept"', f4='motcua:act="settle"',
        f5='motcua:act="return"',
    )
    asked = body(
        "start:asked_start user:check throw:reply end:asked_end",
        "asked_start>check check>reply reply>asked_end",
        asked_start=_message("Ask"), check='motcua:role="specialist"', reply=_message("Reply"),
    ).replace('id="f', 'id="g')
    return {"main.bpmn": diagram(
        _COLLABORATION.format(more=""), process(origin, _LEAD, "origin"),
        process(asked, "", "asked"),
    )}


def drawing_with_papers() -> Mapping[str, bytes]:
    """The procedure of two agencies whose messages carry papers, there and back."""
    (content,) = drawing().values()
    return _with_papers(content.decode().replace(CODE, WITH_PAPERS))


def _with_papers(text: str) -> Mapping[str, bytes]:
    """Let the messages of a drawing carry papers."""
    drawn = "".join(
        f'<motcua:component code="{code}" name="{name}" class="{kind}" required="false"/>'
        for code, name, kind in (
            (CERTIFICATE, "Giấy khai sinh", "on_demand"), (PHOTO, "Ảnh thẻ", "on_demand"),
            (PRIVATE, "Giấy nộp thuế", "on_demand"),
            (RESULT, "Kết quả đăng ký thường trú", "participating_result"),
        )
    )
    out = f"{CERTIFICATE}, {PHOTO}"
    for message, papers in (("Ask", out), ("More", out), ("Reply", RESULT)):
        plain = f'<bpmn:message id="{message}"'
        text = text.replace(plain, f'{plain} motcua:papers="{papers}"')
    head, mark, rest = text.partition('<bpmn:startEvent id="s"')
    extension = f"<bpmn:extensionElements>{drawn}</bpmn:extensionElements>"
    return {"papers.bpmn": (head + extension + mark + rest).encode()}


def drawing_sent_again() -> Mapping[str, bytes]:
    """The procedure with papers in which the commune tells the police of them three times more."""
    origin = body(
        "start:s user:receive throw:ask user:first throw:more1 user:second throw:more2 "
        "user:third throw:more3 catch:answer user:sign user:hand end:e",
        "s>receive receive>ask ask>first first>more1 more1>second second>more2 more2>third "
        "third>more3 more3>answer answer>sign sign>hand hand>e",
        receive='motcua:role="one_stop_officer"', ask=_message("Ask"), answer=_message("Reply"),
        **{f"more{n}": _message("More") for n in (1, 2, 3)},
        **dict.fromkeys(("first", "second", "third"), 'motcua:role="one_stop_officer"'),
        sign='motcua:role="leader" motcua:status="in_process"',
        hand='motcua:role="one_stop_officer"', f1='motcua:act="accept"',
        f10='motcua:act="settle"', f11='motcua:act="return"',
    )
    asked = body(
        "start:asked_start user:check catch:told1 catch:told2 catch:told3 throw:reply "
        "end:asked_end",
        "asked_start>check check>told1 told1>told2 told2>told3 told3>reply reply>asked_end",
        asked_start=_message("Ask"), check='motcua:role="specialist"', reply=_message("Reply"),
        **{f"told{n}": _message("More") for n in (1, 2, 3)},
    ).replace('id="f', 'id="g')
    flows = "".join(
        f'<bpmn:messageFlow id="m{n}a" sourceRef="more{n}" targetRef="told{n}"/>' for n in (1, 2, 3)
    )
    told = '<bpmn:message id="More" name="Bổ sung" motcua:payload="note"/>'
    return _with_papers(diagram(
        _COLLABORATION.format(more=flows) + told,
        process(origin, _LEAD.replace(CODE, AGAIN), "origin"), process(asked, "", "asked"),
    ).decode())


def drawing_of_three() -> Mapping[str, bytes]:
    """A procedure of three: the commune hands over to police and insurance at once, and waits."""
    origin = body(
        "start:s user:receive and:fork throw:ask catch:answer throw:bill catch:carded "
        "and:join user:sign user:hand end:e",
        "s>receive receive>fork fork>ask ask>answer answer>join fork>bill bill>carded "
        "carded>join join>sign sign>hand hand>e",
        receive='motcua:role="one_stop_officer"', ask=_message("Ask"), answer=_message("Reply"),
        bill=_message("Bill"), carded=_message("Card"),
        sign='motcua:role="leader" motcua:status="in_process"',
        hand='motcua:role="one_stop_officer"', f1='motcua:act="accept"',
        f9='motcua:act="settle"', f10='motcua:act="return"',
    )
    asked = body(
        "start:asked_start user:check throw:reply end:asked_end",
        "asked_start>check check>reply reply>asked_end",
        asked_start=_message("Ask"), check='motcua:role="specialist"', reply=_message("Reply"),
    ).replace('id="f', 'id="g')
    insured = body(
        "start:insured_start user:issue throw:card end:insured_end",
        "insured_start>issue issue>card card>insured_end",
        insured_start=_message("Bill"), issue='motcua:role="specialist"', card=_message("Card"),
    ).replace('id="f', 'id="h')
    return {"three.bpmn": diagram(
        _COLLABORATION.format(more=_INSURANCE),
        process(origin, _LEAD.replace(CODE, OF_THREE), "origin"), process(asked, "", "asked"),
        process(insured, "", "insured"),
    )}
