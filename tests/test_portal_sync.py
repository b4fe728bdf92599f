"""The national portal hears of every change of status, once, in order, whatever goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from threading import Thread

import psycopg
import pytest
import town
from linked import Site, play
from portal_stand_in import Portal
from portal_town import APPLICANT, EVERYONE, WALKS, Desk, be_ready
from structlog.testing import capture_logs

from engine.clock import FixedClock
from engine.commands import PerformAct
from engine.errors import Conflict
from engine.links.outward import Limits
from engine.links.portal import line
from engine.store import Store, portal_messages
from engine.store.portal_messages import Period


@pytest.fixture
def desk(store: Store, clock: FixedClock, portal: Portal, tmp_path: Path) -> Iterator[Desk]:
    found = Desk(store, clock, portal, tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("name", WALKS)
def test_the_portal_hears_of_every_status_in_order_as_it_happens(desk: Desk, name: str) -> None:
    code = desk.register()
    desk.sync.drain()
    for act, content in WALKS[name][0]:
        desk.act(code, act, **content)
        desk.sync.drain()
    statuses = WALKS[name][1].split()
    assert desk.portal.refusals == []
    assert desk.portal.statuses(code) == statuses
    assert desk.portal.dossiers[code]["TrangThaiHoSo"] == statuses[-1]
    assert {one.state for one in desk.messages()} == {"sent"}


@pytest.mark.parametrize("name", WALKS)
def test_the_portal_hears_the_same_when_it_was_away_all_the_time(desk: Desk, name: str) -> None:
    code = desk.walk(name)
    desk.sync.drain()
    assert desk.portal.refusals == []
    assert desk.portal.statuses(code) == WALKS[name][1].split()
    states = desk.portal.states[code]  # one state for each message, each as it was then
    assert len(states) == len(desk.messages())
    assert states[0] == "1"


def test_the_dossier_is_told_with_its_applicant_dates_and_codes(desk: Desk) -> None:
    code = desk.register("online")
    desk.act(code, "accept")
    desk.sync.drain()
    told = desk.portal.dossiers[code]
    expected = {
        "MaHoSo": code, "MaTTHC": "9.000001", "MaLinhVuc": "G00-TH01", "TenLinhVuc": "Thử",
        "KenhThucHien": "2", "LoaiDoiTuong": "1", "ChuHoSo": "Nguyễn Thị Hoa",
        "SoGiayToChuHoSo": "040190001234", "SoDienThoai": "0912345678",
        "Email": "hoa@example.vn", "ThongTinKhac": "Xóm Sen, xã Kim Liên",
        "NgayNopHoSo": "20261109080000", "NgayTiepNhan": "20261109080500",
        "NgayHenTra": "20261116173000", "NgayTra": "", "DonViXuLy": "UBND xã Kim Liên",
    }
    assert {name: told[name] for name in expected} == expected
    step = desk.portal.steps[code][-1]
    assert step == {
        "MaHoSo": code, "NguoiXuLy": EVERYONE.name, "ChucDanh": step["ChucDanh"],
        "ThoiDiemXuLy": "20261109080500", "PhongBanXuLy": "UBND xã Kim Liên",
        "NoiDungXuLy": "Tiếp nhận hồ sơ", "TrangThai": "2", "NgayBatDau": "20261109080500",
        "NgayKetThucTheoQuyDinh": "20261116173000",
    }


def test_a_supplement_is_told_while_it_is_awaited_and_when_it_has_come(desk: Desk) -> None:
    code = desk.register()
    desk.act(code, "accept")
    desk.act(code, "request-supplement", reason="Thiếu giấy", items=["Giấy chứng sinh", "CCCD"])
    desk.sync.drain()
    (asked,) = desk.portal.dossiers[code]["DanhSachHoSoBoSung"]
    assert asked["NoiDungBoSung"] == "Thiếu giấy. Giấy chứng sinh, CCCD"
    assert asked["DanhSachGiayToBoSung"] == [{"TenGiayTo": "Giấy chứng sinh"},
                                             {"TenGiayTo": "CCCD"}]
    assert (asked["TrangThaiBoSung"], asked["NgayTiepNhanBoSung"]) == ("0", "")
    desk.clock.advance(timedelta(days=1))
    desk.act(code, "receive-supplement", note="Đủ")
    desk.sync.drain()
    (came,) = desk.portal.dossiers[code]["DanhSachHoSoBoSung"]
    assert (came["TrangThaiBoSung"], came["ThongTinTiepNhan"]) == ("1", "Đủ")
    assert came["NgayHenTraTruoc"] == "20261116173000"
    assert came["NgayHenTraMoi"] == desk.portal.dossiers[code]["NgayHenTra"] == "20261117173000"


def test_a_supplement_asked_for_by_mistake_is_told_no_more(desk: Desk) -> None:
    code = desk.register()
    desk.act(code, "accept")
    desk.act(code, "request-supplement", reason="Nhầm hồ sơ khác")
    desk.sync.drain()
    assert len(desk.portal.dossiers[code]["DanhSachHoSoBoSung"]) == 1
    desk.act(code, "correct", reason="Bấm nhầm")
    desk.sync.drain()
    assert desk.portal.dossiers[code]["DanhSachHoSoBoSung"] == []
    assert desk.portal.statuses(code)[-1] == "2"


def test_fees_and_payment_online_are_told(desk: Desk) -> None:
    code = desk.walk("everything")
    desk.sync.drain()
    told = desk.portal.dossiers[code]
    assert told["DanhSachLePhi"] == [{
        "TenPhiLePhi": "Lệ phí hộ tịch", "MaPhiLePhi": "", "HinhThucThu": "4", "Gia": "150000",
        "LoaiPhiLePhi": "",
    }]
    assert told["DuocThanhToanTrucTuyen"] == "2"
    assert (told["HinhThuc"], told["ThongTinTra"]) == ("1", "Bưu tá giao")


def test_a_command_that_is_refused_tells_the_portal_nothing(desk: Desk) -> None:
    code = desk.register()
    with pytest.raises(Conflict):
        desk.office.execute(
            PerformAct(code, "return", {"informed": True}), EVERYONE, if_match=frozenset({"*"}))
    assert [one.statuses for one in desk.messages()] == [(1,)]


def test_a_step_that_moves_no_status_tells_the_portal_nothing(desk: Desk) -> None:
    code = desk.register()
    desk.act(code, "accept")
    desk.act(code, "remedy", fault="error", reason="Ghi sai tên", apology="Xin lỗi")
    assert [one.statuses for one in desk.messages()] == [(1,), (2,)]


@pytest.mark.parametrize("failure", [
    "500", "429", "garbage", "no-code", "drop", "lost", "wrong-session", "401", "slow",
])
def test_whatever_fails_at_whichever_call_the_portal_ends_with_each_step_once(
    desk: Desk, owner: str, failure: str,
) -> None:
    for call in range(4):
        code = desk.walk("granted")
        desk.portal.fail(*[""] * call, failure)
        for _ in range(3):
            desk.sync.drain()
            be_ready(owner)
        assert desk.portal.refusals == []
        assert desk.portal.statuses(code) == ["1", "2", "4", "9", "10"]
        assert desk.portal.states[code][-1] == "10"
        assert {one.state for one in desk.messages()} == {"sent"}


def test_a_portal_that_hangs_keeps_a_worker_for_seconds_only(
    desk: Desk, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "LIMITS", Limits(connect=1, read=0.3, total=1))
    desk.register()
    desk.portal.fail("hang")
    assert desk.sync.drain() == 0
    (waiting,) = desk.messages("waiting")
    assert waiting.tries == 1
    assert "in time" in (waiting.failure or "")


def test_a_silent_portal_is_left_alone_longer_and_longer(desk: Desk, owner: str) -> None:
    desk.register()
    desk.register()
    pauses = []
    for _ in range(4):
        desk.portal.fail("500")
        desk.sync.drain()
        assert desk.sync.drain() == 0  # it is not even asked
        assert not desk.sync.waiting()
        with psycopg.connect(owner) as connection:
            row = connection.execute("SELECT not_before - now() FROM portal").fetchone()
        assert row is not None
        pauses.append(row[0].total_seconds())
        be_ready(owner)
    assert all(1.5 * one < then for one, then in pairwise(pauses))
    desk.sync.drain()
    assert {one.state for one in desk.messages()} == {"sent"}
    with desk.store.reading() as connection:
        assert portal_messages.backlog(connection).failures == 0


def test_the_pause_that_the_portal_asks_for_is_kept(desk: Desk, owner: str) -> None:
    desk.register()
    desk.portal.fail("429")
    desk.sync.drain()
    with psycopg.connect(owner) as connection:
        row = connection.execute("SELECT not_before - now() FROM portal").fetchone()
    assert row is not None
    assert 5 < row[0].total_seconds() <= 7


def test_what_the_portal_refuses_stands_dead_with_its_words_and_stops_its_dossier_alone(
    desk: Desk,
) -> None:
    refused, other = desk.walk("granted"), desk.walk("granted")
    desk.portal.refusing[refused] = "Mã thủ tục không có hiệu lực"
    desk.sync.drain()
    (dead,) = desk.messages("dead")
    assert (dead.dossier, dead.statuses) == (refused, (1,))
    assert dead.failure == "01: Mã thủ tục không có hiệu lực"
    assert [one.dossier for one in desk.messages("waiting")] == [refused] * 4
    assert desk.portal.statuses(other) == ["1", "2", "4", "9", "10"]


def test_a_dead_message_that_is_driven_again_lets_its_dossier_go_on(desk: Desk) -> None:
    code = desk.walk("granted")
    desk.portal.refusing[code] = "Sai"
    desk.sync.drain()
    desk.portal.refusing.clear()
    (dead,) = desk.messages("dead")
    with desk.store.unit() as unit:
        assert portal_messages.redrive(unit.connection, dead.position)
        assert not portal_messages.redrive(unit.connection, dead.position)
        unit.commit()
    desk.sync.drain()
    assert desk.portal.statuses(code) == ["1", "2", "4", "9", "10"]


def test_a_sector_without_a_code_is_dead_until_the_file_names_it(desk: Desk) -> None:
    path = desk.folder / "portal.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"Thử" =', '"Khác" ='), "utf-8")
    nameless = desk.read(path)
    code = desk.register()
    nameless.drain()
    (dead,) = desk.messages("dead")
    assert "[sectors]" in (dead.failure or "")
    assert "Thử" in (dead.failure or "")
    with desk.store.unit() as unit:
        portal_messages.redrive(unit.connection, dead.position)
        unit.commit()
    desk.with_file().drain()
    assert desk.portal.statuses(code) == ["1"]


def test_neither_logs_nor_rows_hold_what_is_personal(desk: Desk) -> None:
    code = desk.register()
    desk.portal.refusing[code] = "Số {SoGiayToChuHoSo} của {ChuHoSo} ({Email}) không khớp"
    with capture_logs() as logs:
        desk.sync.drain()
        desk.portal.refusing.clear()
        desk.portal.fail("500")
        desk.register()
        desk.sync.drain()
    assert {entry["event"] for entry in logs} == {"portal-message-dead", "portal-silent"}
    (dead,) = desk.messages("dead")
    assert dead.failure == "01: Số … của … (…) không khớp"
    for value in APPLICANT.values():
        assert value not in str(logs)
        assert value not in str(desk.messages())


def period(clock: FixedClock, agency: str | None = None) -> Period:
    return Period(clock.now() - timedelta(days=2), clock.now() + timedelta(days=2), agency)


def test_a_period_that_is_sent_again_changes_nothing_in_the_portals_books(desk: Desk) -> None:
    codes = [desk.walk(name) for name in WALKS]
    desk.sync.drain()
    books = (dict(desk.portal.dossiers), {k: list(v) for k, v in desk.portal.steps.items()})
    digests = {one.position: one.digest for one in desk.messages()}
    latest = {code: desk.portal.states[code][-1] for code in codes}
    seen = {code: len(desk.portal.states[code]) for code in codes}
    with desk.store.unit() as unit:
        again, anew = portal_messages.resend(unit.connection, period(desk.clock))
        unit.commit()
    assert (again, anew) == (len(digests), 0)
    desk.sync.drain()
    assert desk.portal.refusals == []
    assert (desk.portal.dossiers, desk.portal.steps) == books
    for code in codes:  # it never heard of an older state
        assert set(desk.portal.states[code][seen[code]:]) == {latest[code]}
    last = {one.dossier: one.position for one in desk.messages()}
    told = {one.position: one.digest for one in desk.messages()}
    assert all(told[position] == digests[position] for position in last.values())


def test_a_portal_that_lost_its_books_gets_them_again(desk: Desk) -> None:
    code = desk.walk("everything")
    desk.sync.drain()
    desk.portal.dossiers.clear()
    desk.portal.steps.clear()
    with desk.store.unit() as unit:
        portal_messages.resend(unit.connection, period(desk.clock))
        unit.commit()
    desk.sync.drain()
    assert desk.portal.statuses(code) == WALKS["everything"][1].split()
    assert desk.portal.dossiers[code]["TrangThaiHoSo"] == "10"


def test_only_the_period_and_the_agency_that_are_named_are_sent_again(desk: Desk) -> None:
    desk.register()
    desk.clock.advance(timedelta(days=3))
    desk.register()
    desk.sync.drain()
    with desk.store.unit() as unit:
        assert portal_messages.resend(unit.connection, period(desk.clock)) == (1, 0)
        assert portal_messages.resend(unit.connection, period(desk.clock, "elsewhere")) == (0, 0)


def test_dossiers_older_than_the_portals_rows_are_told_as_they_stand(
    desk: Desk, owner: str,
) -> None:
    code = desk.walk("granted")
    with psycopg.connect(owner) as connection:
        connection.execute("ALTER TABLE portal_message DISABLE TRIGGER USER")
        connection.execute("DELETE FROM portal_message")
    with desk.store.unit() as unit:
        assert portal_messages.resend(unit.connection, period(desk.clock)) == (0, 1)
        unit.commit()
    desk.sync.drain()
    assert desk.portal.dossiers[code]["TrangThaiHoSo"] == "10"
    assert desk.portal.refusals == []


def test_an_erased_applicant_is_not_told_again_and_the_row_says_why(
    desk: Desk, owner: str,
) -> None:
    code = desk.register()
    with psycopg.connect(owner) as connection:
        connection.execute("ALTER TABLE entry DISABLE TRIGGER USER")
        connection.execute("UPDATE entry SET personal = NULL WHERE chain = %s", [code])
    desk.sync.drain()
    (dead,) = desk.messages("dead")
    assert re.search("xóa theo quyết định", dead.failure or "")


def test_two_who_drain_together_tell_each_message_once(desk: Desk) -> None:
    codes = [desk.walk("granted") for _ in range(8)]
    threads = [Thread(target=desk.with_file().drain) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.portal.refusals == []
    assert all(desk.portal.statuses(code) == ["1", "2", "4", "9", "10"] for code in codes)
    assert desk.portal.repeated == 0
    assert len(desk.portal.calls) == 2 * len(desk.messages())


def test_only_the_node_of_registration_tells_the_portal(three_nodes: list[Site]) -> None:
    commune, police, _ = three_nodes
    code = commune.register("M001")
    play(three_nodes, code, next(iter(town.walk("m001")["paths"])))
    for site, tells in ((commune, True), (police, False)):
        with site.store.reading() as connection:
            found = portal_messages.listed(connection)
        assert bool(found) is tells
        assert {one.dossier for one in found} <= {code}
    assert commune.dossier(code).standing.status == "returned"
