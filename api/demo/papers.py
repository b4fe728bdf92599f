"""The demo's papers (giấy tờ in): every paper of the law that makes sense, in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path

from api.demo.client import Desk, Refused

PAPERS = (
    "receipt", "supplement-request", "refusal", "apology", "stop-notice", "control-slip",
)


def written(codes: Sequence[str], desks: Sequence[Desk], folder: Path) -> Iterator[str]:
    """Print what each dossier has come to, and yield a line for each file."""
    folder.mkdir(parents=True, exist_ok=True)
    for code in codes:
        desk = _printing(code, desks)
        for paper in PAPERS:
            name = _print(desk, code, paper, folder) if desk else None
            if name is not None:
                yield str(folder / name)


def _print(desk: Desk, code: str, paper: str, folder: Path) -> str | None:
    """Write one paper, as DOCX where PDF cannot be made here; None where it makes no sense."""
    for kind in ("pdf", "docx"):
        try:
            content = desk.print_paper(f"/dossiers/{code}/papers/{paper}", kind)
        except Refused as refused:
            if refused.status == HTTPStatus.NOT_IMPLEMENTED:
                continue
            if refused.status == HTTPStatus.CONFLICT:
                return None
            raise
        name = f"{code}-{paper}.{kind}"
        (folder / name).write_bytes(content)
        return name
    return None


def _printing(code: str, desks: Sequence[Desk]) -> Desk | None:
    """Return an official of the one-stop unit that received the dossier."""
    agency = next((seen["receiving_agency"] for seen in _seen(code, desks)), "")
    return next((desk for desk in desks if desk.holds(agency, "one_stop_officer")), None)


def _seen(code: str, desks: Sequence[Desk]) -> Iterator[dict[str, str]]:
    for desk in desks:
        try:
            yield desk.get(f"/dossiers/{code}")
        except Refused:
            continue
