"""`motcua procedure` (quy trình): versions from the command line, through the same office."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from api.cli.arguments import add_place, parser, settings_of, told
from api.cli.parsing import JSON
from api.cli.parsing import verb as add_verb
from api.cli.person import person_named
from api.uploads import from_paths
from api.wiring import office_of
from engine.clock import local
from engine.commands import (
    ApproveVersion,
    ProcedureCommand,
    PublishVersion,
    RetireVersion,
    SubmitVersion,
    UploadVersion,
)
from engine.office import Office
from engine.office.procedures import version_json
from engine.people import Actor
from engine.store import Store, procedures

_VERBS = {
    "list": "các phiên bản và trạng thái (all versions and how they stand)",
    "upload": "tải lên thành bản thảo mới (upload files as a new draft)",
    "submit": "trình bản thảo để phê duyệt (submit a draft for approval)",
    "approve": "phê duyệt theo quyết định, người khác người trình (approve by decision, as another "
               "person than who submitted)",
    "publish": "ban hành từ một ngày (let it take effect from a day)",
    "retire": "bãi bỏ: không nhận hồ sơ mới, hồ sơ đang chạy giữ nguyên (retire: no new dossiers, "
              "running ones stay)",
}


def procedure(argv: list[str]) -> int:
    """Act on versions as a person of the register; return 0, 1 when refused, 2 if asked wrongly."""
    options = _parser().parse_args(argv)
    return told("procedure", lambda: _run(options))


def _parser() -> argparse.ArgumentParser:
    asked = parser("procedure", "Phiên bản quy trình, từ bản thảo đến bãi bỏ (versions of "
                   "procedures, from draft to retired).")
    verbs = asked.add_subparsers(required=True, metavar="|".join(_VERBS))
    made = {name: add_verb(verbs, name, says) for name, says in _VERBS.items()}
    for name, one in made.items():
        one.set_defaults(verb=name)
        one.add_argument("code", metavar="CODE", help="mã thủ tục (code of the procedure)")
        if name not in ("list", "upload"):
            one.add_argument("number", type=int, metavar="NUMBER",
                             help="số phiên bản, xem list (number of the version, see list)")
        if name != "list":
            one.add_argument("--as", dest="person", required=True, metavar="PERSON", help="ai làm: "
                             "mã người trong danh bạ (who does it: an id of the register)")
        one.add_argument("--json", action="store_true", help=JSON)
        add_place(one)
    made["upload"].add_argument(
        "file", nargs="+", type=Path, metavar="FILE",
        help="tệp .bpmn, .dmn, .form, hoặc .zip chứa chúng (such files, or a zip of them)")
    made["approve"].add_argument("--decision", required=True, metavar="NUMBER",
                                 help="số quyết định (number of the decision)")
    made["approve"].add_argument("--date", required=True, type=date.fromisoformat,
                                 metavar="YYYY-MM-DD", help="ngày quyết định (its date)")
    made["publish"].add_argument(
        "--from", dest="since", required=True, type=date.fromisoformat, metavar="YYYY-MM-DD",
        help="hiệu lực từ ngày (the day from which it is in effect)")
    return asked


def _run(options: argparse.Namespace) -> int:
    command = _command(options)
    store, office, clock = office_of(settings_of(options))
    try:
        if command is None:
            return _list(store, options)
        actor = person_named(store, options.person, local(clock.now()).date())
        return _act(office, command, actor, options)
    finally:
        store.close()


def _command(options: argparse.Namespace) -> ProcedureCommand | None:
    match options.verb:
        case "upload":
            return UploadVersion(options.code, from_paths(options.file))
        case "submit":
            return SubmitVersion(options.code, options.number)
        case "approve":
            return ApproveVersion(options.code, options.number, options.decision, options.date)
        case "publish":
            return PublishVersion(options.code, options.number, options.since)
        case "retire":
            return RetireVersion(options.code, options.number)
    return None


def _act(
    office: Office, command: ProcedureCommand, actor: Actor, options: argparse.Namespace,
) -> int:
    result = office.execute(command, actor)
    _tell([result.body], options)
    return 0


def _list(store: Store, options: argparse.Namespace) -> int:
    with store.reading() as connection:
        found = procedures.versions(connection, options.code)
    _tell([version_json(version) for version in found], options)
    return 0 if found else 1


def _tell(versions: list[Mapping[str, Any]], options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(versions, ensure_ascii=False, indent=2))
        return
    for version in versions:
        since = version["effective_from"]
        print(f"{version['procedure']} phiên bản (version) {version['number']}: {version['state']}"
              f"{f', từ (from) {since}' if since else ''}  {version['name']}")
        for finding in version.get("findings", ()):
            print(f"  {finding['severity']} {finding['code']} {finding['element'] or ''}: "
                  f"{finding['message']['vi']} ({finding['message']['en']})")
