"""Data mappings: standard associations, Camunda's and Zeebe's parameters, run as they are meant."""

from __future__ import annotations

from typing import Any

import pytest
from flow_drawings import done, drawing, played

IO = ('<ioSpecification><dataInput id="di" name="a"/><dataOutput id="do" name="b"/><inputSet/>'
      "<outputSet/></ioSpecification>")
CAMUNDA = ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
ZEEBE = ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
FLOWABLE = ' xmlns:flowable="http://flowable.org/bpmn"'
KID = drawing("start s\nscript c y = a + 1; z = 9\ns -> c", process="Kid")


def one(task: str, **given: Any) -> dict[str, Any]:
    return played(f"start S\n{task}\nS -> A", **given)


def camunda(inside: str) -> str:
    return f"<extensionElements{CAMUNDA}>{inside}</extensionElements>"


def zeebe(inside: str) -> str:
    return f"<extensionElements{ZEEBE}>{inside}</extensionElements>"


def test_assignments_of_associations_go_in_and_come_out() -> None:
    told = one(
        f"task A {IO}<dataInputAssociation><targetRef>di</targetRef><assignment><from>x + 1</from>"
        "<to>di</to></assignment></dataInputAssociation><dataOutputAssociation><targetRef>res"
        "</targetRef><assignment><from>a * 2</from><to>res</to></assignment>"
        "</dataOutputAssociation>", data={"x": 4})
    assert told["data"] == {"x": 4, "res": 10}


def test_a_transformation_makes_the_value_of_its_target() -> None:
    told = one(
        f"task A {IO}<dataOutputAssociation><sourceRef>do</sourceRef><targetRef>total</targetRef>"
        "<transformation>b + 1</transformation></dataOutputAssociation>", answers={"A": {"b": 1}})
    assert told["data"] == {"b": 1, "total": 2}


def test_a_plain_association_copies_where_its_source_is_there() -> None:
    line = (f"task A {IO}<dataOutputAssociation><sourceRef>do</sourceRef><targetRef>kept"
            "</targetRef></dataOutputAssociation>")
    assert one(line, answers={"A": {"b": 7}})["data"] == {"b": 7, "kept": 7}
    assert one(line)["data"] == {}


def test_a_caught_message_is_taken_in_by_its_output_association() -> None:
    told = played("""start S
        catch C message:M <dataOutputAssociation><targetRef>kept</targetRef><assignment><from>\
got + 1</from><to>kept</to></assignment></dataOutputAssociation>
        S -> C""", messages=({"name": "M", "payload": {"got": 3}},))
    assert told["data"] == {"got": 3, "kept": 4}


def test_camunda_parameters_are_texts_around_expressions_lists_and_maps() -> None:
    told = one("task A " + camunda(
        '<camunda:inputOutput><camunda:inputParameter name="hello">Chào ${who}!'
        '</camunda:inputParameter><camunda:inputParameter name="many"><camunda:list><camunda:value>'
        "${who}</camunda:value><camunda:value>2</camunda:value></camunda:list>"
        '</camunda:inputParameter><camunda:outputParameter name="said">${hello}'
        '</camunda:outputParameter><camunda:outputParameter name="map"><camunda:map><camunda:entry '
        'key="k">${many}</camunda:entry></camunda:map></camunda:outputParameter>'
        "</camunda:inputOutput>"), data={"who": "An"})
    assert told["data"] == {"who": "An", "said": "Chào An!", "map": {"k": ["An", "2"]}}
    assert "vendor-mapping" in {found["code"] for found in told["findings"]}


def test_with_zeebe_outputs_nothing_else_comes_out() -> None:
    told = one("service A " + zeebe(
        '<zeebe:ioMapping><zeebe:output source="= answer + 1" target="out"/></zeebe:ioMapping>',
    ), answers={"A": {"answer": 1, "hidden": 2}})
    assert told["data"] == {"out": 2}


def test_a_zeebe_call_names_its_process_in_an_extension() -> None:
    told = one("call A " + zeebe(
        '<zeebe:calledElement processId="Kid" propagateAllChildVariables="false"/><zeebe:ioMapping>'
        '<zeebe:input source="= 5" target="a"/><zeebe:output source="= y" target="mapped"/>'
        "</zeebe:ioMapping>"), files={"kid.bpmn": KID})
    assert (done(told), told["data"]) == (["S", "s", "c", "A"], {"mapped": 6})


def test_a_zeebe_call_that_propagates_nothing_hands_nothing_back() -> None:
    told = one("call A " + zeebe(
        '<zeebe:calledElement processId="Kid" propagateAllChildVariables="false"/>',
    ), files={"kid.bpmn": KID}, data={"a": 1})
    assert told["data"] == {"a": 1}


def test_a_zeebe_loop_collects_what_its_script_makes() -> None:
    told = one(
        "service A <multiInstanceLoopCharacteristics>" + zeebe(
            '<zeebe:loopCharacteristics inputCollection="= [1, 2]" inputElement="item" '
            'outputCollection="res" outputElement="= item * 2"/>',
        ) + "</multiInstanceLoopCharacteristics>")
    assert told["data"] == {"res": [2, 4]}


def test_a_zeebe_subscription_hears_its_own_key_only() -> None:
    message = ('<message id="M" name="M">'
               + zeebe('<zeebe:subscription correlationKey="= order"/>') + "</message>")
    told = played('start S\ncatch C <messageEventDefinition messageRef="M"/>\nS -> C',
                  extra=message, data={"order": "7"},
                  messages=({"name": "M", "key": "8", "payload": {"n": 8}},
                            {"name": "M", "key": "7", "payload": {"n": 7}}))
    assert (told["status"], told["data"]["n"]) == ("completed", 7)


def test_flowable_words_are_camunda_words() -> None:
    told = one(f'user A <multiInstanceLoopCharacteristics{FLOWABLE} isSequential="true" '
               'flowable:collection="${people}" flowable:elementVariable="p"/>',
               data={"people": ["a", "b"]})
    assert done(told) == ["S", "A", "A"]


@pytest.mark.parametrize("line", [
    "task A " + camunda('<camunda:inputOutput><camunda:inputParameter name="x"><camunda:script '
                        'scriptFormat="groovy">1</camunda:script></camunda:inputParameter>'
                        "</camunda:inputOutput>"),
    (f"task A {IO}<dataInputAssociation><targetRef>di</targetRef><assignment><from>"
    "bpmn:getDataObject('x')/y</from><to>di</to></assignment></dataInputAssociation>"),
    "task A " + zeebe('<zeebe:ioMapping><zeebe:input source="= 1" target="a.b"/>'
                      "</zeebe:ioMapping>"),
])
def test_a_mapping_that_cannot_be_read_is_refused(line: str) -> None:
    told = one(line)
    assert (told["status"], told["error"]["code"]) == ("failed", "data-mapping-unreadable")


def test_a_repeated_activity_runs_over_its_data_input_and_hands_its_data_output_back() -> None:
    many = ("<multiInstanceLoopCharacteristics><loopDataInputRef>din</loopDataInputRef>"
            "<loopDataOutputRef>dout</loopDataOutputRef><inputDataItem id='ii' name='it'/>"
            "<outputDataItem id='oi' name='got'/></multiInstanceLoopCharacteristics>")
    told = one(
        "task A <ioSpecification><dataInput id='din' name='things'/><dataOutput id='dout' "
        "name='made'/><inputSet/><outputSet/></ioSpecification><dataInputAssociation><sourceRef>"
        "items</sourceRef><targetRef>din</targetRef></dataInputAssociation><dataOutputAssociation>"
        f"<sourceRef>dout</sourceRef><targetRef>all</targetRef></dataOutputAssociation>{many}",
        data={"items": [1, 2]}, answers={"A": [{"got": 5}, {"got": 6}]})
    assert done(told) == ["S", "A", "A"]
    assert told["data"]["made"] == [5, 6]
