"""`motcua play` (diễn thử): rehearse a drawing on the command line, without a database."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.bounds import bounds
from api.cli.around import Around, bytes_of, index
from api.cli.parsing import JSON, Refusing
from engine.errors import Invalid, MotcuaError
from engine.flow import play as rehearsal
from engine.flow.confined import Confinement, directly

_GIVEN = "JSON hoặc @TỆP (text or @FILE)"
_MARKS = {"entered": "→", "completed": "✓", "cancelled": "✗"}


def play(argv: list[str]) -> int:
    """Print what happens when a drawing is played; return 0, 1 for a failure, 2 for bad arguments.

    The answer has the shape told in docs/commands.md with `--json`, else it is a readable trace.
    """
    as_json = "--json" in argv
    try:
        file, request = _read(argv)
        confinement = Confinement(directly, bounds(os.environ))
        files = _files(file)
        index(files, confinement)
    except MotcuaError as error:
        _print(_failed(error), as_json=as_json)
        print(f"motcua play: {error.vi}\n({error.en})", file=sys.stderr)
        return 2
    answer = confinement.play(files, file.name, request)
    _print(answer, as_json=as_json)
    return 1 if answer["status"] == "failed" else 0


def _read(argv: list[str]) -> tuple[Path, rehearsal.PlayRequest]:
    parser = Refusing("motcua play", "Diễn thử một sơ đồ, không cần cơ sở dữ liệu (rehearse a "
                      "diagram, without a database).")
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="tệp .bpmn; biểu mẫu, bảng quyết định và sơ đồ "
        "được gọi tìm bên cạnh (forms, decisions and called diagrams are found beside it)")
    parser.add_argument("--process", metavar="ID",
                        help="chỉ quy trình này; mặc định mọi bể (this process alone, else all "
                             "pools)")
    parser.add_argument("--data", default="{}", metavar="JSON",
                        help=f"dữ liệu lúc bắt đầu (data to start with): {_GIVEN}")
    parser.add_argument("--answers", default="{}", metavar="JSON", help=(
        'câu trả lời theo mã bước, danh sách cho nhiều lượt (answers by task id, a list for '
        'repeated '
        f'visits), {{"Task_1": {{"fee": 5}}}}: {_GIVEN}'))
    parser.add_argument("--messages", default="[]", metavar="JSON", help=(
        'thông điệp đến lần lượt (messages that come, one at a time), [{"name": "Đã nộp", '
        f'"payload": {{}}}}]: {_GIVEN}'))
    parser.add_argument("--at", metavar="RFC3339", help="lúc bắt đầu, mặc định bây giờ (when it "
                        "starts, else now): 2026-11-23T09:00:00+07:00")
    parser.add_argument("--fire-timers", action="store_true",
                        help="cho các hẹn giờ đến hạn (let timers come due)")
    parser.add_argument("--json", action="store_true", help=JSON)
    found = parser.parse_args(argv)
    return found.file, rehearsal.PlayRequest(
        at=_instant(found.at), process=found.process, data=_json(found.data, "--data", dict),
        answers=_json(found.answers, "--answers", dict),
        messages=_messages(_json(found.messages, "--messages", list)),
        fire_timers=found.fire_timers,
    )


def _instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid(
            f"--at: “{text}” không phải thời điểm RFC 3339 có múi giờ; "
            "ví dụ 2026-11-23T09:00:00+07:00",
            f"--at: '{text}' is not an RFC 3339 moment with an offset; "
            "write for example 2026-11-23T09:00:00+07:00", code="moment-unreadable",
        )
    return at


def _json(text: str, option: str, shape: type) -> Any:
    """Return the JSON that an option gives, as text or as @file."""
    try:
        if text.startswith("@"):
            text = Path(text[1:]).read_text(encoding="utf-8")
        value = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise Invalid(f"{option}: không đọc được JSON ({error}).",
                      f"{option}: cannot read this as JSON ({error}).",
                      code="json-unreadable") from error
    if not isinstance(value, shape):
        wanted = "{…}" if shape is dict else "[…]"
        raise Invalid(f"{option}: cần {wanted}.", f"{option}: {wanted} is needed.",
                      code="json-unreadable")
    return value


def _messages(said: list[Any]) -> tuple[dict[str, Any], ...]:
    for message in said:
        if not isinstance(message, dict) or not isinstance(message.get("name"), str) or (
                not isinstance(message.get("payload", {}), dict | None)):
            raise Invalid('--messages: mỗi thông điệp cần {"name": …, "payload": {…}}.',
                          '--messages: each one needs {"name": …, "payload": {…}}.',
                          code="json-unreadable")
    return tuple(said)


def _files(file: Path) -> Around:
    """Return the file with what lies around it: diagrams, decisions, forms."""
    try:
        return Around(file, bytes_of(file))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Invalid(f"Không mở được {file}: {why}.", f"Cannot open {file}: {why}.",
                      code="file-unreadable") from error


def _failed(error: MotcuaError) -> dict[str, Any]:
    fault = {"code": error.code, "element": None, "message": {"vi": error.vi, "en": error.en}}
    return {"status": "failed", "trace": [], "waiting": [], "data": {}, "error": fault,
            "findings": []}


def _print(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    for step in answer["trace"]:
        print(f"{_MARKS[step['event']]} {step['name'] or step['element']}  [{step['element']}]")
    for wait in answer["waiting"]:
        print(f"… {wait['element']} ({wait['kind']})")
    for remark in answer["findings"]:
        print(f"{remark['severity']}: {remark['message']['vi']} ({remark['message']['en']})")
    if answer["error"]:
        message = answer["error"]["message"]
        print(f"{message['vi']}\n({message['en']})")
    print(answer["status"])
