"""The body of DongBoHoSoMC (đồng bộ hồ sơ): the whole of a dossier, as it stood at one entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.errors import Invalid
from engine.law.standing import Charge
from engine.links.portal.configuration import Portal, Procedure
from engine.links.portal.paper_lists import digitised, others, results, submitted
from engine.links.portal.picture import Picture, Step
from engine.links.portal.progress_body import agency_name
from engine.links.portal.supplements import supplements
from engine.links.portal.written import moment, short


def dossier_body(picture: Picture, portal: Portal) -> dict[str, Any]:
    """Return the item of DongBoHoSoMC; raise Invalid where the operator's file lacks a code."""
    return {
        **_procedure(picture, portal), **_applicant(picture, portal),
        **_course(picture, portal), **_ending(picture, portal), **_lists(picture, portal),
    }


def _procedure(picture: Picture, portal: Portal) -> dict[str, Any]:
    dossier, names = picture.dossier, picture.names
    known = portal.procedures.get(dossier.procedure, Procedure())
    name = known.name or names.procedure or dossier.procedure
    return {
        "MaHoSo": dossier.code, "MaTTHC": known.code or dossier.procedure, "TenTTHC": name,
        "MaLinhVuc": known.sector or _sector(picture, portal), "TenLinhVuc": names.sector,
        "KenhThucHien": portal.codes["channel"][dossier.channel],
        "LoaiDoiTuong": portal.codes["object"][known.object],
        "TrichYeuHoSo": short(name, picture.applicant.get("name")),
        "NoiNopHoSo": portal.given["NoiNopHoSo"],
    }


def _sector(picture: Picture, portal: Portal) -> str:
    name = picture.names.sector
    if name not in portal.sectors:
        raise Invalid(
            f"Cấu hình Cổng chưa có mã lĩnh vực của «{name}» (thủ tục "
            f"{picture.dossier.procedure}); hãy thêm vào [sectors] rồi gửi lại.",
            f"The portal's file lacks the sector {name!r} ({picture.dossier.procedure}); add it to "
            "[sectors], then re-drive.", code="portal-sector",
        )
    return portal.sectors[name]


def _applicant(picture: Picture, portal: Portal) -> dict[str, Any]:
    who = picture.applicant
    number = who.get("id_number") or ""
    kind = portal.codes["identity"][_identity(number)]
    shown = bool(number) and kind != ""
    return {
        "SoGiayToChuHoSo": number, "ChuHoSo": who.get("name") or "",
        "MaDoiTuong": portal.given["MaDoiTuong"], "ThongTinKhac": short(who.get("address")),
        "Email": who.get("email") or "", "Fax": portal.given["Fax"],
        "SoDienThoai": who.get("phone") or "",
        "TaiKhoanDuocXacThucVoiVNeID": portal.given["TaiKhoanDuocXacThucVoiVNeID"],
        "DinhDanhCHS": [{"LoaiDinhDanh": kind, "SoDinhDanh": number}] if shown else [],
    }


def _identity(number: str) -> str:
    """Return the kind of a number: 12 digits, the 9 of the old card, or a passport's."""
    if number.isdecimal():
        return "citizen_id" if len(number) == 12 else "old_id"
    return "passport"


def _course(picture: Picture, portal: Portal) -> dict[str, Any]:
    dossier, standing = picture.dossier, picture.standing
    return {
        "NgayNopHoSo": moment(dossier.registered_at), "NgayTiepNhan": moment(_received_at(picture)),
        "NgayHenTra": moment(standing.due),
        "TrangThaiHoSo": portal.codes["status"][standing.status],
        "NgayTuChoi": moment(_refused_at(picture)),
        "NgayKetThucXuLy": moment(standing.settled_at or standing.ended_at),
        "DonViXuLy": agency_name(picture, dossier.competent_agency, portal),
        "HoSoCoThanhPhanSoHoa": digitised(picture, portal),
        "DuocThanhToanTrucTuyen": portal.codes["paid_online"][_paid_online(picture)],
    }


def _received_at(picture: Picture) -> datetime | None:
    """Return when the dossier was accepted, or else first stood as received: status 2 has a day."""
    stood = (s.at for s in picture.steps if s.standing.status in ("received", "in_process"))
    return picture.standing.accepted_at or next(stood, None)


def _refused_at(picture: Picture) -> datetime | None:
    standing = picture.standing
    if standing.status == "not_accepted":
        return standing.ended_at
    return standing.settled_at if standing.result == "refused" else None


def _ending(picture: Picture, portal: Portal) -> dict[str, Any]:
    standing = picture.standing
    given = picture.step_of("return", standing.returned_at) if standing.returned_at else None
    how = given.content.get("how") if given else None
    closing = next((s for s in picture.steps if s.at == (standing.ended_at or standing.settled_at)),
                   None)
    return {
        "NgayTra": moment(standing.returned_at),
        "ThongTinTra": short(given.content.get("note")) if given else "",
        "HinhThuc": portal.codes["return"].get(str(how), ""),
        "GhiChu": short(closing.content.get("reason")) if closing and closing.acts else "",
    }


def _lists(picture: Picture, portal: Portal) -> dict[str, Any]:
    return {
        "DSKetNoiCSDL": [], "TaiLieuNop": submitted(picture, portal),
        "DanhSachTepDinhKemKhac": others(picture),
        "DanhSachLePhi": [_fee(picture, portal, charge) for charge in picture.standing.charges],
        "DanhSachHoSoBoSung": supplements(picture, portal),
        "DanhSachGiayToKetQua": results(picture),
    }


def _payment(picture: Picture, charge: Charge) -> Step | None:
    return picture.step_of("record-payment", charge.paid_at) if charge.paid_at else None


def _fee(picture: Picture, portal: Portal, charge: Charge) -> dict[str, Any]:
    asked = picture.step_of("request-payment", charge.asked_at)
    paid = _payment(picture, charge)
    method = paid.content.get("method") if paid else None
    return {
        "TenPhiLePhi": short(asked.content.get("reason") if asked else None) or "Phí, lệ phí",
        "MaPhiLePhi": portal.given["MaPhiLePhi"],
        "HinhThucThu": portal.codes["collect"].get(str(method), ""),
        "Gia": str(charge.amount), "LoaiPhiLePhi": portal.given["LoaiPhiLePhi"],
    }


def _paid_online(picture: Picture) -> str:
    paid = [_payment(picture, charge) for charge in picture.standing.charges]
    return "yes" if any(p and p.content.get("method") == "online" for p in paid) else "no"
