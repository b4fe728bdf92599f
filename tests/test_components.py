"""Components of a dossier as facts: what is needed, what changes, what may not be asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import COMMUNE, bring_into_force, official, pack_files

from engine.clock import VIETNAM, FixedClock
from engine.commands import RegisterDossier
from engine.components.declared import Component
from engine.components.needs import Circle, needs
from engine.components.papers import Paper, added, handed_back, need_open, withdrawn
from engine.components.reuse import (
    Held,
    named,
    need_not_held,
    owner_of,
    reusable,
)
from engine.errors import Conflict, NotFound
from engine.law.rules import rules_by_id
from engine.office import Office
from engine.store import Store, procedures

NOW = datetime(2026, 11, 9, 8, 0, tzinfo=VIETNAM)
BIRTH = Component("KQ.1", "Giấy khai sinh", "earlier_result")
FORM = Component("TK.1", "Tờ khai", count=2)
SHOP = Component("DN.1", "Giấy đăng ký", when="staff > 9")
RESULT = Component("KQ.2", "Giấy xác nhận", "own_result")
EVERY = (BIRTH, FORM, SHOP, RESULT)


def paper(number: int = 1, component: str = "KQ.1", **more: object) -> Paper:
    first = Paper(number, component, "original", 1, "submitted", NOW, "a" * 64, 10, "image/png")
    return replace(first, **more)  # type: ignore[arg-type]


def offer(paper_type: str = "KQ.1") -> Held:
    return Held("h1", "001234567890", paper_type, "D-1", 1, "original", "a" * 64, 10, "image/png",
                NOW)


def asked(answers: dict[str, object], *papers: Paper) -> dict[str, int]:
    told = needs(EVERY, papers, (), Circle(answers, {"channel": "direct"}, NOW))
    return {need.component.code: need.missing for need in told}


def test_what_is_asked_follows_the_answers_of_the_start() -> None:
    assert asked({}) == {"KQ.1": 1, "TK.1": 2, "DN.1": 0, "KQ.2": 0}
    assert asked({"staff": 10})["DN.1"] == 1
    assert asked({"staff": 9})["DN.1"] == 0
    assert asked({"staff": "mười"})["DN.1"] == 0


def test_copies_count_and_what_was_withdrawn_does_not() -> None:
    one = paper(1, "TK.1")
    assert asked({}, one)["TK.1"] == 1
    assert asked({}, replace(one, count=5))["TK.1"] == 0
    assert asked({}, withdrawn([one], 1))["TK.1"] == 2


@given(st.lists(st.sampled_from(["add", "replace", "withdraw"]), max_size=25))
def test_no_paper_is_ever_lost_or_counted_twice(steps: list[str]) -> None:
    known: dict[int, Paper] = {}
    for step in steps:
        held = [p.number for p in known.values() if p.state == "held"]
        if step == "withdraw" and held:
            changed: tuple[Paper, ...] = (withdrawn(known.values(), held[0]),)
        else:
            old = held[0] if step == "replace" and held else None
            new = paper(len(known) + 1, sha256=f"{len(known):064d}")
            changed = added(known.values(), new, old)
        known |= {p.number: p for p in changed}
    assert sorted(known) == list(range(1, len(known) + 1))
    assert all(p.revision == (1 if p.state == "held" else 2) for p in known.values())
    told = needs([BIRTH], known.values(), (), Circle({}, {}, NOW))
    assert len(told[0].present) == sum(p.state == "held" for p in known.values())


def test_a_paper_takes_the_place_of_one_under_the_same_component_only() -> None:
    with pytest.raises(NotFound):
        added([paper(1, "TK.1")], paper(2, "KQ.1"), 1)
    with pytest.raises(NotFound):
        added([paper()], paper(2), 7)


@pytest.mark.parametrize("status", ["not_accepted", "withdrawn", "stopped", "settled", "returned"])
def test_papers_of_a_dossier_that_has_ended_stay_as_they_are(status: str) -> None:
    with pytest.raises(Conflict, match="no longer change"):
        need_open(status, BIRTH)
    with pytest.raises(Conflict):
        need_open(status, None)


def test_the_result_itself_may_follow_after_signing() -> None:
    need_open("settled", RESULT)
    need_open("returned", RESULT)
    with pytest.raises(Conflict):
        need_open("stopped", RESULT)


@pytest.mark.parametrize("wrong", [
    {"copy": "certified"}, {"shown": True}, {"source": "reused"}, {"source": "fetched"},
    {"handed_back_at": NOW},
])
def test_only_an_original_that_the_office_has_is_handed_back(wrong: dict[str, object]) -> None:
    with pytest.raises(Conflict, match="no original"):
        handed_back([paper(**wrong)], 1, NOW)
    assert handed_back([paper(state="withdrawn")], 1, NOW).handed_back_at == NOW


@pytest.mark.parametrize(("one", "fits"), [
    (paper(), True), (paper(component="KQ.2"), True), (paper(component="TK.1"), False),
    (paper(component="other"), False), (paper(sha256=None), False),
    (paper(source="reused"), False), (paper(state="replaced"), False),
])
def test_what_must_be_digitised_becomes_reusable(one: Paper, fits: bool) -> None:
    """Decision 468/QĐ-TTg: results of earlier procedures, of participants, and this one's."""
    assert bool(reusable(EVERY, [one])) == fits


def test_the_digitised_code_is_owner_and_paper_type() -> None:
    assert offer().code == "001234567890.KQ.1"
    assert owner_of({"id_number": " c1234567 "}) == "C1234567"
    assert owner_of({"id_number": ""}) is None
    assert owner_of({}) is None


@pytest.mark.parametrize(("items", "found"), [
    (["KQ.1"], ("KQ.1",)), (["KQ.1: Giấy khai sinh"], ("KQ.1",)), (["nộp KQ.1."], ("KQ.1",)),
    (["Giấy khai sinh"], ()), (["KQ.10"], ()), (["xKQ.1"], ()), ([7, None], ()),
    (["TK.1, KQ.1", "KQ.1"], ("TK.1", "KQ.1")),
])
def test_items_name_components_by_their_codes(items: list[object], found: tuple[str, ...]) -> None:
    assert named(items, [c.code for c in EVERY]) == found


@pytest.mark.parametrize(("rules", "article"), [
    ("ND61/2018", "NĐ 107/2021, QĐ 468/QĐ-TTg"),
    ("ND118/2025", "NĐ 118/2025 Đ4.2a, QĐ 468/QĐ-TTg"),
    ("ND118/2025+ND309/2026", "NĐ 118/2025 Đ4.2a, QĐ 468/QĐ-TTg"),
])
def test_the_refusal_names_the_article_of_its_time(rules: str, article: str) -> None:
    told = rules_by_id(rules).article("reuse")
    assert told == article
    with pytest.raises(Conflict) as refusal:
        need_not_held([offer()], ["KQ.1"], " ", told)
    assert article in refusal.value.vi
    need_not_held([offer()], ["KQ.1"], "Bản quét mờ", told)
    need_not_held([offer()], ["TK.1"], None, told)


def test_a_version_stored_before_there_were_components_still_receives_dossiers(
    office: Office, store: Store, clock: FixedClock, owner: str,
) -> None:
    bring_into_force(office, "2.002755", pack_files("p088"), clock)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "UPDATE procedure_version SET facts = (facts::jsonb - 'components')::text",
        )
    with store.reading() as connection:
        (version,) = procedures.versions(connection, "2.002755")
    assert version.facts.components == ()
    registered = office.execute(
        RegisterDossier("2.002755", COMMUNE, "direct", {"name": "Nguyễn Văn An"}),
        official(COMMUNE, "one_stop_officer"),
    )
    assert registered.created
