"""Bounds of examinations (giới hạn soát): time, memory and sizes from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from engine.errors import Invalid
from engine.flow.limits import Bounds, Limits, TableLimits
from engine.inspection import Bounds as FileBounds
from engine.links.paper_links import HOURS

SECONDS, MEGABYTES = "MOTCUA_EXAMINATION_SECONDS", "MOTCUA_EXAMINATION_MEGABYTES"
#: Least and most that can be asked for: a request is given up after a minute.
_RANGES = {SECONDS: (1, 50), MEGABYTES: (64, 65_536)}
#: What one diagram may hold: bytes, flow nodes, nesting of its XML, characters of a name.
BYTES, NODES = "MOTCUA_DIAGRAM_BYTES", "MOTCUA_DIAGRAM_NODES"
NESTING, NAME = "MOTCUA_DIAGRAM_NESTING", "MOTCUA_DIAGRAM_NAME"
_RANGES |= {BYTES: (1_000, 2_000_000), NODES: (10, 50_000), NESTING: (10, 250),
            NAME: (20, 100_000)}
#: What one DMN file may hold: bytes, rules, nesting of its XML; columns of one table.
TABLE_BYTES, TABLE_RULES = "MOTCUA_DECISION_BYTES", "MOTCUA_DECISION_RULES"
TABLE_COLUMNS, TABLE_NESTING = "MOTCUA_DECISION_COLUMNS", "MOTCUA_DECISION_NESTING"
_RANGES |= {TABLE_BYTES: (1_000, 2_000_000), TABLE_RULES: (10, 10_000), TABLE_COLUMNS: (2, 500),
            TABLE_NESTING: (10, 250)}
#: What one file of a paper may hold: bytes, and pixels where it is a picture.
FILE_BYTES, PIXELS = "MOTCUA_FILE_BYTES", "MOTCUA_IMAGE_PIXELS"
_RANGES |= {FILE_BYTES: (10_000, 500_000_000), PIXELS: (1_000_000, 1_000_000_000)}


#: For how many hours the link to a paper in an envelope may be used.
LINK_HOURS = "MOTCUA_LINK_HOURS"
_RANGES |= {LINK_HOURS: (1, 720)}


def link_hold(environ: Mapping[str, str]) -> timedelta:
    """Return how long a link to a paper holds; raise Invalid where a setting is no such number."""
    return timedelta(hours=_number(environ, LINK_HOURS, HOURS))


def bounds(environ: Mapping[str, str]) -> Bounds:
    """Return what one examination may take; raise Invalid where a setting is no such number."""
    usual = Bounds()
    seconds = _number(environ, SECONDS, usual.cpu)
    megabytes = _number(environ, MEGABYTES, usual.megabytes)
    return Bounds(seconds, float(seconds), megabytes, _limits(environ, usual.limits))


def file_bounds(environ: Mapping[str, str]) -> FileBounds:
    """Return what one file may hold; raise Invalid where a setting is no such number."""
    usual = FileBounds()
    return FileBounds(
        _number(environ, FILE_BYTES, usual.size), _number(environ, PIXELS, usual.pixels),
    )


def _limits(environ: Mapping[str, str], usual: Limits) -> Limits:
    return Limits(
        _number(environ, BYTES, usual.size), _number(environ, NODES, usual.nodes),
        _number(environ, NESTING, usual.nesting), _number(environ, NAME, usual.name),
        _table_limits(environ, usual.tables),
    )


def _table_limits(environ: Mapping[str, str], usual: TableLimits) -> TableLimits:
    return TableLimits(
        _number(environ, TABLE_BYTES, usual.size), _number(environ, TABLE_RULES, usual.rules),
        _number(environ, TABLE_COLUMNS, usual.columns),
        _number(environ, TABLE_NESTING, usual.nesting),
    )


def _number(environ: Mapping[str, str], name: str, usual: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return usual
    least, most = _RANGES[name]
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise Invalid(
            f"{name} phải là số nguyên từ {least} đến {most}, hiện là «{text[:40]}».",
            f"{name} must be a whole number from {least} to {most}; it is {text[:40]!r}.",
            code="bounds-unreadable",
        )
    return int(text)
