"""Calendar files (tệp lịch): text, rows and lines of what an office writes down, CSV or JSON.

Every fault is named with its line; nothing is taken from a file that has one.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.errors import Fault, Invalid

#: A line in a CSV file that says that the table is not final, as a draft does.
_PROVISIONAL = re.compile(r"#.*(?:tam tinh|provisional)")


def text_of(path: Path) -> str:
    """Return a file's text; raise Invalid for one that cannot be opened or is no UTF-8 text."""
    try:
        content = path.read_bytes()
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff")
                              else "utf-8-sig")
    except OSError as error:
        raise Invalid(f"Không mở được {path}: {error.strerror}.",
                      f"Cannot open {path}: {error.strerror}.", code="file-unreadable") from error
    except UnicodeDecodeError as error:
        raise Invalid(
            f"{path} không phải tệp văn bản UTF-8; hãy lưu lại dạng “CSV UTF-8”.",
            f"{path} is no UTF-8 text; save it as 'CSV UTF-8'.", code="file-unreadable",
        ) from error


def refused(path: Path, faults: list[Fault]) -> Invalid:
    """Return the refusal of a file with all its faults."""
    return Invalid(
        f"{path} có {len(faults)} chỗ cần sửa; chưa có gì được ghi.",
        f"{path} has {len(faults)} places to mend; nothing was written.", faults,
        code="calendar-file",
    )


def fault(line: int, vi: str, en: str) -> Fault:
    """Return a fault of a line."""
    return Fault(f"dòng {line}", "calendar-file", vi, en)


def json_rows(text: str, path: Path, member: str) -> tuple[list[tuple[int, Any]], dict[str, Any]]:
    """Return the elements of a JSON array, alone or as `member`, with their lines, and the rest."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise refused(path, [fault(line, f"không phải JSON: {error}", f"no JSON: {error}")]) \
            from error
    found = whole.get(member) if isinstance(whole, dict) else whole
    if not isinstance(found, list):
        raise refused(path, [fault(1, f"thiếu danh sách “{member}”", f"the list '{member}' lacks")])
    start = 0
    if isinstance(whole, dict):
        start = max(m.end() for m in re.finditer(rf'"{member}"\s*:', text))
    rest = dict(whole) if isinstance(whole, dict) else {}
    return list(zip(_lines(text, text.index("[", start) + 1), found, strict=False)), rest


def _lines(text: str, at: int) -> Iterator[int]:
    """Yield the line on which each element of an array begins, from behind its bracket."""
    decode = json.JSONDecoder().raw_decode
    while text[at] != "]":
        if text[at].isspace() or text[at] == ",":
            at += 1
            continue
        yield text.count("\n", 0, at) + 1
        at = decode(text, at)[1]


def csv_rows(text: str, path: Path) -> tuple[list[tuple[int, list[str]]], dict[str, Any]]:
    """Return the rows of a CSV text with their lines, the header first, and what remarks say.

    Fields are parted by commas, semicolons or tabs; a line that begins with # is a remark.
    """
    lines = text.splitlines()
    provisional = any(_PROVISIONAL.match(folded(line)) for line in lines)
    # Remarks become empty lines, so that every line keeps its number.
    kept = ["" if line.startswith("#") else line for line in lines]
    head = next((line for line in kept if line.strip()), "")
    reader = csv.reader(io.StringIO("\n".join(kept)), delimiter=max(",;\t", key=head.count))
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise refused(path, [fault(reader.line_num, f"không phải CSV: {error}", f"no CSV: {error}")
                             ]) from error
    return rows, {"provisional": provisional}


def folded(text: str) -> str:
    """Return the text in small letters, without accents and doubled spaces."""
    bare = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


#: Reads one element of a JSON file.
Reader = Callable[[Mapping[str, Any]], Any]


def read_each(path: Path, member: str, read: Reader) -> tuple[Any, ...]:
    """Return what a JSON file's array holds, each element read; raise Invalid naming lines."""
    rows, _ = json_rows(text_of(path), path, member)
    found, faults = [], []
    for line, row in rows:
        try:
            found.append(read(row))
        except Invalid as error:
            faults.append(fault(line, error.vi, error.en))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            faults.append(fault(line, f"thiếu hoặc sai: {error}", f"missing or wrong: {error!r}"))
    if faults or not found:
        raise refused(path, faults or [fault(1, "Tệp rỗng.", "the file is empty")])
    return tuple(found)
