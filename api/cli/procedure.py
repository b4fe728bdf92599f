"""`motcua procedure` (quy trình): versions from the command line, through the same office."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from api.cli.arguments import add_place, parser, settings_of, told
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


def procedure(argv: list[str]) -> int:
    """Act on versions as a person of the register; return 0, 1 when refused, 2 if asked wrongly."""
    options = _parser().parse_args(argv)
    return told("procedure", lambda: _run(options))


def _parser() -> argparse.ArgumentParser:
    asked = parser("procedure", "Phiên bản quy trình (versions of procedures).")
    verbs = asked.add_subparsers(required=True, metavar="list|upload|submit|approve|publish|retire")

    def verb(name: str, says: str, *, changes: bool = True) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=says, description=says, allow_abbrev=False)
        made.set_defaults(verb=name)
        made.add_argument("code", help="mã thủ tục (code of the procedure)")
        if changes:
            made.add_argument("--as", dest="person", required=True, metavar="PERSON",
                              help="ai làm (who does it): an id of the register")
        made.add_argument("--json", action="store_true")
        add_place(made)
        return made

    verb("list", "các phiên bản (all versions)", changes=False)
    verb("upload", "tải lên (upload files)").add_argument("file", nargs="+", type=Path)
    for name, says in (("submit", "trình"), ("retire", "bãi bỏ")):
        verb(name, f"{says} ({name})").add_argument("number", type=int)
    approve = verb("approve", "phê duyệt theo quyết định (approve by decision)")
    approve.add_argument("number", type=int)
    approve.add_argument("--decision", required=True, metavar="NUMBER")
    approve.add_argument("--date", required=True, type=date.fromisoformat, metavar="YYYY-MM-DD")
    publish = verb("publish", "ban hành (publish)")
    publish.add_argument("number", type=int)
    publish.add_argument(
        "--from", dest="since", required=True, type=date.fromisoformat, metavar="YYYY-MM-DD",
    )
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
