"""`motcua node` (nút liên thông): this node's keys, and the other nodes that it talks to."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from api.cli.arguments import add_place, parser, settings_of, told
from api.cli.compare import compare
from api.cli.parsing import verb as add_verb
from api.places import application_url, clock_of, identity_of
from api.settings import Settings
from engine.errors import Invalid, NotFound, Unavailable
from engine.links.calling import Neighbour
from engine.links.identity import Identity, make_key, read_keys
from engine.store import Connection, Store, node_keys, nodes, outbox
from engine.store.nodes import Node

KINDS = ("motcua", "webhook", "pull")
_ID = "định danh nút, như MOTCUA_NODE của nó (its id, as its own MOTCUA_NODE)"


def node(argv: list[str]) -> int:
    """Look after links; return 0, 1 when refused or not reached, 2 if asked wrongly."""
    options = _parser().parse_args(argv)
    return told("node", lambda: int(options.run(options, settings_of(options))))


def _parser() -> argparse.ArgumentParser:
    asked = parser("node", "Các nút liên thông (linked nodes).")
    verbs = asked.add_subparsers(required=True, metavar="add|list|test|rotate|compare")
    _add_words(verbs)
    for name, says, run, named in (
        ("list", "các nút và tình trạng (all nodes and how they stand)", _list, False),
        ("rotate", "đổi khóa: lần một công bố, lần hai ký (announce, then sign)", _rotate, False),
        ("test", "gọi thử, cập nhật khóa (call it, learn its keys)", _test, True),
        ("compare", "đối chiếu sau phục hồi, gửi lại phần thiếu (compare, send again)", _compare,
         True),
    ):
        verb = add_verb(verbs, name, says)
        if named:
            verb.add_argument("id", metavar="NODE", help=_ID)
        verb.set_defaults(run=run)
        add_place(verb)
    return asked


def _add_words(verbs: Any) -> None:
    add = add_verb(verbs, "add", "thêm một nút, hoặc sửa nút đã có (add a node, or change one)")
    add.add_argument("id", metavar="NODE", help=_ID)
    add.add_argument("--url", required=True, help="địa chỉ (its address): https://…")
    add.add_argument(
        "--kind", choices=KINDS, default="motcua", help="motcua gọi và được gọi, webhook chỉ được "
        "gọi, pull tự lấy (motcua calls and is called, webhook is only called, pull fetches)")
    add.add_argument("--keys", type=Path, metavar="FILE",
                     help="khóa công khai, JWK theo mã; thiếu thì hỏi nút (its public keys; "
                          "else asked)")
    for flag, usual, says in (
        ("procedures", "", "thủ tục nó được gửi tới đây, * = tất cả (procedures it may send)"),
        ("messages", "*", "thông điệp nó được gửi, mặc định * (messages it may send, default *)"),
        ("agencies", "", "cơ quan làm việc tại nút đó (agencies that work there)"),
    ):
        add.add_argument(f"--{flag}", default=usual, metavar="A,B", help=says)
    for flag, says in (
        ("private", "cho phép địa chỉ nội bộ (let its address be a private one)"),
        ("suspend", "tạm ngừng trao đổi, thêm lại để nối lại (stop talking, add again to resume)"),
    ):
        add.add_argument(f"--{flag}", action="store_true", help=says)
    add.set_defaults(run=_add)
    add_place(add)


def _add(options: argparse.Namespace, settings: Settings) -> int:
    if urlsplit(options.url).scheme not in ("https", "http"):
        raise Invalid("--url phải là địa chỉ https.", "--url must be an https address.",
                      code="bad-url")
    made = Node(
        id=options.id, url=options.url, kind=options.kind, procedures=_listed(options.procedures),
        messages=_listed(options.messages), private=options.private, active=not options.suspend,
    )
    now = clock_of(settings).now()
    with _opened(settings) as store, store.unit() as unit:
        known = nodes.by_id(unit.connection, made.id)
        keys = _keys(options, made, known)
        nodes.put(unit.connection, replace(made, keys=keys), now)
        missing = nodes.place(unit.connection, _listed(options.agencies), made.id)
    for name in sorted(keys):
        print(f"{made.id}: khóa (key) {name}")
    if missing:
        raise NotFound(
            f"Danh bạ chưa có cơ quan {', '.join(missing)}; nút đã được thêm.",
            f"The register lacks {', '.join(missing)}; the node was added.", code="no-agency",
        )
    return 0


def _keys(options: argparse.Namespace, made: Node, known: Node | None) -> Mapping[str, Any]:
    """Return the keys of a node to be added: given, those that it has, or those that it shows."""
    had = known.keys if known is not None else {}
    if options.keys:
        return _from_file(options.keys)
    if made.kind == "pull" and not had:
        raise Invalid("Nút kiểu pull cần --keys: khóa công khai của nó.",
                      "A node of kind pull needs --keys, its public keys.", code="node-key")
    if made.kind != "motcua" or not made.active:
        return had
    return Neighbour(made).keys(vouching=had)


def _list(_: argparse.Namespace, settings: Settings) -> int:
    with _opened(settings) as store, store.reading() as connection:
        found, backlog = nodes.every(connection), outbox.backlog(connection)
    counts = {(node, state): count for node, state, count, _ in backlog}
    for each in found:
        state = "hoạt động" if each.active else "tạm ngừng"
        failed = f"; lỗi ×{each.failures}: {each.failure}" if each.failures else ""
        print(f"{each.id}  {each.kind}  {each.url}  {state}; "
              f"chờ (waiting) {counts.get((each.id, 'waiting'), 0)}, "
              f"chết (dead) {counts.get((each.id, 'dead'), 0)}; "
              f"thủ tục: {', '.join(each.procedures) or '—'}{failed}")
    return 0


def _test(options: argparse.Namespace, settings: Settings) -> int:
    """Call a node; keys that it announces count once a known one vouches for them."""
    now, keyring = clock_of(settings).now(), identity_of(settings)
    with _opened(settings) as store, store.unit() as unit:
        found = _known(unit.connection, options.id)
        neighbour = Neighbour(found, keyring)
        keys = neighbour.keys(vouching=found.keys)
        nodes.put(unit.connection, replace(found, keys=keys), now)
    print(f"{options.id}: trả lời tốt (it answers), {len(keys)} khóa (keys)")
    if keyring is not None:
        neighbour.need_known(now)
        print(f"{options.id}: biết nút này và khóa đang ký (knows this node and its signing key)")
    return 0


def _compare(options: argparse.Namespace, settings: Settings) -> int:
    keyring, now = identity_of(settings), clock_of(settings).now()
    if keyring is None:
        raise Invalid("Hãy đặt MOTCUA_NODE và MOTCUA_NODE_KEYS.",
                      "Set MOTCUA_NODE and MOTCUA_NODE_KEYS.", code="node-key")
    with _opened(settings) as store:
        with store.reading() as connection:
            found = _known(connection, options.id)
        return compare(store, found, Neighbour(found, keyring), now)


def _known(connection: Connection, name: str) -> Node:
    found = nodes.by_id(connection, name)
    if found is None or found.kind != "motcua":
        raise NotFound(
            f"Không có nút {name} kiểu motcua để gọi.", f"There is no node {name} to be called.",
            code="no-node",
        )
    return found


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    store = Store(application_url(settings))
    try:
        yield store
    finally:
        store.close()


def _rotate(_: argparse.Namespace, settings: Settings) -> int:
    if settings.node_keys is None:
        raise Invalid("Hãy đặt MOTCUA_NODE_KEYS: tệp giữ khóa của nút.",
                      "Set MOTCUA_NODE_KEYS: the file that holds the keys.", code="node-key")
    name, signs = make_key(settings.node_keys)
    identity = Identity(settings.node, read_keys(settings.node_keys))
    if identity.node:
        # A database that is not there yet is told of the keys when the server starts.
        with suppress(Unavailable), _opened(settings) as store, store.unit() as unit:
            node_keys.record(
                unit.connection, identity.node, identity.public(), clock_of(settings).now())
            unit.commit()
    print(f"{name}: " + ("bắt đầu ký (signs now)" if signs else
                         "đã công bố; chạy lại để bắt đầu ký (announced; run again to sign)"))
    return 0


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
