"""QR codes (mã QR) of dossier codes: what the public lookup takes, as SVG and as PNG."""

from __future__ import annotations

from io import BytesIO

import segno


def svg(code: str) -> str:
    """Return the QR code of a dossier code as an SVG element that a page takes as it is."""
    return segno.make(code, error="m", micro=False).svg_inline(scale=3, border=2)


def png(code: str) -> bytes:
    """Return the QR code of a dossier code as a PNG picture, the same bytes each time."""
    out = BytesIO()
    segno.make(code, error="m", micro=False).save(out, kind="png", scale=8, border=2)
    return out.getvalue()
