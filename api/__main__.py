"""The command line (dòng lệnh): `motcua COMMAND`, also `python -m api COMMAND`.

Each command's module is imported when it is asked for, so that `motcua lint` starts fast.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version

#: Command -> (module, function, what it does).
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "demo": ("api.demo.show", "demo", "trình diễn bốn thủ tục (four procedures, played)"),
    "serve": ("api.cli.serve", "serve", "chạy máy chủ HTTP (serve the API)"),
    "worker": ("api.cli.worker", "worker", "chạy việc nền (work in the background)"),
    "migrate": ("api.cli.migrate", "migrate", "chuyển đổi cơ sở dữ liệu (migrate)"),
    "lint": ("api.cli.lint", "lint", "soát sơ đồ (check diagrams)"),
    "play": ("api.cli.play", "play", "chạy thử sơ đồ (rehearse a diagram)"),
    "worktime": ("api.cli.wired", "worktime", "tính hạn (count a due date)"),
    "procedure": ("api.cli.procedure", "procedure", "phiên bản quy trình (versions)"),
    "calendar": ("api.cli.calendar", "calendar", "lịch làm việc (calendars)"),
    "register": ("api.cli.register", "register", "danh bạ (agencies and people)"),
    "papers": ("api.cli.papers", "papers", "giấy tờ in (printed papers)"),
    "node": ("api.cli.node", "node", "nút liên thông (linked nodes)"),
    "portal": ("api.cli.portal", "portal", "Cổng DVC quốc gia (the national portal)"),
    "audit": ("api.cli.wired", "audit", "kiểm tra nhật ký (verify, replay, export)"),
    "files": ("api.cli.files", "files", "kho tệp (the file store)"),
    "erase": ("api.cli.erase", "erase", "xóa dữ liệu cá nhân (erase what is personal)"),
    "backup": ("api.cli.backup", "backup", "sao lưu (back the database up)"),
    "restore": ("api.cli.backup", "restore", "phục hồi (restore a backup)"),
}


def main(argv: list[str] | None = None) -> int:
    """Run a command; return 0 well, 1 for a failure, 2 for bad arguments."""
    asked = sys.argv[1:] if argv is None else argv
    if asked and asked[0] in {"-h", "--help"}:
        print(_usage())
        return 0
    if asked == ["--version"]:
        print(f"motcua {version('motcua')}")
        return 0
    if not asked or asked[0] not in COMMANDS:
        unknown = f"motcua: không có lệnh «{asked[0]}» (no such command)\n\n" if asked else ""
        print(unknown + _usage(), file=sys.stderr)
        return 2
    module, name, _ = COMMANDS[asked[0]]
    command: Callable[[list[str]], int] = getattr(import_module(module), name)
    return _run(command, asked[1:])


def _run(command: Callable[[list[str]], int], arguments: list[str]) -> int:
    try:
        return command(arguments)
    except SystemExit as stopped:  # argparse has printed what is wrong, or the help
        return stopped.code if isinstance(stopped.code, int) else 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # who reads has read enough, as `motcua lint FILE | head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _usage() -> str:
    lines = [f"  {name:<10} {says}" for name, (_, _, says) in COMMANDS.items()]
    return "\n".join(["motcua COMMAND …  (motcua COMMAND --help)", "", *lines])


if __name__ == "__main__":
    sys.exit(main())
