"""`motcua audit`: checkpoints, verification, replay and bundles, for those who trust nobody."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.cli.parsing import JSON, Parser, verb
from engine.audit import bundle as bundles
from engine.audit import checkpoint as points
from engine.audit import desk
from engine.audit.replay import Replay, replay
from engine.audit.signed import Signed
from engine.audit.signing import Seal, read_seal
from engine.audit.verify import Verdict
from engine.clock import Clock
from engine.errors import MotcuaError
from engine.store import Store
from engine.store.files import Files


@dataclass(frozen=True)
class Opened:
    """What an auditor works on: the archive, the clock, the files, the key of checkpoints.

    `seal` reads the key, Invalid where none is named; `signed` tells where signed papers lie and
    whom their certificates may come from.
    """

    store: Store
    clock: Clock
    seal: Callable[[], Seal]
    files: Files
    signed: Callable[[], Signed]


#: Opens the archive: wiring hands it over, so that this module reads no settings.
Opener = Callable[[argparse.Namespace], Opened]

_CODE = "mã hồ sơ (dossier code)"
_BUNDLE = "gói do export viết, không cần cơ sở dữ liệu (a bundle of export, without a database)"


def audit(argv: list[str], opener: Opener) -> int:
    """Run one audit command; 0 when everything is whole, 1 when something is broken."""
    options = _parser().parse_args(argv)
    try:
        code: int = options.run(options, opener)
    except MotcuaError as error:
        print(f"{error.vi}\n{error.en}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Không mở được / cannot open {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    return code


def _parser() -> Parser:
    parser = Parser("motcua audit", "Niêm phong, kiểm tra, làm lại và xuất nhật ký (seal, verify, "
                    "replay and export history, for those who trust nobody).")
    commands = parser.add_subparsers(required=True, metavar="checkpoint|verify|replay|export")
    made = _command(commands, "checkpoint", _checkpoint, "ký niêm phong đầu mọi chuỗi như hiện nay "
                    "(sign the heads of all chains as they stand)")
    made.add_argument("--key", type=Path, metavar="PEM", help="khóa riêng Ed25519 để ký, mặc định "
                      "MOTCUA_CHECKPOINT_KEY; nửa công khai không ký được (the private key that "
                      "signs; its public half cannot)")
    made.add_argument("--copy", type=Path, metavar="FILE",
                      help="ghi thêm bản để mang ra ngoài (write a copy to keep outside)")
    _verify_words(commands)
    again = _command(commands, "replay", _replay, "làm lại cả hồ sơ từ nhật ký, so từng trạng thái "
                     "(do a dossier again from its entries and compare every state)")
    again.add_argument("code", nargs="?", metavar="CODE", help=_CODE)
    again.add_argument("--bundle", type=Path, metavar="FILE", help=_BUNDLE)
    export = _command(commands, "export", _export, "viết nhật ký của hồ sơ và mọi thứ nó dựa vào "
                      "thành một gói (write a dossier's history with all that it pins)")
    export.add_argument("code", metavar="CODE", help=_CODE)
    export.add_argument("--out", type=Path, required=True, metavar="FILE",
                        help="tệp để viết (the file to write)")
    return parser


def _verify_words(commands: Any) -> None:
    verify = _command(commands, "verify", _verify, "tính lại mọi chuỗi, so với điểm niêm phong "
                      "(recompute all chains and hold them against the checkpoints)")
    verify.add_argument("--key", type=Path, metavar="PEM", help="khóa niêm phong, mặc định "
                        "MOTCUA_CHECKPOINT_KEY; chỉ cần nửa công khai, lấy bằng openssl pkey "
                        "-pubout (the key of checkpoints; its public half is enough)")
    verify.add_argument("--checkpoint", type=Path, metavar="FILE",
                        help="bản đã mang ra ngoài (the copy kept outside)")
    verify.add_argument("--bundle", type=Path, metavar="FILE", help=_BUNDLE)
    verify.add_argument("--without-files", action="store_true", help="bỏ qua kho tệp: nó không ở "
                        "đây (leave the file store alone: it is not here)")


def _command(commands: Any, name: str, run: Callable[..., int], text: str) -> Parser:
    found = verb(commands, name, text)
    found.set_defaults(run=run, key=None)
    found.add_argument("--embedded", action="store_true",
                       help="cơ sở dữ liệu kèm theo (the embedded database server)")
    found.add_argument("--json", action="store_true", help=JSON)
    return found


def _checkpoint(options: argparse.Namespace, opener: Opener) -> int:
    opened = opener(options)
    made = desk.add_checkpoint(opened.store, opened.clock.now(), opened.seal())
    if options.copy:
        options.copy.write_bytes(points.to_copy(made))
    if options.json:
        print(json.dumps({"number": made.number, "hash": made.hash, "key": made.key_id}))
    else:
        print(f"điểm niêm phong (checkpoint) {made.number}  {made.hash}  khóa (key) {made.key_id}")
    return 0


def _verify(options: argparse.Namespace, opener: Opener) -> int:
    if options.bundle:
        if options.key is None:
            print("--bundle cần --key / --bundle needs --key", file=sys.stderr)
            return 2
        found = bundles.read(options.bundle.read_bytes())
        return _tell(desk.verify_bundle(found, read_seal(options.key)), options.json)
    opened = opener(options)
    copy = points.from_copy(options.checkpoint.read_bytes()) if options.checkpoint else None
    files, signed = (None, None) if options.without_files else (opened.files, opened.signed())
    verdict = desk.verify_stored(opened.store, opened.seal(), copy, files, signed)
    return _tell(verdict, options.json)


def _tell(verdict: Verdict, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"whole": verdict.whole, **vars(verdict)}, ensure_ascii=False))
    else:
        for line in verdict.broken:
            print(f"HỎNG / BROKEN  {line}")
        state = "nguyên vẹn / whole" if verdict.whole else "có chỗ hỏng / broken"
        print(
            f"{verdict.chains} chuỗi / chains, {verdict.entries} mục / entries, "
            f"{verdict.checkpoints} điểm niêm phong / checkpoints: {state}",
        )
        if verdict.envelopes:
            print(f"{verdict.envelopes} phong bì liên thông / envelopes between nodes: "
                  f"{verdict.envelopes_erased} đã xóa nội dung theo quyết định / bodies erased by "
                  "decision")
        if verdict.papers:
            print(f"{verdict.papers} giấy tờ đã chuyển / papers handed over: "
                  f"{verdict.papers_awaited} chưa về đây / not here yet, "
                  f"{verdict.papers_erased} đã xóa theo quyết định / erased by decision")
        if verdict.signatures:
            print(f"{verdict.signatures} chữ ký số trên giấy tờ / signatures on papers")
        if verdict.newer:
            print(f"{verdict.newer} mục chưa được niêm phong / entries not yet signed")
        if verdict.erased:
            print(f"{verdict.erased} mục đã xóa dữ liệu cá nhân / entries without personal values")
        for line in verdict.erasures:
            print(f"ĐÃ XÓA / ERASED  {line}")
    return 0 if verdict.whole else 1


def _replay(options: argparse.Namespace, opener: Opener) -> int:
    if options.bundle:
        found = bundles.read(options.bundle.read_bytes())
        result = replay(found.chain, found.entries, found)
    elif options.code:
        result = desk.replay_stored(opener(options).store, options.code)
    else:
        print("cần mã hồ sơ hoặc --bundle / give a dossier code or --bundle", file=sys.stderr)
        return 2
    _print_replay(result, options.json)
    return 0 if result.whole else 1


def _print_replay(result: Replay, as_json: bool) -> None:
    if as_json:
        print(json.dumps({
            "dossier": result.code, "whole": result.whole,
            "entries": [vars(entry) for entry in result.entries], "rows": result.rows,
        }, ensure_ascii=False))
        return
    for entry in result.entries:
        mark = "=" if entry.same else "≠"
        states = ", ".join(f"{part} {digest[:12]}" for part, digest in entry.states.items())
        print(f"{mark} {entry.number:4} {entry.at}  {entry.actor}  {entry.command}  {states}")
        if entry.difference:
            print(f"       {entry.difference}")
    for line in result.rows:
        print(f"≠ {line}")
    state = "giống hệt / same" if result.whole else "khác / differs"
    print(f"{result.code}: {len(result.entries)} mục / entries, {state}")


def _export(options: argparse.Namespace, opener: Opener) -> int:
    store = opener(options).store
    options.out.write_bytes(bundles.write(desk.bundle_of(store, options.code)))
    print(json.dumps({"file": str(options.out)}) if options.json else options.out)
    return 0
