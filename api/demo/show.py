"""`motcua demo`: start everything, play four procedures over HTTP, verify and replay."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from api.cli.parsing import Parser
from api.demo import report
from api.demo.client import Desk, Refused
from api.demo.commands import motcua
from api.demo.force import bring_into_force
from api.demo.linked import Pair, play_linked
from api.demo.papers import written
from api.demo.playing import Stage
from api.demo.script import PLAYS, town, walk
from api.demo.server import server
from api.demo.time import OfficeTime
from engine.errors import MotcuaError
from engine.store import embedded

_SAYS = (
    "Khởi động mọi thứ, diễn bốn thủ tục qua HTTP, kiểm tra và làm lại nhật ký (start everything, "
    "play four procedures over HTTP, verify and replay)."
)


def demo(argv: list[str]) -> int:
    """Run the demo; 0 only if every dossier ended as it should and every check passed."""
    Parser("motcua demo", _SAYS).parse_args(argv)
    started = time.monotonic()
    home = embedded.home()
    folder = home / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    pair = Pair()
    try:
        well = _play(folder, pair)
    except (Refused, LookupError) as error:
        print(f"\nTRÌNH DIỄN HỎNG / THE DEMO FAILED: {error}", file=sys.stderr)
        return 1
    except MotcuaError as error:
        print(f"\n{error.vi}\n{error.en}", file=sys.stderr)
        return 1
    finally:
        pair.close()
    print(f"\n{time.monotonic() - started:.1f} giây / seconds")
    _next_steps(folder)
    return 0 if well else 1


def _play(folder: Path, pair: Pair) -> bool:
    _say("1. Cơ sở dữ liệu, danh bạ / database, register")
    register = folder / "town.json"
    register.write_text(json.dumps(town(), ensure_ascii=False), encoding="utf-8")
    motcua("migrate", "--embedded")
    motcua("register", "import", "--embedded", str(register))
    clock = OfficeTime(folder / "clock")
    _say("2. Máy chủ / server: motcua serve --embedded --clock FILE")
    with server(folder / "clock", folder / "server.log") as address:
        desks = {person["id"]: Desk(address, person) for person in town()["people"]}
        pair.open()
        _say("3. Quy trình: tải lên, trình, phê duyệt, ban hành / upload, submit, approve, publish")
        for play in PLAYS:
            _say(f"   {bring_into_force(play.folder, desks, clock)}")
        _say("4. Hồ sơ / dossiers")
        codes = _perform(Stage(desks, clock, _say))
        ended = _report(codes, list(desks.values()))
        _say("\n7. Giấy tờ in / printed papers")
        for line in written(codes, list(desks.values()), folder / "papers"):
            _say(f"   {line}")
        _prove(codes, folder / "checkpoint.json")
        _say("\n9. Liên thông hai nút, một nút bị giết / two nodes, one killed on the way")
        return play_linked(pair, _say) and ended


def _prove(codes: Sequence[str], copy: Path) -> None:
    _say("\n8. Kiểm tra và làm lại / verify and replay")
    _show("audit", "checkpoint", "--embedded", "--copy", str(copy))
    _show("audit", "verify", "--embedded", "--checkpoint", str(copy))
    for code in codes:
        _show("audit", "replay", "--embedded", code, last=1)


def _perform(stage: Stage) -> list[str]:
    codes = []
    for play in PLAYS:
        path = walk(play)
        code = stage.register(play, path)
        stage.say(f"\n   {code}  {play.title}")
        stage.perform(code, play, path)
        codes.append(code)
    return codes


def _report(codes: Sequence[str], desks: Sequence[Desk]) -> bool:
    agencies = {agency["code"]: agency["name"] for agency in town()["agencies"]}
    taking = {code: report.taking_part(code, desks) for code in codes}
    seen = {code: report.seen_by_all(code, taking[code]) for code in codes}
    _say("\n5. Diễn biến và phiếu kiểm soát / timelines and control slips")
    for code, dossier in seen.items():
        _say(f"\n── {code}  {dossier['status_label']}, hạn {dossier['due'] or 'không tính'}")
        for line in (
            *report.timeline(code, taking[code]), "", *report.slip(dossier, agencies), "",
            *report.clocks(dossier, agencies),
        ):
            _say(f"   {line}")
    first = seen[codes[0]]
    _say(f"\n6. Hạn của {codes[0]} được tính thế nào / how its due date was counted")
    for line in first["derivation"]:
        _say(f"   {line}")
    late = [row for row in first["slip"] if row["verdict"] == "late"]
    return all(d["status_name"] == "returned" for d in seen.values()) and len(late) == 1


def _show(*arguments: str, last: int = 0) -> None:
    """Run one of our own commands and show what it says, or its last lines."""
    for line in motcua(*arguments)[-last:]:
        _say(f"   {line}")


def _next_steps(folder: Path) -> None:
    _say(f"""
Xem tiếp / where to look next:
   motcua serve --embedded          API: /docs, /openapi.json
   motcua audit replay --embedded CODE
   motcua audit verify --embedded --checkpoint {folder / 'checkpoint.json'}
   motcua lint bpmn/p088/p088.bpmn · motcua play bpmn/p088/p088.bpmn · bpmn/README.md""")


def _say(line: str) -> None:
    print(line, flush=True)
