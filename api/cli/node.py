"""`motcua node` (nút liên thông): this node's keys, and the other nodes that it talks to."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from api.cli.arguments import add_place, parser, settings_of, told
from api.settings import Settings
from api.wiring import application_url, clock_of
from engine.errors import Conflict, Invalid, NotFound
from engine.history import canonical
from engine.links.identity import make_key, read_keys, signed_by
from engine.links.outward import Outward
from engine.store import Store, nodes
from engine.store.nodes import Node

KINDS = ("motcua", "webhook", "pull")


def node(argv: list[str]) -> int:
    """Look after links; return 0, 1 when refused or not reached, 2 if asked wrongly."""
    options = _parser().parse_args(argv)
    return told("node", lambda: int(options.run(options, settings_of(options))))


def _parser() -> argparse.ArgumentParser:
    asked = parser("node", "Các nút liên thông (linked nodes).")
    verbs = asked.add_subparsers(required=True, metavar="add|list|test|rotate")
    add = verbs.add_parser("add", help="thêm hoặc sửa một nút (add or change)", allow_abbrev=False)
    add.add_argument("id", help="định danh nút, như MOTCUA_NODE của nó (its id)")
    add.add_argument("--url", required=True, help="https://…")
    add.add_argument("--kind", choices=KINDS, default="motcua")
    add.add_argument("--keys", type=Path, metavar="FILE",
                     help="khóa công khai (JWK theo mã); thiếu thì hỏi nút (else asked of it)")
    add.add_argument("--procedures", default="", help="mã thủ tục, cách bằng dấu phẩy; * = tất cả")
    add.add_argument("--messages", default="*", help="tên thông điệp; * = tất cả (all)")
    add.add_argument("--agencies", default="", help="cơ quan làm việc tại nút đó (who is there)")
    add.add_argument("--private", action="store_true", help="cho phép địa chỉ nội bộ")
    add.add_argument("--suspend", action="store_true", help="tạm ngừng trao đổi (stop talking)")
    add.set_defaults(run=_add)
    for name, says, run in (
        ("list", "các nút và tình trạng (all nodes)", _list),
        ("rotate", "đổi khóa: lần một công bố, lần hai ký (announce, then sign)", _rotate),
    ):
        verb = verbs.add_parser(name, help=says, description=says, allow_abbrev=False)
        verb.set_defaults(run=run)
        add_place(verb)
    test = verbs.add_parser("test", help="gọi thử, cập nhật khóa (call it)", allow_abbrev=False)
    test.add_argument("id")
    test.set_defaults(run=_test)
    add_place(add)
    add_place(test)
    return asked


def _add(options: argparse.Namespace, settings: Settings) -> int:
    if urlsplit(options.url).scheme not in ("https", "http"):
        raise Invalid("--url phải là địa chỉ https.", "--url must be an https address.",
                      code="bad-url")
    made = Node(
        id=options.id, url=options.url, kind=options.kind, procedures=_listed(options.procedures),
        messages=_listed(options.messages), private=options.private, active=not options.suspend,
    )
    keys = _from_file(options.keys) if options.keys else {}
    if not keys and options.kind == "motcua":
        keys = _asked_keys(made)
    store = Store(application_url(settings))
    try:
        with store.unit() as unit:
            nodes.put(unit.connection, replace(made, keys=keys), clock_of(settings).now())
            missing = nodes.place(unit.connection, _listed(options.agencies), made.id)
    finally:
        store.close()
    for name in sorted(keys):
        print(f"{made.id}: khóa (key) {name}")
    if missing:
        raise NotFound(
            f"Danh bạ chưa có cơ quan {', '.join(missing)}; nút đã được thêm.",
            f"The register lacks {', '.join(missing)}; the node was added.", code="no-agency",
        )
    return 0


def _list(_: argparse.Namespace, settings: Settings) -> int:
    store = Store(application_url(settings))
    try:
        with store.reading() as connection:
            found = nodes.every(connection)
    finally:
        store.close()
    for each in found:
        state = "hoạt động" if each.active else "tạm ngừng"
        failed = f"; lỗi ×{each.failures}: {each.failure}" if each.failures else ""
        print(f"{each.id}  {each.kind}  {each.url}  {state}; "
              f"thủ tục: {', '.join(each.procedures) or '—'}{failed}")
    return 0


def _test(options: argparse.Namespace, settings: Settings) -> int:
    """Call a node; keys that it announces count once a known one vouches for them."""
    store = Store(application_url(settings))
    try:
        with store.unit() as unit:
            found = nodes.by_id(unit.connection, options.id)
            if found is None:
                raise NotFound(f"Không có nút {options.id}.", f"There is no node {options.id}.",
                               code="no-node")
            keys = _asked_keys(found)
            nodes.put(unit.connection, replace(found, keys=keys), clock_of(settings).now())
    finally:
        store.close()
    print(f"{options.id}: trả lời tốt (it answers), {len(keys)} khóa (keys)")
    return 0


def _rotate(_: argparse.Namespace, settings: Settings) -> int:
    if settings.node_keys is None:
        raise Invalid("Hãy đặt MOTCUA_NODE_KEYS: tệp giữ khóa của nút.",
                      "Set MOTCUA_NODE_KEYS: the file that holds the keys.", code="node-key")
    name, signs = make_key(settings.node_keys)
    read_keys(settings.node_keys)
    print(f"{name}: " + ("bắt đầu ký (signs now)" if signs else
                         "đã công bố; chạy lại để bắt đầu ký (announced; run again to sign)"))
    return 0


def _asked_keys(found: Node) -> dict[str, Any]:
    """Return the keys that a node shows; raise Conflict where no known key vouches for them."""
    place = urlsplit(found.url).netloc
    outward = Outward(frozenset({place}) if found.private else frozenset())
    said = json.loads(outward.call("GET", f"{found.url.rstrip('/')}/api/v1/node").body)
    keys: dict[str, Any] = said["keys"]
    if said["id"] != found.id:
        raise Conflict(
            f"Nút trả lời là {said['id']}, không phải {found.id}.",
            f"It is node {said['id']} that answers, not {found.id}.", code="another-node",
        )
    vouched = found.keys or keys
    if not any(signed_by(canonical(keys), mark, vouched) for mark in said["signatures"]):
        raise Conflict(
            "Không khóa nào đã biết bảo chứng cho khóa mới; hãy kiểm tra rồi thêm lại bằng --keys.",
            "No known key vouches for the new ones; check, then add them again by --keys.",
            code="keys-not-vouched",
        )
    return keys


def _from_file(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        keys: dict[str, Any] = found.get("keys", found)
    except (OSError, ValueError, AttributeError) as error:
        raise Invalid(f"Không đọc được {path}: {error}.", f"Cannot read {path}: {error}.",
                      code="file-unreadable") from error
    return keys


def _listed(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())
