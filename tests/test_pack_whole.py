"""The pack holds together: valid BPMN, forms that exist, messages that carry what is known."""

from __future__ import annotations

import json
from importlib.resources import files

import drawn
import pytest
from lxml import etree

NAMES = [path.stem for path in drawn.DIAGRAMS]
TYPES = {"textfield", "textarea", "number", "checkbox", "select", "radio", "datetime"}
SAMPLES = {
    "textfield": str, "textarea": str, "number": int, "checkbox": bool, "select": str,
    "radio": str, "datetime": str,
}
#: What a receiving desk may answer, and the act of the law that each answer performs.
EXITS = {
    "Tiếp nhận": "accept", "Yêu cầu bổ sung": "request-supplement",
    "Không tiếp nhận": "not-accept",
}

each = pytest.mark.parametrize("diagram", [drawn.read(n) for n in NAMES], ids=NAMES)


def components(diagram, form):
    content = json.loads((diagram.forms() / f"{form}.form").read_text(encoding="utf-8"))
    return {c["key"]: c for c in content["components"]}


def walks(diagram):
    path = diagram.path.parent / "walks.json"
    return json.loads(path.read_text(encoding="utf-8"))


@each
def test_the_diagram_is_valid_against_the_schema_of_bpmn(diagram):
    schema = files("SpiffWorkflow") / "bpmn" / "parser" / "schema" / "BPMN20.xsd"
    validator = etree.XMLSchema(etree.parse(str(schema)))
    assert validator.validate(etree.parse(diagram.path)), validator.error_log


@each
def test_every_task_has_a_role_and_a_form_and_every_form_a_task(diagram):
    assert all(task.role and task.form for task in diagram.tasks)
    assert {t.form for t in diagram.tasks} == {p.stem for p in diagram.forms().glob("*.form")}


@each
def test_forms_hold_only_components_that_the_office_renders_and_each_says_what_it_asks(diagram):
    for form in {t.form for t in diagram.tasks}:
        content = json.loads((diagram.forms() / f"{form}.form").read_text(encoding="utf-8"))
        keys = [c["key"] for c in content["components"]]
        assert content["id"] == f"{diagram.path.stem}_{form}"
        assert len(keys) == len(set(keys))
        assert {c["type"] for c in content["components"]} <= TYPES
        assert all(c.get("label") or c.get("dateLabel") for c in content["components"])


@each
def test_the_receiving_step_has_the_three_exits_of_the_law(diagram):
    first = next(f for f in diagram.flows if f.act == "accept").source
    exits = [f for f in diagram.flows if f.source == first]
    assert {f.name: f.act for f in exits} == EXITS
    assert exits[0].act == "accept"


@each
def test_the_result_is_settled_and_returned_once(diagram):
    acts = [f.act for f in diagram.flows if f.act]
    assert acts.count("settle") == acts.count("return") == 1


@each
def test_a_message_carries_only_what_its_pool_has_learnt_and_nothing_of_the_applicant(diagram):
    for message in diagram.root.iter(f"{drawn.BPMN}message"):
        sender = sender_of(diagram, message.get("id"))
        known = {
            key for task in diagram.tasks if task.process == sender
            for key in components(diagram, task.form)
        }
        payload = {n.strip() for n in message.get(f"{drawn.MOTCUA}payload").split(",")}
        assert payload <= known


def sender_of(diagram, message):
    for process in diagram.root.iter(f"{drawn.BPMN}process"):
        for kind in ("intermediateThrowEvent", "endEvent"):
            for event in process.iter(f"{drawn.BPMN}{kind}"):
                if any(d.get("messageRef") == message for d in event):
                    return process.get("id")
    raise AssertionError(message)


@each
def test_each_walk_answers_its_forms_and_its_questions(diagram):
    for walk in walks(diagram)["paths"].values():
        assert sorted(walk["order"]) == sorted(
            task for task, answers in walk["answers"].items() for _ in answers
        )
        for task in diagram.tasks:
            for answers in walk["answers"].get(task.id, []):
                check_answers(diagram, task, answers)


def check_answers(diagram, task, answers):
    asked = components(diagram, task.form)
    questions = {f.source for f in diagram.flows if f.source.startswith("Gateway_")}
    for key, value in answers.items():
        if key in questions:
            assert value in {f.name for f in diagram.flows if f.source == key}
        else:
            assert isinstance(value, SAMPLES[asked[key]["type"]])
            options = {v["value"] for v in asked[key].get("values", [])}
            assert not options or value in options
    required = {k for k, c in asked.items() if c.get("validate", {}).get("required")}
    assert required <= answers.keys()


def described():
    text = (drawn.ROOT / "bpmn" / "motcua.moddle.json").read_text(encoding="utf-8")
    return json.loads(text)["types"]


@each
def test_every_attribute_of_ours_is_described_for_the_modelers(diagram):
    kinds = {"process", "participant", "lane", "group", "sequenceFlow", "message"}
    for element in diagram.root.iter():
        used = {k.removeprefix(drawn.MOTCUA) for k in element.attrib if k.startswith(drawn.MOTCUA)}
        name = element.tag.removeprefix(drawn.BPMN)
        base = f"bpmn:{name[0].upper()}{name[1:]}" if name in kinds else "bpmn:Task"
        known = {
            p["name"] for t in described() if base in t.get("extends", []) for p in t["properties"]
        }
        assert used <= known, element.get("id")


def test_the_templates_of_the_other_modeler_set_only_described_attributes():
    text = (drawn.ROOT / "bpmn" / "element-templates.json").read_text(encoding="utf-8")
    names = {f"motcua:{p['name']}" for t in described() for p in t["properties"]}
    for template in json.loads(text):
        assert {p["binding"]["name"] for p in template["properties"]} <= names
