"""The national portal hears which papers came in and went out, never where their files lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import paper_files as make
import pytest
from http_town import Person, Town
from papers_town import AN, EARLIER, FORM, RESULT, hand_in, open_procedure, register, settle
from portal_stand_in import dossier_faults, portal_file
from portal_town import SECRETS
from town import COMMUNE

from engine.clock import FixedClock
from engine.links.portal.configuration import read_portal
from engine.links.portal.dossier_body import dossier_body
from engine.links.portal.gathering import gather
from engine.office import Office
from engine.store import Store, dossiers

Body = dict[str, Any]


@pytest.fixture
def desk(here: Town, office: Office, clock: FixedClock) -> Person:
    """The one-stop officer of the commune, the sample procedure with components in force."""
    open_procedure(office, clock)
    return here.reception


@pytest.fixture
def told(store: Store, tmp_path: Path) -> Callable[[str], Body]:
    """What DongBoHoSoMC says of a dossier at its newest entry; the stand-in would take it."""
    sector = '"Lĩnh vực mẫu" = "G00-MAU"'
    portal = read_portal(portal_file(tmp_path, "https://portal.example", sector), SECRETS)

    def tell(code: str) -> Body:
        with store.reading() as connection:
            dossier = dossiers.by_code(connection, code)
            assert dossier is not None
            body = dossier_body(gather(connection, code, dossier.entries), portal)
        assert dossier_faults(body) == []
        return body

    return tell


def given(desk: Person, code: str, component: str, **more: Any) -> None:
    answer = hand_in(desk, code, component, make.pdf(), copy="plain", **more)
    assert answer.status_code in (200, 201), answer.text


def test_a_paper_scanned_at_the_counter_is_told_under_its_component(
    here: Town, desk: Person, told: Callable[[str], Body],
) -> None:
    code = register(here, AN)
    assert told(code)["HoSoCoThanhPhanSoHoa"] == "0"
    given(desk, code, FORM, file_name="to-khai.pdf", source="digitised_at_counter")
    body = told(code)
    assert body["HoSoCoThanhPhanSoHoa"] == "1"
    assert body["TaiLieuNop"] == [{
        "TepDinhKemId": f"{code}.1", "TenTepDinhKem": "to-khai.pdf", "IsDeleted": "False",
        "MaThanhPhanHoSo": FORM, "DuongDanTaiTepTin": "", "DuocSoHoa": "1",
        "DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "0", "MaKetQuaThayThe": "",
    }]


def test_a_replaced_file_is_told_as_deleted_beside_the_one_that_counts(
    here: Town, desk: Person, told: Callable[[str], Body],
) -> None:
    code = register(here, AN)
    given(desk, code, FORM)
    given(desk, code, FORM, replaces=1, because="mờ")
    assert [(one["TepDinhKemId"], one["IsDeleted"]) for one in told(code)["TaiLieuNop"]] == [
        (f"{code}.1", "True"), (f"{code}.2", "False")]


def test_what_no_component_asks_for_is_told_among_the_other_papers(
    here: Town, desk: Person, told: Callable[[str], Body],
) -> None:
    code = register(here, AN)
    given(desk, code, "other", name="Giấy ủy quyền", count=2)
    body = told(code)
    assert body["TaiLieuNop"] == []
    (other,) = body["DanhSachTepDinhKemKhac"]
    assert other["SoLuong"] == "2"


def test_what_came_after_an_entry_is_not_told_with_it(
    here: Town, desk: Person, store: Store, told: Callable[[str], Body], clock: FixedClock,
) -> None:
    code = register(here, AN)
    clock.set(clock.now().replace(minute=30))
    given(desk, code, FORM)
    assert len(told(code)["TaiLieuNop"]) == 1
    with store.reading() as connection:
        assert gather(connection, code, 1).papers == ()


def test_a_result_with_a_file_is_told_by_its_own_name(
    here: Town, desk: Person, told: Callable[[str], Body], clock: FixedClock,
) -> None:
    code = register(here, AN)
    for component in (FORM, EARLIER):
        given(desk, code, component)
    settle(here, clock, code)
    (without,) = told(code)["DanhSachGiayToKetQua"]
    assert without["GiayToId"] == f"{code}.KQ"
    leader = here.person(COMMUNE, "one_stop_officer")
    answer = hand_in(leader, code, RESULT, make.pdf(), copy="electronic", file_name="kq.pdf")
    assert answer.status_code == 201, answer.text
    body = told(code)
    (result,) = body["DanhSachGiayToKetQua"]
    assert (result["TenGiayTo"], result["MaThanhPhanHoSo"]) == ("kq.pdf", RESULT)
    assert RESULT not in {one["MaThanhPhanHoSo"] for one in body["TaiLieuNop"]}
