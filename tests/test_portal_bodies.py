"""Every dossier that the acts can make is told in bodies that the portal takes, in order."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import timed
from hypothesis import given, settings
from hypothesis import strategies as st
from portal_stand_in import TAKEN, UNIT, Portal, portal_file
from portal_town import APPLICANT, SECRETS
from test_spine_pure import COMMUNE, Desk

from engine.clock import VIETNAM
from engine.commands import PerformAct, RegisterDossier
from engine.errors import Conflict, MotcuaError
from engine.flow.load import Flow, load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.law.acts import ACTS
from engine.law.status import CODES, MOVES, STATUSES, passed
from engine.links.portal import configuration
from engine.links.portal.configuration import read_portal
from engine.links.portal.dossier_body import dossier_body
from engine.links.portal.picture import Names, Picture, applicant_of, steps_of
from engine.links.portal.progress_body import progress_body
from engine.links.portal.written import moment, short
from engine.proceed import Registration, dry_run, register

POLICE = "000.41.21.G01"
NAMES = Names("Thủ tục thử", "Thử", {COMMUNE: "UBND xã Kim Liên"}, {"can-bo": "Trần Văn Bình"})


def _flow() -> Flow:
    lowered, _ = lower(read(timed.DRAWING["main.bpmn"]))
    return load(lowered.content)


FLOW = _flow()
with tempfile.TemporaryDirectory() as _folder:
    FILE = read_portal(portal_file(Path(_folder), "https://portal.example"), SECRETS)

said = st.text(
    st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=1_500,
).filter(str.strip)
contents: Mapping[str, Any] = {
    "reason": said, "note": said, "apology": said, "question": said, "opinion": said,
    "items": st.lists(said, max_size=3), "amount": st.integers(1, 10**14), "receipt": said,
    "method": st.sampled_from(["direct", "account", "postal", "online"]),
    "how": st.sampled_from(["counter", "post", "online"]), "informed": st.booleans(),
    "duration": st.sampled_from(["1 ngày làm việc", "04 giờ"]), "agency": st.just(POLICE),
    "result": st.sampled_from(["granted", "refused"]), "on_the_spot": st.booleans(),
    "fault": st.just("error"), "days": st.integers(1, 20), "consultation": st.just("1"),
}
deeds = st.tuples(st.integers(0, 10_000), st.fixed_dictionaries(dict(contents)),
                  st.integers(0, 3_000))
#: Acts that end a dossier come seldom, so that long lives come often.
SELDOM = ("withdraw", "stop", "not-accept", "close", "remedy", "acknowledge")
applicants = st.fixed_dictionaries({"name": said.map(lambda name: name.strip()[:200])}, optional={
    "id_number": st.sampled_from(["040190001234", "182345678", "B1234567"]),
    "phone": st.just("0912345678"), "email": st.just("a@b.vn"), "address": said,
})


class Told(Desk):
    """A dossier played in memory, and the portal's books after each of its commands."""

    def begin(self, channel: str, applicant: Mapping[str, Any], competent: str) -> None:
        self.books = Portal()
        self.books.sessions.add("s")
        command = RegisterDossier(timed.CODE, COMMUNE, channel, applicant,
                                  competent_agency=competent)
        self.keep(register(command, Registration(f"{COMMUNE}-261109-0001", 1, {}), self.facts()))

    def possible(self) -> list[str]:
        """The acts that the state allows now, those that go on several times."""
        assert self.before is not None
        found = []
        for act in sorted(ACTS):
            with suppress(Conflict):
                dry_run(self.before, act, self.facts())
                found += [act] * (1 if act in SELDOM else 5)
        return found or ["remedy"]

    def tell(self) -> None:
        """Tell the portal what the last command calls for; fail where it refuses."""
        assert self.last is not None
        if not self.last.told:
            return
        picture = Picture(self.last.dossier, steps_of(self.entries), applicant_of(self.entries)
                          or {}, NAMES)
        self._call("DongBoHoSoMC", [dossier_body(picture, FILE)], known=len(self.entries) > 1)
        codes = [CODES[status] for status in self.last.told]
        self._call("CapNhatTienDoHoSoMC", progress_body(picture, codes, FILE), known=True)

    def _call(self, service: str, data: list[dict[str, Any]], *, known: bool) -> None:
        body = {"session": "s", "service": service, "isUpdating": str(known), "madonvi": UNIT,
                "data": data}
        answer = self.books.take(json.loads(json.dumps(body)))
        assert answer["error_code"] == TAKEN, answer["error_message"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(deeds, min_size=2, max_size=14), applicants,
    st.sampled_from(["direct", "online", "postal"]), st.sampled_from([COMMUNE, POLICE]),
)
def test_whatever_the_acts_make_of_a_dossier_the_portal_takes_it(
    acts: list[tuple[int, dict[str, Any], int]], applicant: dict[str, Any], channel: str,
    competent: str,
) -> None:
    desk = Told(FLOW, timed.CODE)
    desk.begin(channel, applicant, competent)
    desk.tell()
    for number, content, minutes in acts:
        desk.now += timedelta(minutes=minutes, seconds=1)
        possible = desk.possible()
        act = possible[number % len(possible)]
        try:
            desk.do(PerformAct(f"{COMMUNE}-261109-0001", act, content))
        except MotcuaError:
            continue
        desk.tell()
    assert desk.before is not None
    dossier = desk.before.dossier
    told = desk.books.dossiers[dossier.code]
    assert told["TrangThaiHoSo"] == str(CODES[dossier.standing.status])
    assert desk.books.statuses(dossier.code)[-1] == told["TrangThaiHoSo"]
    assert told["NgayHenTra"] == moment(dossier.standing.due)
    if dossier.standing.accepted_at:
        assert told["NgayTiepNhan"] == moment(dossier.standing.accepted_at)


def test_settling_on_the_spot_is_told_by_every_status_that_it_goes_through() -> None:
    desk = Told(FLOW, timed.CODE)
    desk.begin("direct", APPLICANT, COMMUNE)
    desk.tell()
    desk.do(PerformAct(f"{COMMUNE}-261109-0001", "settle", {"on_the_spot": True}))
    desk.tell()
    steps = desk.books.steps[f"{COMMUNE}-261109-0001"]
    assert [step["TrangThai"] for step in steps] == ["1", "2", "4", "9"]
    assert [step["NoiDungXuLy"] for step in steps] == [
        "Mới đăng ký", "Được tiếp nhận", "Đang xử lý", "Giải quyết xong",
    ]


@given(st.sampled_from(STATUSES), st.sampled_from(STATUSES))
def test_a_status_is_only_passed_where_the_table_lets_it(now: Any, then: Any) -> None:
    way = passed(now, then)
    assert way[-1] == then
    if len(way) > 1:
        assert all(b in MOVES[a] for a, b in zip((now, *way), way, strict=False))


@given(st.timedeltas(timedelta(0), timedelta(days=36_000)))
def test_moments_are_those_of_a_wall_in_viet_nam(since: timedelta) -> None:
    at = datetime(2000, 1, 1, tzinfo=UTC) + since
    written = moment(at)
    assert len(written) == 14
    read_again = datetime.strptime(written, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)
    assert read_again == at.replace(microsecond=0)
    assert moment(None) == ""


@given(st.lists(st.one_of(st.none(), st.text(max_size=2_000)), max_size=3))
def test_texts_are_one_line_and_never_too_long(parts: list[str | None]) -> None:
    written = short(*parts)
    assert len(written) <= 1_000
    assert written == written.strip()
    assert not {"\n", "\r", "\t"} & set(written)


def test_another_adapters_codes_go_out_as_the_file_writes_them() -> None:
    theirs = replace(
        FILE,
        codes={**FILE.codes, "object": {**FILE.codes["object"], "citizen": 0},
               "status": {**FILE.codes["status"], "newly_registered": "MOI"},
               "identity": {"citizen_id": "CCCD", "old_id": "CMND", "passport": "HC"}},
        agencies={COMMUNE: "H41.21.30"},
        procedures={timed.CODE: configuration.Procedure(code="1.000001", name="Tên khác",
                                                        sector="LV9")},
    )
    desk = Desk(FLOW, timed.CODE)
    command = RegisterDossier(timed.CODE, COMMUNE, "postal", APPLICANT)
    desk.keep(register(command, Registration("M-1", 1, {}), desk.facts()))
    assert desk.before is not None
    picture = Picture(desk.before.dossier, steps_of(desk.entries), APPLICANT, NAMES)
    body = dossier_body(picture, theirs)
    expected = {
        "LoaiDoiTuong": 0, "TrangThaiHoSo": "MOI", "KenhThucHien": "3", "MaTTHC": "1.000001",
        "TenTTHC": "Tên khác", "MaLinhVuc": "LV9", "DonViXuLy": "H41.21.30",
        "DinhDanhCHS": [{"LoaiDinhDanh": "CCCD", "SoDinhDanh": "040190001234"}],
    }
    assert {name: body[name] for name in expected} == expected
    (step,) = progress_body(picture, (1,), theirs)
    assert (step["TrangThai"], step["PhongBanXuLy"]) == ("MOI", "H41.21.30")


@pytest.mark.parametrize("missing", ["MaHoSo", "NgayNopHoSo", "DanhSachHoSoBoSung"])
def test_the_stand_in_itself_refuses_what_lacks_a_field(missing: str) -> None:
    desk = Told(FLOW, timed.CODE)
    desk.begin("direct", APPLICANT, COMMUNE)
    assert desk.last is not None
    picture = Picture(desk.last.dossier, steps_of(desk.entries), APPLICANT, NAMES)
    body = {k: v for k, v in dossier_body(picture, FILE).items() if k != missing}
    answer = desk.books.take({
        "session": "s", "service": "DongBoHoSoMC", "isUpdating": "False", "madonvi": UNIT,
        "data": [body],
    })
    assert missing in answer["error_message"]

