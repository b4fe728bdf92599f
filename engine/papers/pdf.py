"""PDF (bản in): our pages through weasyprint, the same bytes for the same page."""

from __future__ import annotations

import logging
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import Any, NoReturn

from engine.errors import NotInstalled

#: What a Debian or Ubuntu server lacks when weasyprint cannot start.
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation"


def need_pdf() -> None:
    """Raise NotInstalled, saying what to install, where PDF cannot be made on this machine."""
    _weasyprint()


def pdf(html: str, mark: str = "") -> bytes:
    """Return a page as PDF, with a mark in hexadecimal as the file's identifier.

    Raises NotInstalled where the libraries of the system are absent.
    """
    weasyprint = _weasyprint()
    out = BytesIO()
    weasyprint.HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(
        out, pdf_identifier=bytes.fromhex(mark) or sha256(html.encode()).digest()[:16],
    )
    return out.getvalue()


@cache
def _weasyprint() -> Any:
    # Imported when it is asked for: everything else works without the system's libraries.
    try:
        import weasyprint
    except (OSError, ImportError) as error:
        raise NotInstalled(
            "Máy chủ chưa có thư viện để in PDF; quản trị viên hãy cài (Debian, Ubuntu): "
            f"apt install {PACKAGES}. Trong lúc chờ, bản DOCX vẫn in được.",
            "This server lacks the libraries that PDF needs; the administrator installs them "
            f"(Debian, Ubuntu): apt install {PACKAGES}. Meanwhile DOCX can be had.",
            code="pdf-not-installed", packages=PACKAGES.split(), reason=str(error)[:200],
        ) from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    return weasyprint


def _fetch_nothing(url: str, **_: object) -> NoReturn:
    """Refuse every address: a page of ours needs none."""
    msg = f"a paper takes nothing from elsewhere: {url[:200]}"
    raise ValueError(msg)
