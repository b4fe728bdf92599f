"""Refusing (từ chối tệp): the bounds of a file, and the one error that says what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Fault, Invalid


@dataclass(frozen=True)
class Bounds:
    """How much one file may hold: bytes, pixels of a picture, unpacked bytes, parts inside."""

    size: int = 20_000_000
    pixels: int = 80_000_000
    unpacked: int = 200_000_000
    parts: int = 2_000


class Refusal(Invalid):
    """The file cannot be taken; `code` says why for machines."""

    def __init__(self, code: str, vi: str, en: str, **facts: object) -> None:
        super().__init__(vi, en, [Fault("/file", code, vi, en)], code=code, **facts)


def broken(kind: str, why: str) -> Refusal:
    """Return the refusal of a file that begins like its kind and is not whole."""
    return Refusal(
        "file-broken",
        f"Tệp {kind} bị hỏng hoặc không đúng chuẩn ({why}); hãy quét hoặc lưu lại.",
        f"The {kind} file is broken or not of its format ({why}); scan or save it again.",
    )


def active(kind: str, what: str) -> Refusal:
    """Return the refusal of a file that would do something when it is opened."""
    return Refusal(
        "file-active",
        f"Tệp {kind} có nội dung tự chạy hoặc nhúng tệp khác ({what}); hãy in lại ra PDF thường.",
        f"The {kind} file has active or embedded content ({what}); print it to a plain PDF.",
        found=what,
    )


def two_faced(kind: str) -> Refusal:
    """Return the refusal of a file that is of two formats at once."""
    return Refusal(
        "file-two-faced",
        f"Tệp {kind} còn chứa dữ liệu của định dạng khác ở sau; hãy quét hoặc lưu lại.",
        f"The {kind} file holds data of another format behind it; scan or save it again.",
    )


def too_many_pixels(width: int, height: int, most: int) -> Refusal:
    """Return the refusal of a picture that would take too much memory to open."""
    return Refusal(
        "image-too-large",
        f"Ảnh {width} x {height} điểm, nhiều hơn {most:,} điểm; hãy quét ở độ phân giải thấp hơn.",
        f"The picture has {width} x {height} pixels, more than {most:,}; scan it at a lower "
        "resolution.", width=width, height=height, limit=most,
    )


def too_much_inside(most: int) -> Refusal:
    """Return the refusal of a file that grows beyond bounds when it is unpacked."""
    return Refusal(
        "file-bomb",
        f"Tệp nén bung ra quá lớn hoặc quá nhiều phần (tối đa {most:,} byte).",
        f"The file unpacks to too much or too many parts (at most {most:,} bytes).", limit=most,
    )
