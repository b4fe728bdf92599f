"""How values are written to the portal (cách ghi): moments, texts with a longest length."""

from __future__ import annotations

from datetime import datetime

from engine.clock import local

#: Characters of a summary (TrichYeuHoSo); other free texts are held to the same.
LONGEST = 1_000


def moment(at: datetime | None) -> str:
    """Return an instant as yyyyMMddHHmmss on a wall in Viet Nam, empty for none."""
    return "" if at is None else f"{local(at):%Y%m%d%H%M%S}"


def short(*parts: object) -> str:
    """Return the texts among the parts in one line, cut to the longest length."""
    lines = (" ".join(part.split()) for part in parts if isinstance(part, str))
    said = ". ".join(line for line in lines if line)
    return said if len(said) <= LONGEST else f"{said[:LONGEST - 1]}…"
