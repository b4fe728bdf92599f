"""Routes of the register of dossiers (sổ theo dõi hồ sơ): as JSON, XLSX, page and PDF."""

from __future__ import annotations

from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Response, request
from marshmallow import RAISE

from api.cursors import a_moment, a_number, cut, read_cursor
from api.performing import actor, answer, services
from api.routes.blueprints import Room
from api.routes.papers import MEDIA, recorded
from api.schemas.papers import RegisterPage, RegisterQuery
from api.views import register_item
from engine.office.printing import Printed
from engine.office.registers import need_register
from engine.papers import book
from engine.papers.bound import bound_register, register_title
from engine.papers.page import page
from engine.paperwork import PrintRegister

blueprint = Room("register", __name__, description="Register of dossiers (sổ theo dõi hồ sơ)")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Bytes of a sheet that stay in memory; a longer one goes through a file.
_SPOOLED, _PIECE = 5_000_000, 65_536


@blueprint.get("/register")
@blueprint.arguments(RegisterQuery, location="query", unknown=RAISE)
@blueprint.response(200, RegisterPage)
@blueprint.look(422, 501)
def register(query: dict[str, Any]) -> Response:
    """Show the register of an agency to its own officials (sổ theo dõi hồ sơ).

    Each PDF is a printing: an entry of the agency's register keeps its hash.
    """
    need_register(query["agency"], actor())
    span = book.Span(query["agency"], query["since"], query["until"])
    now = services().clock.now()
    match query["format"]:
        case "json":
            return _json(span, now, query)
        case "xlsx":
            return _sheet(span, now)
        case "pdf" if request.method == "HEAD":  # asked what it would be: nothing leaves
            return _file(Response(content_type=MEDIA["pdf"]), span, "pdf")
        case "pdf":
            return _printed(span)
        case _:
            return _page(span, now)


def _json(span: book.Span, now: datetime, query: dict[str, Any]) -> Response:
    size = query["limit"]
    place = read_cursor(query.get("cursor"), a_moment, str, a_number)
    after = ((datetime.fromisoformat(place[0]), place[1]), int(place[2])) if place else None
    with services().store.reading() as connection:
        found = book.lines(connection, span, now, after, size + 1)
    shown, following = cut(found, size, lambda line: (
        line.dossier.registered_at.isoformat(), line.dossier.code, str(line.number)))
    return answer({
        "agency": span.agency, "items": [register_item(line) for line in shown],
        "next": following,
    })


def _sheet(span: book.Span, now: datetime) -> Response:
    from engine.papers.sheet import write_sheet  # large, and seldom asked for

    out: IO[bytes] = SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115 - closed with the answer
    with services().store.snapshot() as connection:
        title = register_title(connection, span)
        write_sheet(out, title, map(book.cells, book.every(connection, span, now)))
    out.seek(0)
    pieces = iter(lambda: out.read(_PIECE), b"")
    response = _file(Response(pieces, content_type=_XLSX), span, "xlsx")
    response.call_on_close(out.close)
    return response


def _printed(span: book.Span) -> Response:
    printed = services().office.execute(PrintRegister(span.agency, span.since, span.until), actor())
    assert isinstance(printed, Printed)  # noqa: S101 - what the office answers to this command
    response = Response(printed.content, content_type=MEDIA["pdf"])
    return recorded(_file(response, span, "pdf"), printed)


def _page(span: book.Span, now: datetime) -> Response:
    with services().store.snapshot() as connection:
        html = page("register", bound_register(connection, span, now, actor().name))
    response = Response(html, content_type="text/html; charset=utf-8")
    # The page carries its own style and mark, and must run and fetch nothing.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response.headers["Cache-Control"] = "no-store"
    return response


def _file(response: Response, span: book.Span, kind: str) -> Response:
    days: tuple[date, date] = span.since, span.until
    name = f"register-{days[0]:%Y%m%d}-{days[1]:%Y%m%d}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
