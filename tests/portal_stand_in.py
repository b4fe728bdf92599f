"""A stand-in for the national portal: checks every field, keeps books, fails in every way.

What it demands is written down here by itself, from the field lists of the public adapters, and
not taken from the code under test.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from answering import answering

UNIT, USER, PASSWORD = "000.00.00.H41", "nghean", "bí mật"
TAKEN, WRONG, NO_SESSION, EXISTS, ABSENT = "00", "01", "02", "21", "22"

STATUSES = {str(number) for number in range(1, 11)}
#: From a status to those that may follow; back to one that it had is a correction.
MOVES = {
    "1": "2 3 5 7", "2": "4 5 6 7 8", "3": "", "4": "5 6 7 8 9", "5": "2 4 7 8", "6": "4 7 8",
    "7": "", "8": "", "9": "10", "10": "",
}
DAY = r"(?:20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d)"
_TEXT, _MUST, _DATE, _DATE_MUST = r"(?s).{0,1000}", r"(?s)\S.{0,999}", f"(?:{DAY})?", DAY

#: Field -> pattern of its text, or the fields of each item of its list.
STEP: Mapping[str, Any] = {
    "MaHoSo": _MUST, "NguoiXuLy": _MUST, "ChucDanh": _TEXT, "ThoiDiemXuLy": _DATE_MUST,
    "PhongBanXuLy": _MUST, "NoiDungXuLy": _MUST, "TrangThai": "|".join(STATUSES),
    "NgayBatDau": _DATE_MUST, "NgayKetThucTheoQuyDinh": _DATE,
}
DOSSIER: Mapping[str, Any] = {
    "MaHoSo": _MUST, "MaTTHC": _MUST, "TenTTHC": _MUST, "MaLinhVuc": _MUST, "TenLinhVuc": _MUST,
    "KenhThucHien": "[123]", "SoGiayToChuHoSo": _TEXT, "ChuHoSo": _MUST, "LoaiDoiTuong": "[1234]",
    "MaDoiTuong": _TEXT, "ThongTinKhac": _TEXT, "Email": _TEXT, "Fax": _TEXT,
    "SoDienThoai": _TEXT, "TrichYeuHoSo": _MUST, "NgayTiepNhan": _DATE, "NgayHenTra": _DATE,
    "TrangThaiHoSo": "|".join(STATUSES), "NgayTra": _DATE, "ThongTinTra": _TEXT,
    "HinhThuc": "[012]?", "NgayKetThucXuLy": _DATE, "DonViXuLy": _MUST, "GhiChu": _TEXT,
    "NoiNopHoSo": _TEXT, "HoSoCoThanhPhanSoHoa": "[01]", "TaiKhoanDuocXacThucVoiVNeID": "[01]",
    "DuocThanhToanTrucTuyen": "[012]", "NgayTuChoi": _DATE, "NgayNopHoSo": _DATE_MUST,
    "DinhDanhCHS": {"LoaiDinhDanh": _MUST, "SoDinhDanh": _MUST}, "DSKetNoiCSDL": {"MaCSDL": _MUST},
    "TaiLieuNop": dict.fromkeys((
        "TepDinhKemId", "TenTepDinhKem", "IsDeleted", "MaThanhPhanHoSo", "DuongDanTaiTepTin",
        "DuocSoHoa", "DuocTaiSuDung", "DuocLayTuKhoDMQG", "MaKetQuaThayThe"), _TEXT),
    "DanhSachLePhi": {"TenPhiLePhi": _MUST, "MaPhiLePhi": _TEXT, "HinhThucThu": "[1234]?",
                      "Gia": r"[1-9]\d*", "LoaiPhiLePhi": _TEXT},
    "DanhSachTepDinhKemKhac": {"TenGiayTo": _MUST, "SoLuong": r"\d+", "LoaiGiayTo": _TEXT},
    "DanhSachHoSoBoSung": {
        "HoSoBoSungId": _MUST, "NguoiYeuCauBoSung": _MUST, "NoiDungBoSung": _MUST,
        "NgayBoSung": _DATE_MUST, "NguoiTiepNhanBoSung": _TEXT, "ThongTinTiepNhan": _TEXT,
        "NgayTiepNhanBoSung": _DATE, "TrangThaiBoSung": "[01]",
        "DanhSachGiayToBoSung": {"TenGiayTo": _MUST}, "DanhSachLePhiBoSung": {},
        "NgayHenTraTruoc": _DATE, "NgayHenTraMoi": _DATE,
    },
    "DanhSachGiayToKetQua": {"TenGiayTo": _MUST, "MaThanhPhanHoSo": _TEXT, "GiayToId": _MUST,
                             "DuongDanTepTinKetQua": _TEXT, "MaGiayToKetQua": _TEXT},
}
#: Status -> the dates that it needs.
NEEDED = {
    "2": ("NgayTiepNhan",), "4": ("NgayTiepNhan",), "6": ("NgayTiepNhan",),
    "3": ("NgayTuChoi", "NgayKetThucXuLy"), "7": ("NgayKetThucXuLy",),
    "8": ("NgayKetThucXuLy",), "9": ("NgayTiepNhan", "NgayKetThucXuLy"),
    "10": ("NgayTiepNhan", "NgayKetThucXuLy", "NgayTra"),
}


def faults(item: Any, shape: Mapping[str, Any], place: str = "") -> list[str]:
    """Everything that is wrong with one item, field by field."""
    if not isinstance(item, dict):
        return [f"{place}: not an object"]
    found = [f"{place}{name}: missing" for name in shape.keys() - item.keys()]
    found += [f"{place}{name}: unknown" for name in item.keys() - shape.keys()]
    for name, wanted in shape.items():
        value = item.get(name)
        if isinstance(wanted, dict):
            if not isinstance(value, list):
                found.append(f"{place}{name}: not a list")
            else:
                found += [f for i, x in enumerate(value)
                          for f in faults(x, wanted, f"{place}{name}[{i}].")]
        elif not isinstance(value, str) or not re.fullmatch(wanted, value):
            found.append(f"{place}{name}: {value!r}")
        elif value and wanted in (_DATE, _DATE_MUST):
            datetime.strptime(value, "%Y%m%d%H%M%S")  # noqa: DTZ007 - a real day
    return found


def dossier_faults(item: Any) -> list[str]:
    """Everything that is wrong with one item of DongBoHoSoMC."""
    found = faults(item, DOSSIER)
    if found:
        return found
    needed = NEEDED.get(item["TrangThaiHoSo"], ())
    found += [f"{name}: needed in status {item['TrangThaiHoSo']}" for name in needed
              if not item[name]]
    if item["NgayTiepNhan"] and item["NgayTiepNhan"] < item["NgayNopHoSo"]:
        found.append("NgayTiepNhan: before NgayNopHoSo")
    if item["TrangThaiHoSo"] in ("9", "10") and not item["DanhSachGiayToKetQua"]:
        found.append("DanhSachGiayToKetQua: empty")
    if item["TrangThaiHoSo"] == "5" and not item["DanhSachHoSoBoSung"]:
        found.append("DanhSachHoSoBoSung: empty")
    if item["TrangThaiHoSo"] == "6" and not item["DanhSachLePhi"]:
        found.append("DanhSachLePhi: empty")
    return found


class Portal:
    """The portal's books; `fail` names what goes wrong with the next calls, one each."""

    def __init__(self) -> None:
        self.dossiers: dict[str, dict[str, Any]] = {}
        self.states: dict[str, list[str]] = {}
        self.steps: dict[str, list[dict[str, Any]]] = {}
        self.calls: list[dict[str, Any]] = []
        self.refusals: list[str] = []
        self.repeated = 0
        self.logins = 0
        self.base = ""
        self.sessions: set[str] = set()
        self.refusing: dict[str, str] = {}  # dossier -> the portal's own words
        self._failing: list[str] = []
        self._lock = threading.Lock()

    def fail(self, *names: str) -> None:
        """Let the next calls fail, one after the other, by name."""
        self._failing.extend(names)

    def fail_no_more(self) -> None:
        """Let every call go well again."""
        self._failing.clear()

    def next_failure(self) -> str:
        return self._failing.pop(0) if self._failing else ""

    def statuses(self, dossier: str) -> list[str]:
        """The statuses of which the portal was told, in order."""
        return [step["TrangThai"] for step in self.steps.get(dossier, [])]

    def login(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self.logins += 1
        if (body.get("username"), body.get("password")) != (USER, PASSWORD):
            return {"error_code": "03", "error_message": "Sai mật khẩu"}
        session = f"phiên-{self.logins}"
        self.sessions.add(session)
        return {"error_code": TAKEN, "result": {"session": session}}

    def take(self, body: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            if body.get("session") not in self.sessions:
                return {"error_code": NO_SESSION, "error_message": "Phiên hết hạn"}
            code, words = self._taken(body)
            if code not in (TAKEN, EXISTS, ABSENT):
                self.refusals.append(words)
            return {"error_code": code, "error_message": words}

    def _taken(self, body: Mapping[str, Any]) -> tuple[str, str]:
        self.calls.append(dict(body))
        if body.keys() != {"session", "service", "isUpdating", "madonvi", "data"}:
            return WRONG, f"envelope: {sorted(body)}"
        if body["isUpdating"] not in ("True", "False") or body["madonvi"] != UNIT:
            return WRONG, f"isUpdating or madonvi: {body['isUpdating']}, {body['madonvi']}"
        if not isinstance(body["data"], list) or not body["data"]:
            return WRONG, "data: empty"
        take = {"DongBoHoSoMC": self._sync, "CapNhatTienDoHoSoMC": self._progress}
        if body["service"] not in take:
            return WRONG, f"service: {body['service']}"
        return take[body["service"]](body["data"], body["isUpdating"] == "True")

    def _sync(self, data: list[Any], updating: bool) -> tuple[str, str]:
        for item in data:
            if found := dossier_faults(item):
                return WRONG, "; ".join(found)
            code = item["MaHoSo"]
            if code in self.refusing:
                return WRONG, self.refusing[code].format(**item)
            if updating != (code in self.dossiers):
                return (ABSENT, "Chưa có hồ sơ") if updating else (EXISTS, "Đã có hồ sơ")
            self.dossiers[code] = item
            self.states.setdefault(code, []).append(item["TrangThaiHoSo"])
        return TAKEN, ""

    def _progress(self, data: list[Any], _: bool) -> tuple[str, str]:
        for item in data:
            if found := faults(item, STEP):
                return WRONG, "; ".join(found)
            code = item["MaHoSo"]
            if code not in self.dossiers:
                return ABSENT, "Chưa có hồ sơ"
            steps = self.steps.setdefault(code, [])
            if item in steps:
                self.repeated += 1
                continue
            had = [step["TrangThai"] for step in steps]
            then = item["TrangThai"]
            if had and then not in MOVES[had[-1]].split() and then not in had:
                return WRONG, f"TrangThai: {then} after {had[-1]}"
            if steps and item["ThoiDiemXuLy"] < steps[-1]["ThoiDiemXuLy"]:
                return WRONG, "ThoiDiemXuLy: earlier than the last"
            steps.append(item)
        return TAKEN, ""


#: What goes wrong without the call being read: content, status, headers.
_SAID: Mapping[str, tuple[bytes, int, Mapping[str, str]]] = {
    "500": ('{"error_message": "Lỗi hệ thống"}'.encode(), 500, {}),
    "429": (b"{}", 429, {"Retry-After": "7"}),
    "garbage": (b"<html>Bao tri</html>", 200, {}),
    "no-code": (b'{"status": "ok"}', 200, {}),
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    portal: Portal
    done: threading.Event

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/login":
            self._answer(self.portal.login(body))
            return
        failure = self.portal.next_failure()
        if failure in _SAID:
            self._raw(*_SAID[failure])
        elif failure in ("hang", "drop"):
            self.done.wait(30 if failure == "hang" else 0)
            self.close_connection = True
        else:
            self._take(body, failure)

    def _take(self, body: Mapping[str, Any], failure: str) -> None:
        if failure in ("wrong-session", "401"):
            self.portal.sessions.clear()
        if failure == "slow":
            time.sleep(1)
        answer = self.portal.take(body)
        if failure == "lost":
            self.close_connection = True
        else:
            self._answer(answer, 401 if failure == "401" else 200)

    def _answer(self, body: Mapping[str, Any], status: int = 200) -> None:
        self._raw(json.dumps(body, ensure_ascii=False).encode(), status)

    def _raw(
        self, content: bytes, status: int = 200, headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def portal_running() -> Iterator[Portal]:
    """Serve the portal on a free port of this machine until the block ends."""
    portal, done = Portal(), threading.Event()
    handler = type("Handler", (_Handler,), {"portal": portal, "done": done})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    with answering(server) as portal.base:
        try:
            yield portal
        finally:
            done.set()


def portal_file(folder: Path, base: str, more: str = "", top: str = "") -> Path:
    """Write an operator's file for the stand-in and return its path."""
    path = folder / "portal.toml"
    path.write_text(f"""\
url = "{base}/share"
madonvi = "{UNIT}"
private = true
{top}
[login]
url = "{base}/login"
session = "result.session"
body = {{ username = "{USER}", password = "env:PORTAL_PASSWORD" }}

[answer]
exists = ["{EXISTS}"]
absent = ["{ABSENT}"]
session = ["{NO_SESSION}"]

[sectors]
"Thử" = "G00-TH01"
{more}
""", encoding="utf-8")
    return path
