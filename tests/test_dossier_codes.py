"""Dossier codes by pattern: Circular 01/2018 art. 19, the portals of 2026, and what is refused."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
import town
from hypothesis import given
from hypothesis import strategies as st
from paper_town import P088, register

from api.settings import from_environment
from engine.audit import desk
from engine.clock import FixedClock
from engine.codes import CIRCULAR_01, PORTAL_2026, CodePattern
from engine.errors import Invalid
from engine.office import Office
from engine.store import Store

DAY = date(2026, 6, 9)
SAFE = "abcXYZ019._~-"
AGENCIES = st.text(SAFE, min_size=1, max_size=20)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
NUMBERS = st.integers(1, 10**9)
PARTS = st.permutations(["agency", "date", "sequence"])


@st.composite
def patterns(draw: st.DrawFn) -> CodePattern:
    fields = {
        "agency": "{agency}", "date": draw(st.sampled_from(["{yymmdd}", "{yyyymmdd}"])),
        "sequence": "{" + "n" * draw(st.integers(1, 9)) + "}",
    }
    between = st.sampled_from([".", "-", "_", "~", "-x-", "HS"])
    ends = st.sampled_from(["", "HS-", "-VN"])
    first, second, third = (fields[name] for name in draw(PARTS))
    return CodePattern(
        draw(ends) + first + draw(between) + second + draw(between) + third + draw(ends),
    )


def test_the_form_of_circular_01_is_what_is_written_without_a_setting() -> None:
    assert CodePattern().code("000.21.30.H41", DAY, 7) == "000.21.30.H41-260609-0007"
    assert CodePattern(CIRCULAR_01) == CodePattern()


def test_the_form_seen_on_portals_in_2026_is_a_pattern() -> None:
    assert CodePattern(PORTAL_2026).code("G09.20", DAY, 92637) == "G09.20-20260609-0092637"


def test_a_sequence_beyond_its_digits_grows_and_is_still_read_back() -> None:
    code = CodePattern().code("H41", DAY, 123_456)
    assert code == "H41-260609-123456"
    assert CodePattern().read(code) == ("H41", DAY, 123_456)


@given(patterns(), AGENCIES, DAYS, NUMBERS)
def test_every_code_is_read_back_to_what_it_was_made_of(
    pattern: CodePattern, agency: str, day: date, number: int,
) -> None:
    code = pattern.code(agency, day, number)
    assert pattern.read(code) == (agency, day, number)
    assert quote(code, safe="") == code


@given(patterns(), st.lists(st.tuples(AGENCIES, DAYS, NUMBERS), unique=True, max_size=8))
def test_no_two_dossiers_share_a_code(
    pattern: CodePattern, made: list[tuple[str, date, int]],
) -> None:
    assert len({pattern.code(*one) for one in made}) == len(made)


@given(
    st.text(max_size=40).filter(lambda text: not re.fullmatch(r".+-\d{6}-\d{4,}", text))
    | st.sampled_from(["H41-261332-0001", "H41-260609-00001", "H41-260609-٠٠٠١", "H41-260609-001"]),
)
def test_what_the_pattern_never_wrote_is_no_code(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        CodePattern().read(text)
    assert refused.value.code == "no-code"


@pytest.mark.parametrize("text", [
    "", "HS", "{agency}-{yymmdd}", "{agency}-{nnnn}", "{yymmdd}-{nnnn}",
    "{agency}-{yymmdd}-{nnnn}-{nnnn}", "{agency}-{agency}-{yymmdd}-{nnnn}",
    "{agency}-{yymmdd}-{yyyymmdd}-{nnnn}", "{agency}{yymmdd}-{nnnn}", "{agency}-{yymmdd}{nnnn}",
    "{agency}-{yymmdd}1{nnnn}", "{agency}/{yymmdd}/{nnnn}", "{agency}:{yymmdd}:{nnnn}",
    "{agency} {yymmdd} {nnnn}", "{agency}-{yymmdd}-{nnnn}?", "{agency}-{yymmdd}-{nnnn}đ",
    "{agency}-{ddmmyy}-{nnnn}", "{agency}-{yymmdd}-{}", "{agency}-{yymmdd}-{nnnn",
    "{agency}-{yymmdd}-{nnnnnnnnnnnnn}", "{agency}-{yymmdd}-{nnnn}" + "x" * 80,
    "{agency.code}-{yymmdd}-{nnnn}", "{agency}-{yymmdd}-{nnnn}\n",
])
def test_a_pattern_whose_codes_could_not_be_told_apart_or_carried_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        CodePattern(text)
    assert refused.value.code == "code-pattern"
    assert CIRCULAR_01 in refused.value.vi


def test_the_setting_is_held_against_the_rules_when_a_server_starts() -> None:
    url = {"MOTCUA_DATABASE_URL": "postgresql://db/motcua"}
    assert from_environment(url).codes == CodePattern()
    assert from_environment({**url, "MOTCUA_CODE_PATTERN": PORTAL_2026}).codes.text == PORTAL_2026
    with pytest.raises(Invalid) as refused:
        from_environment({**url, "MOTCUA_CODE_PATTERN": "{agency}-{nnnn}"})
    assert refused.value.faults[0].pointer == "MOTCUA_CODE_PATTERN"


def test_a_folder_of_templates_that_is_not_there_is_refused_at_start(tmp_path: Path) -> None:
    url = {"MOTCUA_DATABASE_URL": "postgresql://db/motcua"}
    assert from_environment({**url, "MOTCUA_PAPERS": str(tmp_path)}).papers == tmp_path
    with pytest.raises(Invalid, match="no folder"):
        from_environment({**url, "MOTCUA_PAPERS": str(tmp_path / "none")})


def test_a_dossier_carries_the_code_of_the_setting_through_history_and_replay(
    store: Store, clock: FixedClock,
) -> None:
    office = Office(store, clock, codes=CodePattern(PORTAL_2026))
    town.bring_into_force(office, P088, town.pack_files("p088"), clock)
    codes = [register(office) for _ in range(3)]
    assert codes == [f"{town.COMMUNE}-20261109-{n:07d}" for n in (1, 2, 3)]
    assert desk.replay_stored(store, codes[1]).whole


def test_another_pattern_on_the_same_day_goes_on_with_the_same_sequence(
    store: Store, clock: FixedClock,
) -> None:
    town.bring_into_force(Office(store, clock), P088, town.pack_files("p088"), clock)
    first = register(Office(store, clock))
    second = register(Office(store, clock, codes=CodePattern(PORTAL_2026)))
    assert (CodePattern().read(first)[2], CodePattern(PORTAL_2026).read(second)[2]) == (1, 2)


@pytest.mark.parametrize("agency", ["000/21", "xã", "a b", "x:y", ""])
def test_an_agency_code_that_no_address_carries_is_named(agency: str) -> None:
    with pytest.raises(Invalid) as refused:
        CodePattern().code(agency, DAY, 1)
    assert refused.value.code == "agency-code-unusable"
