"""Words (lời văn): instants, money, channels and verdicts as Vietnamese papers write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from engine.clock import local

#: Left to be filled in by hand.
BLANK = "…………………………"
CHANNELS: Mapping[str, str] = {
    "direct": "Trực tiếp", "online": "Trực tuyến", "postal": "Bưu chính công ích",
}
VERDICTS: Mapping[str, str] = {
    "early": "Trước hạn", "on_time": "Đúng hạn", "near_due": "Sắp đến hạn", "late": "Quá hạn",
    "uncounted": "Không tính hạn", "cancelled": "Không thực hiện",
}
ROLES: Mapping[str, str] = {
    "one_stop_officer": "Bộ phận một cửa", "division_head": "Lãnh đạo phòng",
    "specialist": "Chuyên viên", "leader": "Lãnh đạo cơ quan", "records_clerk": "Văn thư",
    "office_head": "Lãnh đạo văn phòng",
}
_SEATS = re.compile(
    r"(?:UBND|Ủy ban nhân dân|Uỷ ban nhân dân) "
    r"(?:xã|phường|thị trấn|đặc khu|tỉnh|thành phố|huyện|quận|thị xã) (.+)", re.IGNORECASE,
)


def moment(at: datetime | None) -> str:
    """Return an instant as a sentence has it: `08 giờ 20 phút, ngày 09/11/2026`."""
    return f"{local(at):%H giờ %M phút, ngày %d/%m/%Y}" if at else ""


def brief(at: datetime | None) -> str:
    """Return an instant as a cell of a table has it: `08:20 09/11/2026`."""
    return f"{local(at):%H:%M %d/%m/%Y}" if at else ""


def place_and_day(agency: str, at: datetime) -> str:
    """Return the line over the signatures; a seat that the agency's name does not tell is blank."""
    seat = _SEATS.fullmatch(agency)
    day = local(at)
    return f"{seat[1] if seat else BLANK}, ngày {day:%d} tháng {day:%m} năm {day:%Y}"


def article(text: str) -> str:
    """Return an article as a citizen reads it: `Nghị định 118/2025/NĐ-CP Điều 17.2a`."""
    text = re.sub(r"\bNĐ (\d+/\d{4})(?!/)", r"Nghị định \1/NĐ-CP", text)
    text = re.sub(r"\bTT (\d+/\d{4})(?!/)", r"Thông tư \1/TT-VPCP", text)
    return re.sub(r"\bĐ(\d)", r"Điều \1", text)


def day(on: date) -> str:
    """Return a day as Vietnamese papers write it."""
    return f"{on:%d/%m/%Y}"


def money(amount: int) -> str:
    """Return an amount of đồng: `1.250.000 đồng`."""
    return f"{amount:,} đồng".replace(",", ".")


def verdict(standing: str, *, ended: bool) -> str:
    """Return what a clock shows in words; what still runs in time is not yet called on time."""
    return "Trong hạn" if standing == "on_time" and not ended else VERDICTS[standing]


def printable(value: object) -> str:
    """Return a value as text without what XML and paper cannot hold."""
    text = "" if value is None else str(value)
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and c < "\ufffe")).strip()
