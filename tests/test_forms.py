"""A form's answers come out clean, or every fault is named with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import forms
from engine.errors import Invalid
from engine.history import canonical

PACK = Path(__file__).resolve().parent.parent / "forms"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def form(*components: dict[str, Any]) -> forms.Form:
    return forms.read_form(json.dumps({"type": "default", "components": components}).encode())


def field(kind: str, key: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"Field_{key}", "key": key, **more}


def faults(schema: Any, answers: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        forms.clean(schema, answers)
    assert all(fault.vi and fault.en for fault in refused.value.faults)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize("path", sorted(PACK.glob("*/*.form")), ids=lambda p: p.stem)
def test_every_form_of_the_pack_can_be_read(path: Path) -> None:
    assert forms.read_form(path.read_bytes())["components"]


def test_all_faults_are_named_at_once_with_their_pointers() -> None:
    schema = form(
        field("textfield", "name", validate={"required": True}),
        field("number", "copies", validate={"max": 9}),
    )
    assert faults(schema, {"copies": 10, "a/b": 1}) == [
        ("/answers/name", "required"), ("/answers/copies", "too-large"),
        ("/answers/a~1b", "unknown-field"),
    ]


def test_text_is_kept_in_one_normal_form_and_trimmed() -> None:
    name = "Nguyễn Thị Ánh"
    schema = form(field("textfield"))
    assert forms.clean(schema, {"x": f"  {normalize('NFD', name)} "}) == {"x": name}


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\u202eb", "a\nb", "\ud800"])
def test_control_characters_and_broken_letters_are_refused(text: str) -> None:
    assert faults(form(field("textfield")), {"x": text}) == [("/answers/x", "control-character")]


def test_lines_are_kept_only_where_the_form_has_lines() -> None:
    assert forms.clean(form(field("textarea")), {"x": "một\r\nhai"}) == {"x": "một\nhai"}


def test_texts_are_bounded_even_where_the_form_sets_no_bound() -> None:
    assert faults(form(field("textfield")), {"x": "a" * 1001}) == [("/answers/x", "too-long")]
    assert faults(form(field("textarea")), {"x": "a" * 10**6}) == [("/answers/x", "too-long")]


def test_a_blank_text_does_not_satisfy_a_required_field() -> None:
    schema = form(field("textfield", validate={"required": True}))
    for empty in ({"x": "   "}, {"x": None}, {}):
        assert faults(schema, empty) == [("/answers/x", "required")]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 2**53, "1", True, [1]])
def test_only_finite_exact_numbers_are_numbers(number: object) -> None:
    assert faults(form(field("number")), {"x": number})[0][0] == "/answers/x"


def test_a_whole_number_stays_the_same_when_history_gives_it_back() -> None:
    clean = forms.clean(form(field("number")), {"x": 2.0})
    assert type(clean["x"]) is int
    assert json.loads(canonical(clean)) == clean


def test_decimals_and_bounds_are_held() -> None:
    schema = form(field("number", decimalDigits=1, validate={"min": 0, "max": 99}))
    assert forms.clean(schema, {"x": 10.5}) == {"x": 10.5}
    for number, code in ((0.25, "too-precise"), (-1, "too-small"), (100, "too-large")):
        assert faults(schema, {"x": number}) == [("/answers/x", code)]


@pytest.mark.parametrize(("kind", "good", "bad"), [
    ("date", "2026-02-28", "2026-02-30"), ("time", "08:30", "25:00"),
    ("datetime", "2026-11-23T08:30+07:00", "2026-11-23"),
])
def test_days_and_times_must_exist(kind: str, good: str, bad: str) -> None:
    schema = form(field("datetime", subtype=kind))
    assert forms.clean(schema, {"x": good}) == {"x": good}
    for wrong in (bad, 20261123, "23/11/2026"):
        assert faults(schema, {"x": wrong}) == [("/answers/x", f"not-{kind}")]


def test_a_choice_must_be_one_of_the_forms_options() -> None:
    options = [{"value": "granted", "label": "Cấp"}, {"value": "refused", "label": "Từ chối"}]
    for kind in ("select", "radio"):
        schema = form(field(kind, values=options))
        assert forms.clean(schema, {"x": "granted"}) == {"x": "granted"}
        assert faults(schema, {"x": "Cấp"}) == [("/answers/x", "choice")]
    for kind in ("checklist", "taglist"):
        schema = form(field(kind, values=options, validate={"required": True}))
        assert forms.clean(schema, {"x": ["refused", "granted"]}) == {"x": ["refused", "granted"]}
        assert faults(schema, {"x": ["other"]}) == [("/answers/x", "choice")]
        assert faults(schema, {"x": ["granted", "granted"]}) == [("/answers/x", "repeated")]
        assert faults(schema, {"x": []}) == [("/answers/x", "required")]


def test_a_box_left_alone_is_not_ticked_and_a_required_box_must_be() -> None:
    assert forms.clean(form(field("checkbox")), {}) == {"x": False}
    assert faults(form(field("checkbox", validate={"required": True})), {"x": False}) == [
        ("/answers/x", "required")
    ]


def test_patterns_lengths_and_kinds_are_held() -> None:
    schema = form(field("textfield", validate={"pattern": "^[0-9]+$", "minLength": 2}))
    assert forms.clean(schema, {"x": "12"}) == {"x": "12"}
    assert faults(schema, {"x": "ab"}) == [("/answers/x", "pattern")]
    assert faults(schema, {"x": "1"}) == [("/answers/x", "too-short")]
    mail = form(field("textfield", validate={"validationType": "email"}))
    assert forms.clean(mail, {"x": "a@b.vn"}) == {"x": "a@b.vn"}
    assert faults(mail, {"x": "a@b"}) == [("/answers/x", "email")]


def test_a_hidden_field_is_not_required_and_takes_nothing() -> None:
    schema = form(
        field("checkbox", "complete"),
        field("textarea", "reason", validate={"required": True},
              conditional={"hide": "=complete = true"}),
    )
    assert forms.clean(schema, {"complete": True}) == {"complete": True}
    assert faults(schema, {"complete": False}) == [("/answers/reason", "required")]
    assert faults(schema, {"complete": True, "reason": "Thiếu bản sao"}) == [
        ("/answers/reason", "hidden-field")
    ]


def test_the_condition_of_a_group_hides_what_lies_in_it() -> None:
    group = {
        "type": "group", "id": "G", "conditional": {"hide": "=not(needed)"},
        "components": [field("textfield", "place", validate={"required": True})],
    }
    schema = form(field("checkbox", "needed"), group)
    assert forms.clean(schema, {}) == {"needed": False}
    assert faults(schema, {"needed": True}) == [("/answers/place", "required")]


def test_groups_and_lists_are_held_level_by_level() -> None:
    child = [field("textfield", "name", validate={"required": True}), field("checkbox", "twin")]
    schema = form(
        {"type": "text", "id": "T", "text": "# Trẻ em"},
        {"type": "group", "id": "G", "path": "mother", "components": child},
        {"type": "dynamiclist", "id": "L", "path": "children", "components": child},
    )
    clean = forms.clean(schema, {"mother": {"name": "Lan"}, "children": [{"name": "Mai"}]})
    assert clean == {
        "mother": {"name": "Lan", "twin": False}, "children": [{"name": "Mai", "twin": False}],
    }
    assert faults(schema, {"mother": "Lan", "children": [{"name": "Mai"}, {"nam": "x"}]}) == [
        ("/answers/mother", "not-object"), ("/answers/children/1/name", "required"),
        ("/answers/children/1/nam", "unknown-field"),
    ]


def test_without_a_form_only_three_texts_are_taken() -> None:
    assert forms.clean_plain({"reason": "Đủ", "note": "một\nhai", "result": "granted"})
    with pytest.raises(Invalid) as refused:
        forms.clean_plain({"amount": 1}, pointer="")
    assert [fault.pointer for fault in refused.value.faults] == ["/amount"]


def test_the_applicant_needs_a_name_and_a_real_number() -> None:
    good = {"name": "Nguyễn Văn An", "id_number": "040099001234", "phone": "0912 345 678"}
    assert forms.clean(forms.APPLICANT, good, pointer="/applicant") == good
    assert faults(forms.APPLICANT, {"id_number": "12"}) == [
        ("/answers/name", "required"), ("/answers/id_number", "pattern"),
    ]


@pytest.mark.parametrize("content", [
    b"", b"[]", b"{}", b"\xff", b'{"components": 3}', b'{"components": ["x"]}', b"[" * 100_000,
    b'{"components": [{"type": "filepicker", "key": "x"}]}',
    b'{"components": [{"type": "textfield"}]}',
    b'{"components": [{"type": "textfield", "key": "x", "validate": {"pattern": "("}}]}',
    b'{"components": [{"type": "textfield", "key": "x", "validate": {"maxLength": "many"}}]}',
    b'{"components": [{"type": "textfield", "key": "x", "validate": [1]}]}',
    b'{"components": [{"type": "select", "key": "x", "values": [{"label": "no value"}]}]}',
    b'{"components": [{"type": "textfield", "key": "x", "conditional": {"hide": "=open("}}]}',
    b'{"components": [{"type": "textfield", "key": "x", "conditional": {"hide": "=now() > 1"}}]}',
    b" " * 500_001,
])
def test_a_form_that_cannot_be_read_says_why(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        forms.read_form(content)
    assert refused.value.vi
    assert refused.value.en


@given(st.dictionaries(st.sampled_from("abcdefg"), ANY_JSON))
def test_whatever_is_sent_comes_out_clean_or_is_refused(answers: dict[str, Any]) -> None:
    schema = form(
        field("textfield", "a"), field("number", "b"), field("checkbox", "c"),
        field("datetime", "d", subtype="date"), field("radio", "e", values=[{"value": 1}]),
        field("checklist", "f", values=[{"value": "x"}]),
    )
    try:
        clean = forms.clean(schema, answers)
    except Invalid as refused:
        assert all(fault.pointer.startswith("/answers/") for fault in refused.faults)  # noqa: PT017
    else:
        assert forms.clean(schema, clean) == clean
        assert json.loads(canonical(clean)) == clean


def test_a_whole_number_beyond_every_float_is_told_as_too_large() -> None:
    assert faults(form(field("number")), {"x": 10**400}) == [("/answers/x", "too-large")]


def test_a_group_given_as_null_is_no_object() -> None:
    group = {"type": "group", "path": "child", "components": [field("textfield")]}
    assert faults(form(group), {"child": None}) == [("/answers/child", "not-object")]
