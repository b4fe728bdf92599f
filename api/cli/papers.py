"""`motcua papers` (giấy tờ in): templates to start from, their faults, and whose paper this is."""

from __future__ import annotations

import argparse
import json
from hashlib import sha256
from pathlib import Path

from api.cli.arguments import add_place, parser, settings_of, told
from api.cli.parsing import JSON
from api.cli.parsing import verb as add_verb
from api.places import application_url
from engine.errors import Corrupt, Invalid
from engine.history import Entry, read_body
from engine.office.printing import printed_json
from engine.papers.templates import check, write_out
from engine.store import Store
from engine.store import printed as kept


def papers(argv: list[str]) -> int:
    """Run a verb; return 0 well, 1 for a failure or a fault found, 2 for bad arguments."""
    asked = parser("papers", "Giấy tờ in: mẫu DOCX và kiểm tra bản in (printed papers).")
    verbs = asked.add_subparsers(required=True, metavar="templates|check|verify", dest="verb")
    for verb, says in (("templates", "ghi ra các mẫu có sẵn (write out the built-in templates)"),
                       ("check", "soát các mẫu (check templates)")):
        add_verb(verbs, verb, says).add_argument(
            "folder", type=Path, metavar="FOLDER", help="thư mục mẫu (folder of templates)",
        )
    says = "bản in này của hồ sơ nào (which dossier printed this file)"
    verify = add_verb(verbs, "verify", says)
    verify.add_argument("file", type=Path, metavar="FILE",
                        help="tệp PDF hoặc DOCX đã in (a printed PDF or DOCX)")
    verify.add_argument("--json", action="store_true", help=JSON)
    add_place(verify)
    options = asked.parse_args(argv)
    work = {"templates": _templates, "check": _check, "verify": _verify}[options.verb]
    return told("papers", lambda: work(options))


def _templates(options: argparse.Namespace) -> int:
    try:
        written = write_out(options.folder)
    except OSError as error:
        raise _unreadable(options.folder, error) from error
    for path in written:
        print(path)
    if not written:
        print("Các mẫu đã có đủ, không ghi đè (all are there; nothing was overwritten).")
    return 0


def _check(options: argparse.Namespace) -> int:
    broken = 0
    for name, vi, en in check(options.folder):
        broken += vi is not None
        print(f"tốt (good)    {name}" if vi is None else f"HỎNG (BROKEN) {name}: {vi}\n  ({en})")
    return 1 if broken else 0


def _verify(options: argparse.Namespace) -> int:
    try:
        digest = sha256(options.file.read_bytes()).hexdigest()
    except OSError as error:
        raise _unreadable(options.file, error) from error
    store = Store(application_url(settings_of(options)))
    try:
        with store.reading() as connection:
            found = [_proof(entry, digest) for entry in kept.by_hash(connection, digest)]
    finally:
        store.close()
    if options.json:
        print(json.dumps({"sha256": digest, "printed": found}, ensure_ascii=False))
    for paper in [] if options.json else found:
        print(f"{paper['dossier']}: mục (entry) {paper['entry']}, {paper['form']}, bản in số "
              f"(printing) {paper['number']}, {paper['printed_at']}, {paper['actor']}")
    if not found and not options.json:
        print(f"Không hồ sơ nào ghi nhận bản in này (no dossier recorded it): {digest}")
    return 0 if found else 1


def _proof(entry: Entry, digest: str) -> dict[str, object]:
    """Return what an entry recorded; raise Corrupt where the row that found it lies."""
    command = read_body(entry)["content"]["command"]
    if command.get("sha256") != digest or sha256(entry.body).hexdigest() != entry.hash:
        raise Corrupt(
            f"Mục {entry.number} của {entry.chain} không ghi bản in này; hãy báo người kiểm tra.",
            f"Entry {entry.number} of {entry.chain} does not record this paper; tell an auditor.",
            code="paper-row-wrong",
        )
    return printed_json(entry)


def _unreadable(path: Path, error: OSError) -> Invalid:
    return Invalid(
        f"Không mở được {path}: {error.strerror}.", f"Cannot open {path}: {error.strerror}.",
        code="paper-unreadable",
    )
