"""Seen (chữ ký đã thấy): one signature of a PDF, who made it and whether it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

VALID = "valid"
#: Characters of a name that are kept.
_LONGEST = 300
#: What can be said of a signature: its code, in Vietnamese, in English.
STATUSES: Mapping[str, tuple[str, str]] = {
    VALID: ("hợp lệ", "valid"),
    "unchecked": (
        "còn nguyên vẹn, chưa khai báo tổ chức chứng thực nào để kiểm",
        "whole, but no authority is configured to check its certificate against",
    ),
    "altered": ("nội dung đã bị sửa sau khi ký", "the content was changed after it was signed"),
    "extended": (
        "tệp được ghi thêm sau khi ký, ngoài những gì chữ ký cho phép",
        "more was written behind it than the signature allows",
    ),
    "unknown-ca": (
        "chứng thư không do tổ chức chứng thực được tin cậy cấp",
        "its certificate comes from no authority that is trusted here",
    ),
    "expired": ("chứng thư đã hết hạn khi ký", "its certificate had expired when it was made"),
    "not-yet-valid": (
        "chứng thư chưa có hiệu lực khi ký", "its certificate was not yet valid when it was made",
    ),
    "revoked": ("chứng thư đã bị thu hồi", "its certificate was revoked"),
    "untrusted": ("chứng thư không dùng để ký được", "its certificate is not one for signing"),
    "timestamp": (
        "dấu thời gian không kiểm được", "its time stamp does not hold",
    ),
    "unreadable": ("không đọc được chữ ký", "the signature cannot be read"),
}
#: What was signed is no longer what stands there.
_BROKEN = frozenset({"altered", "extended"})


@dataclass(frozen=True)
class Signature:
    """One signature as it was found: by which certificate, when, of which level, and its status.

    `subject` is personal: certificates of persons here hold their identity number. `serial` and
    `fingerprint` (SHA-256) are hexadecimal; `signed_at` is the signer's word, or the time stamp's
    where there is one. `end` is the count of bytes that the signature covers from the file's begin.
    """

    status: str
    subject: str = field(default="", repr=False)
    issuer: str = ""
    serial: str = ""
    fingerprint: str = ""
    signed_at: datetime | None = None
    level: str = "B-B"
    end: int = 0

    def as_data(self) -> dict[str, Any]:
        """Return what is kept and told of the signature as plain data."""
        at = self.signed_at
        return {
            "status": self.status, "subject": _words(self.subject), "issuer": _words(self.issuer),
            "serial": self.serial[:_LONGEST], "level": self.level,
            "signed_at": None if at is None else at.isoformat(),
        }


def told(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a signature with what its status means, in words and plainly.

    `intact` is None where nobody can tell; `trust` is "trusted" for one alone that holds wholly, by
    a certificate under a configured root.
    """
    status = kept["status"]
    vi, en = STATUSES[status]
    intact = None if status == "unreadable" else status not in _BROKEN
    trust = "trusted" if status == VALID else "untrusted"
    return {**kept, "label": vi, "label_en": en, "intact": intact, "trust": trust}


def _words(name: str) -> str:
    """Return a name as far as it is one: whoever makes a certificate may write anything."""
    return "".join(c if c.isprintable() else " " for c in name[:_LONGEST])
