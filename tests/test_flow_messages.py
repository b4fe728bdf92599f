"""Messages between parts: what crosses, where it goes, and which conversation it belongs to."""

from __future__ import annotations

import pytest
from flow_drawings import AT, drawing

from engine.errors import Conflict
from engine.flow.load import Flow, load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.flow.run import FlowFailed, Message, Setting, complete, deliver, start

KEYED = """
    <correlationProperty id="number"><correlationPropertyRetrievalExpression messageRef="Ask">
    <messagePath>number</messagePath></correlationPropertyRetrievalExpression>
    <correlationPropertyRetrievalExpression messageRef="Tell"><messagePath>number</messagePath>
    </correlationPropertyRetrievalExpression></correlationProperty>"""


def flow_of(lines: str, extra: str = "") -> Flow:
    return load(lower(read(drawing(lines, extra=extra)))[0].content)


def message(name: str, payload: str = "") -> str:
    said = f' xmlns:motcua="urn:motcua:bpmn:1" motcua:payload="{payload}"' if payload else ""
    return f'<message id="{name}" name="{name}"{said}/>'


THROW = "throw T <messageEventDefinition messageRef=\"Ask\"/>"


def test_only_the_declared_payload_crosses() -> None:
    flow = flow_of(f"start S\n{THROW}\nS -> T", message("Ask", "a, total = a + 1, missing"))
    step = start(flow, "P", Setting("0", AT), {"a": 1, "identity_number": "040"})
    assert [(sent.message, dict(sent.payload)) for sent in step.sent] == [
        ("Ask", {"a": 1, "total": 2})]


def test_a_message_without_declared_payload_carries_nothing() -> None:
    flow = flow_of(f"start S\n{THROW}\nS -> T", message("Ask"))
    assert dict(start(flow, "P", Setting("0", AT), {"a": 1}).sent[0].payload) == {}


def test_a_payload_that_cannot_be_worked_out_fails_at_its_event() -> None:
    flow = flow_of(f"start S\n{THROW}\nS -> T", message("Ask", "b = a + 1"))
    with pytest.raises(FlowFailed) as failure:
        start(flow, "P", Setting("0", AT))
    assert failure.value.facts["element"] == "T"


def test_what_crosses_is_a_copy() -> None:
    flow = flow_of(f"start S\n{THROW}\nuser A\nS -> T\nT -> A", message("Ask", "a"))
    data = {"a": {"b": [1]}}
    step = start(flow, "P", Setting("0", AT), data)
    data["a"]["b"].append(2)
    assert dict(step.sent[0].payload) == {"a": {"b": [1]}}
    assert step.data["a"] == {"b": [1]}


def pools(target: str) -> Flow:
    inside = ('<process id="Q" name="Sở"><startEvent id="QS"><messageEventDefinition '
              'messageRef="Ask"/></startEvent></process>' if target != "outside" else "")
    ref = 'processRef="Q"' if inside else ""
    end = "QS" if target == "node" else "PQ"
    return flow_of(f"start S\n{THROW}\nS -> T", message("Ask") + inside + f"""
        <collaboration id="K"><participant id="PP" processRef="P" name="Xã"/>
        <participant id="PQ" name="Sở Nội vụ" {ref}/>
        <messageFlow id="m" sourceRef="T" targetRef="{end}"/></collaboration>""")


@pytest.mark.parametrize("target", ["node", "pool"])
def test_a_message_flow_leads_to_the_node_that_catches_it(target: str) -> None:
    sent = start(pools(target), "P", Setting("0", AT)).sent[0]
    assert (sent.target_process, sent.target_element, sent.starts) == ("Q", "QS", True)


def test_a_pool_without_a_process_is_the_outside() -> None:
    sent = start(pools("outside"), "P", Setting("0", AT)).sent[0]
    assert (sent.target_pool, sent.target_process) == ("Sở Nội vụ", None)


CONVERSATION = """
    start S
    throw T <messageEventDefinition messageRef="Ask"/>
    catch C <messageEventDefinition messageRef="Tell"/>
    user A
    S -> T
    T -> C
    C -> A
"""


def test_a_reply_must_carry_the_key_of_its_conversation() -> None:
    flow = flow_of(CONVERSATION, message("Ask", "number") + message("Tell") + KEYED)
    step = start(flow, "P", Setting("0", AT), {"number": 7})
    assert step.sent[0].key == "7"
    assert [(wait.message, wait.key) for wait in step.waits] == [("Tell", "7")]
    with pytest.raises(Conflict) as refusal:
        deliver(flow, step.state, Message("Tell", {"number": 8}), Setting("1", AT))
    assert refusal.value.code == "message-not-expected"
    heard = deliver(flow, step.state, Message("Tell", {"number": 7, "x": 1}), Setting("1", AT))
    assert [task.note.element for task in heard.opened] == ["A"]
    assert heard.data == {"number": 7, "x": 1}


def test_the_first_message_sets_the_key_of_its_conversation() -> None:
    flow = flow_of("""
        start S <messageEventDefinition messageRef="Ask"/>
        catch C <messageEventDefinition messageRef="Tell"/>
        S -> C
    """, message("Ask") + message("Tell") + KEYED)
    step = start(flow, "P", Setting("0", AT), {}, Message("Ask", {"number": "A-1"}))
    assert step.waits[0].key == "A-1"
    assert deliver(flow, step.state, Message("Tell", {}, key="A-1"), Setting("1", AT)).finished


def test_a_message_that_nobody_waits_for_changes_nothing() -> None:
    flow = flow_of("start S\nuser A\nS -> A", message("Ask"))
    step = start(flow, "P", Setting("0", AT))
    with pytest.raises(Conflict):
        deliver(flow, step.state, Message("Ask"), Setting("1", AT))
    with pytest.raises(Conflict):
        start(flow, "P", Setting("0", AT), {}, Message("Ask"))
    assert complete(flow, step.state, step.opened[0].id, {}, Setting("1", AT)).finished


def test_a_message_may_bring_its_key_beside_its_payload() -> None:
    flow = flow_of("""
        start S <messageEventDefinition messageRef="Ask"/>
        catch C <messageEventDefinition messageRef="Tell"/>
        S -> C
    """, message("Ask") + message("Tell") + KEYED)
    step = start(flow, "P", Setting("0", AT), {}, Message("Ask", {}, key="A-1"))
    assert step.waits[0].key == "A-1"
    with pytest.raises(Conflict):
        deliver(flow, step.state, Message("Tell", {}, key="A-2"), Setting("1", AT))
