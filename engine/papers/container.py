"""DOCX containers (tệp DOCX): bounded before they are opened, and written in one way only."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from engine.errors import Conflict

#: What a template may hold, in bytes and files; a page with a coat of arms needs a hundredth.
MOST_BYTES, MOST_UNPACKED, MOST_FILES = 5_000_000, 50_000_000, 1_000
_MAIN = "word/document.xml"
#: The first moment that a ZIP can write.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def need_docx(content: bytes, name: str) -> None:
    """Raise Conflict, naming the file, unless the content is a DOCX within its bounds."""
    try:
        with ZipFile(BytesIO(content)) as kept:
            infos = kept.infolist()
            fits = (
                len(content) <= MOST_BYTES and len(infos) <= MOST_FILES
                and sum(info.file_size for info in infos) <= MOST_UNPACKED
            )
            whole = _MAIN in kept.namelist()
    except (BadZipFile, ValueError, NotImplementedError) as error:
        fits, whole = True, False
        reason = str(error)
    else:
        reason = f"{_MAIN} is not in it"
    if not fits:
        raise Conflict(
            f"Mẫu in {name} quá lớn: nhiều nhất {MOST_BYTES} byte, {MOST_FILES} tệp bên trong.",
            f"The template {name} is too large: at most {MOST_BYTES} bytes, {MOST_FILES} files.",
            code="template-broken", file=name,
        )
    if not whole:
        raise Conflict(
            f"Mẫu in {name} không phải tệp DOCX; hãy lưu lại bằng trình soạn thảo văn bản.",
            f"The template {name} is no DOCX file ({reason}); save it again as DOCX.",
            code="template-broken", file=name,
        )


def steady(content: bytes) -> bytes:
    """Return a DOCX whose bytes depend on its content alone, not on when it was written."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as kept, ZipFile(out, "w", ZIP_DEFLATED) as written:
        for info in kept.infolist():
            same = ZipInfo(info.filename, _NO_TIME)
            same.compress_type, same.external_attr = ZIP_DEFLATED, 0o600 << 16
            written.writestr(same, kept.read(info))
    return out.getvalue()
