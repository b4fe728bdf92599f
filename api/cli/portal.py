"""`motcua portal` (Cổng DVC quốc gia): check its file, list messages, send a period again."""

from __future__ import annotations

import argparse
from datetime import date, datetime, time, timedelta

from api.cli.arguments import add_place, parser, settings_of, told, whole
from api.cli.parsing import verb as add_verb
from api.places import application_url, portal_of
from api.settings import Settings
from engine.clock import VIETNAM, local
from engine.errors import Invalid
from engine.jobs import wake_portal
from engine.links.portal.configuration import Portal
from engine.store import Store, portal_messages
from engine.store.portal_messages import Period, Seen

STATES = ("waiting", "sent", "dead")


def portal(argv: list[str]) -> int:
    """Look after the portal; return 0, 1 when refused, 2 if asked wrongly."""
    options = _parser().parse_args(argv)
    return told("portal", lambda: int(options.run(options, settings_of(options))))


def _parser() -> argparse.ArgumentParser:
    asked = parser("portal", "Đồng bộ Cổng Dịch vụ công quốc gia (the national portal).")
    verbs = asked.add_subparsers(required=True, metavar="check|list|resend|redrive")
    check = add_verb(verbs, "check", "soát tệp MOTCUA_PORTAL (check the file of that name)")
    check.set_defaults(run=_check)
    listing = add_verb(verbs, "list", "các tin gửi Cổng (messages to the portal)")
    listing.add_argument("--state", choices=STATES,
                         help="đang chờ, đã gửi, chết; mặc định tất cả (by state, else all)")
    listing.add_argument("--limit", type=whole(1, 10_000), default=100, metavar="N",
                         help="nhiều nhất bao nhiêu, mặc định 100 (at most, default 100)")
    listing.set_defaults(run=_list)
    resend = add_verb(verbs, "resend", "gửi lại một kỳ (send a period again)")
    resend.add_argument("--from", dest="since", type=date.fromisoformat, required=True,
                        metavar="DAY", help="từ ngày (from this day on), 2026-11-01")
    resend.add_argument("--to", dest="until", type=date.fromisoformat, required=True,
                        metavar="DAY", help="đến hết ngày (to the end of this day)")
    resend.add_argument("--agency", metavar="CODE", help="chỉ cơ quan tiếp nhận này (this "
                                                         "receiving agency alone)")
    resend.add_argument("--dry-run", action="store_true", help="chỉ đếm (only count)")
    resend.set_defaults(run=_resend)
    redrive = add_verb(verbs, "redrive", "gửi lại một tin chết (try a dead one again)")
    redrive.add_argument("id", type=whole(1, 2**63 - 1), metavar="NUMBER",
                         help="số của tin, xem list (number of the message, see list)")
    redrive.set_defaults(run=_redrive)
    for verb in (check, listing, resend, redrive):
        add_place(verb)
    return asked


def _check(_: argparse.Namespace, settings: Settings) -> int:
    found = _need_portal(settings)
    print(f"{settings.portal}: {found.url}, madonvi {found.unit}")
    return 0


def _list(options: argparse.Namespace, settings: Settings) -> int:
    store = Store(application_url(settings))
    try:
        with store.reading() as connection:
            for one in portal_messages.listed(
                connection, state=options.state, size=options.limit,
            ):
                print(_line(one))
    finally:
        store.close()
    return 0


def _resend(options: argparse.Namespace, settings: Settings) -> int:
    _need_portal(settings)
    if options.until < options.since:
        raise Invalid("--to phải từ ngày --from trở đi.", "--to must not be before --from.",
                      code="bad-period")
    period = Period(_opening(options.since), _opening(options.until + timedelta(days=1)),
                    options.agency)
    store = Store(application_url(settings))
    try:
        with store.unit() as unit:
            again, anew = portal_messages.resend(unit.connection, period)
            if not options.dry_run:
                wake_portal(unit.connection)
                unit.commit()
    finally:
        store.close()
    would = "sẽ gửi lại (would be sent again)" if options.dry_run else "gửi lại (sent again)"
    print(f"{would}: {again}; lần đầu (for the first time): {anew}")
    return 0


def _redrive(options: argparse.Namespace, settings: Settings) -> int:
    _need_portal(settings)
    store = Store(application_url(settings))
    try:
        with store.unit() as unit:
            found = portal_messages.redrive(unit.connection, options.id)
            if found:
                wake_portal(unit.connection)
            unit.commit()
    finally:
        store.close()
    print(f"{options.id}: " + ("chờ gửi (waiting)" if found else "không phải tin chết (not dead)"))
    return 0 if found else 1


def _need_portal(settings: Settings) -> Portal:
    found = portal_of(settings)
    if found is None:
        raise Invalid(
            "Chưa nối Cổng nào: hãy đặt MOTCUA_PORTAL là tệp cấu hình.",
            "There is no portal: set MOTCUA_PORTAL to its file.", code="portal-none",
        )
    return found


def _opening(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=VIETNAM)


def _line(one: Seen) -> str:
    statuses = ">".join(str(code) for code in one.statuses)
    return (
        f"{one.position}  {one.state:<7}  {one.dossier}  {statuses}  {local(one.at):%d/%m/%Y %H:%M}"
        f"  lần thử (tries) {one.tries}" + (f"  {one.failure}" if one.failure else "")
    )
