"""The lists of papers (danh sách giấy tờ) in DongBoHoSoMC: handed in, other ones, results.

Names and flags only: the portal is given no path to a file, for none may be opened without asking.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.components.declared import OTHER
from engine.components.papers import SOURCES, Paper
from engine.links.portal.configuration import Portal
from engine.links.portal.picture import Picture
from engine.links.portal.written import short


def submitted(picture: Picture, portal: Portal) -> list[dict[str, Any]]:
    """Return TaiLieuNop: the files under the components that an applicant hands in."""
    flag = portal.codes["flag"]
    return [
        {
            "TepDinhKemId": _id(picture, paper), "TenTepDinhKem": _name(picture, paper),
            "IsDeleted": portal.codes["deleted"]["no" if paper.state == "held" else "yes"],
            "MaThanhPhanHoSo": paper.component, "DuongDanTaiTepTin": "",
            "DuocSoHoa": flag[_yes(paper.source == "digitised_at_counter")],
            "DuocTaiSuDung": flag[_yes(paper.source == "reused")],
            "DuocLayTuKhoDMQG": flag[_yes(paper.source == "fetched")], "MaKetQuaThayThe": "",
        }
        for paper in _handed_in(picture) if paper.sha256 and paper.component != OTHER
    ]


def digitised(picture: Picture, portal: Portal) -> str:
    """Return HoSoCoThanhPhanSoHoa: whether a component that is held was scanned at the counter."""
    scanned = any(paper.state == "held" and paper.sha256 and paper.source == "digitised_at_counter"
                  for paper in _handed_in(picture))
    return str(portal.codes["flag"][_yes(scanned)])


def others(picture: Picture) -> list[dict[str, Any]]:
    """Return DanhSachTepDinhKemKhac: what was handed in beside the components."""
    return [
        {"TenGiayTo": _name(picture, paper), "SoLuong": str(paper.count), "LoaiGiayTo": ""}
        for paper in _handed_in(picture) if paper.component == OTHER and paper.state == "held"
    ]


def results(picture: Picture) -> list[dict[str, Any]]:
    """Return DanhSachGiayToKetQua: the results that are held, or one by name once it is settled."""
    standing = picture.standing
    if standing.settled_at is None:
        return []
    held = [p for p in picture.papers if p.component in picture.results and p.state == "held"]
    if held and standing.result != "refused":
        return [_result(_name(picture, p), p.component, _id(picture, p)) for p in held]
    refused = standing.result == "refused"
    name = "Văn bản từ chối giải quyết hồ sơ" if refused else "Kết quả giải quyết"
    return [_result(short(name, picture.names.procedure), "", f"{picture.dossier.code}.KQ")]


def _result(name: str, component: str, key: str) -> dict[str, Any]:
    return {
        "TenGiayTo": name, "MaThanhPhanHoSo": component, "GiayToId": key,
        "DuongDanTepTinKetQua": "", "MaGiayToKetQua": "",
    }


def _handed_in(picture: Picture) -> Iterator[Paper]:
    for paper in picture.papers:
        if paper.source in SOURCES and paper.component not in picture.results:
            yield paper


def _id(picture: Picture, paper: Paper) -> str:
    return f"{picture.dossier.code}.{paper.number}"


def _name(picture: Picture, paper: Paper) -> str:
    declared = picture.names.components.get(paper.component, "")
    return short(paper.file_name or paper.name or declared or paper.component)


def _yes(so: bool) -> str:
    return "yes" if so else "no"
