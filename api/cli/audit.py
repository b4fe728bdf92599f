"""`motcua audit`: checkpoints, verification, replay and bundles, for those who trust nobody."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
    """What an auditor works on: the archive, the clock, the key of checkpoints, the files.

    `signed` tells where signed papers lie and whom their certificates may come from.
    """

    store: Store
    clock: Clock
    seal: Seal
    files: Files
    signed: Callable[[], Signed]


#: Opens the archive: wiring hands it over, so that this module reads no settings.
Opener = Callable[[argparse.Namespace], Opened]


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="motcua audit", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, description=text)
        found.set_defaults(run=run)
        found.add_argument("--embedded", action="store_true", help="use the embedded server")
        found.add_argument("--key", type=Path, help="checkpoint key (PEM); public half is enough")
        found.add_argument("--json", action="store_true", help="answer in JSON")
        return found

    made = command("checkpoint", _checkpoint, "sign all heads as they stand")
    made.add_argument("--copy", type=Path, metavar="FILE", help="write a copy to keep outside")
    verify = command("verify", _verify, "recompute all chains against checkpoints")
    verify.add_argument("--checkpoint", type=Path, metavar="FILE", help="the copy kept outside")
    verify.add_argument("--bundle", type=Path, metavar="FILE", help="verify an exported bundle")
    verify.add_argument(
        "--without-files", action="store_true", help="leave the file store alone: it is not here")
    again = command("replay", _replay, "do a dossier again from its entries")
    again.add_argument("code", nargs="?", help="dossier code")
    again.add_argument("--bundle", type=Path, metavar="FILE", help="replay an exported bundle")
    export = command("export", _export, "write a dossier's history with all it pins")
    export.add_argument("code", help="dossier code")
    export.add_argument("--out", type=Path, required=True, metavar="FILE")
    return parser


def _checkpoint(options: argparse.Namespace, opener: Opener) -> int:
    opened = opener(options)
    made = desk.add_checkpoint(opened.store, opened.clock.now(), opened.seal)
    if options.copy:
        options.copy.write_bytes(points.to_copy(made))
    print(f"checkpoint {made.number}  {made.hash}  key {made.key_id}")
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
    verdict = desk.verify_stored(opened.store, opened.seal, copy, files, signed)
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
    print(f"{options.out}")
    return 0
