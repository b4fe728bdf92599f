"""Procedures (thủ tục): versions, their files, and the lowered bytes pinned by hash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from engine.components.declared import Component
from engine.errors import Corrupt, NotFound
from engine.history import GENESIS, Entry
from engine.procedure import Facts, Lowered, Pool, Version
from engine.step import Finding
from engine.store import tables
from engine.store.rows import text
from engine.store.statements import insert_text, text_of, update_text
from engine.store.trips import Connection

Write = tuple[str, Mapping[str, Any]]

_code: BindParameter[str] = bindparam("code")
_v, _f = tables.procedure_version, tables.flow
_VERSIONS = text_of(
    select(_v, _f.c.lowered).join(_f, _f.c.hash == _v.c.flow)
    .where(_v.c.procedure == _code).order_by(_v.c.number),
)
_FILES = text_of(
    select(tables.procedure_file.c.name, tables.procedure_file.c.content).where(
        tables.procedure_file.c.procedure == _code,
        tables.procedure_file.c.number == bindparam("number"),
    ).order_by(tables.procedure_file.c.name),
)
_LOWERED = text_of(select(_f.c.lowered).where(_f.c.hash == bindparam("hash")))
_FACTS = text_of(
    select(_v.c.facts).where(_v.c.procedure == _code, _v.c.number == bindparam("number")),
)
_LIST = text_of(select(tables.procedure.c.code, tables.procedure.c.name)
                .order_by(tables.procedure.c.code))
_NAME = text_of(
    select(tables.procedure.c.name).where(tables.procedure.c.code == _code),
)
_LOCK = text_of(
    select(tables.procedure.c.entries, tables.procedure.c.head)
    .where(tables.procedure.c.code == _code).with_for_update(),
)
_NEW = text_of(
    insert(tables.procedure).values(
        code=_code, name=bindparam("name"), entries=0, head=GENESIS,
    ).on_conflict_do_nothing(),
)
_ADVANCE = update_text(tables.procedure, ["entries", "head"])
_ADD_FLOW = text_of(
    insert(_f).values(hash=bindparam("hash"), lowered=bindparam("lowered"))
    .on_conflict_do_nothing(),
)
_ADD_VERSION = insert_text(_v)
_ADD_FILE = insert_text(tables.procedure_file)
_LIFE = (
    "state", "submitted_by", "approved_by", "decision", "decision_date", "effective_from",
)
_SET = update_text(_v, _LIFE)


def versions(connection: Connection, code: str) -> list[Version]:
    """Return all versions of a procedure, without their files, in order of number."""
    return [_version(row) for row in connection.execute(_VERSIONS, {"code": code})]


def files(connection: Connection, code: str, number: int) -> Mapping[str, bytes]:
    """Return the source files of a version by name."""
    found = connection.execute(_FILES, {"code": code, "number": number})
    return {name: bytes(content) for name, content in found}


def called(
    connection: Connection, code: str, number: int,
) -> tuple[str, str, tuple[Component, ...]]:
    """Return name, sector and components of a procedure, empty where a version says none."""
    row = connection.execute(_FACTS, {"code": code, "number": number}).fetchone()
    facts = json.loads(row[0]) if row else {}
    return facts.get("name") or "", facts.get("field") or "", _components(facts)


def catalogue(connection: Connection) -> list[tuple[str, str]]:
    """Return code and name of every procedure, by code."""
    return [(code, name) for code, name in connection.execute(_LIST)]


def name(connection: Connection, code: str) -> str:
    """Return the name of a procedure; its code where it has none."""
    row = connection.execute(_NAME, {"code": code}).fetchone()
    return code if row is None else str(row[0])


def lowered(connection: Connection, flow_hash: str) -> bytes:
    """Return the lowered bytes of that hash; raise NotFound when there are none.

    Raises Corrupt when the bytes kept are others than those that were approved.
    """
    row = connection.execute(_LOWERED, {"hash": flow_hash}).fetchone()
    if row is None:
        raise NotFound(
            f"Không có quy trình mã băm {flow_hash}.", f"There is no flow {flow_hash}.",
        )
    content = bytes(row[0])
    if sha256(content).hexdigest() != flow_hash:
        raise Corrupt(
            f"Quy trình mã băm {flow_hash} trong kho đã bị sửa; hãy báo người kiểm tra.",
            f"Flow {flow_hash} was changed in the archive; tell an auditor.", code="flow-changed",
        )
    return content


def lock(connection: Connection, code: str, name: str | None) -> None:
    """Lock a procedure's row, making it when a name is given; raise NotFound otherwise."""
    if name is not None:
        connection.execute(_NEW, {"code": code, "name": name})
    head(connection, code)


def head(connection: Connection, code: str) -> tuple[int, str]:
    """Return entry count and head of a procedure's chain, its row locked."""
    row = connection.execute(_LOCK, {"code": code}).fetchone()
    if row is None:
        raise NotFound(
            f"Không có thủ tục {code}.", f"There is no procedure {code}.", code="no-procedure",
        )
    return row[0], row[1]


def adding(version: Version, found: tuple[Finding, ...]) -> Iterator[Write]:
    """Yield the writes of a new draft."""
    kept = version.lowered
    yield _ADD_FLOW, {"hash": kept.hash, "lowered": kept.content}
    yield _ADD_VERSION, {
        "procedure": version.procedure, "number": version.number,
        "source_hash": version.source_hash, "flow": kept.hash, "lowering": kept.version,
        "source_map": text(kept.source_map), "facts": text(asdict(version.facts)),
        "pools": text([asdict(pool) for pool in version.pools]), "author": version.author,
        "findings": text([finding.as_json() for finding in found]),
        **{name: getattr(version, name) for name in _LIFE},
    }
    for name, content in version.files.items():
        yield _ADD_FILE, {
            "procedure": version.procedure, "number": version.number, "name": name,
            "content": content,
        }


def setting(version: Version) -> Write:
    """Return the write of a version's new place in its lifecycle."""
    return _SET, {
        **{name: getattr(version, name) for name in _LIFE},
        "key_procedure": version.procedure, "key_number": version.number,
    }


def advancing(sealed: Entry) -> Write:
    """Return the write that makes an entry the head of its procedure's chain."""
    return _ADVANCE, {
        "entries": sealed.number, "head": sealed.hash,
        "key_code": sealed.chain.removeprefix("procedure:"),
    }


def _components(facts: Mapping[str, Any]) -> tuple[Component, ...]:
    """Return the components; versions stored before drawings could declare any have none."""
    return tuple(Component(**kept) for kept in facts.get("components", ()))


def _version(row: tuple[Any, ...]) -> Version:
    facts = json.loads(row[7])
    facts["limits"] = tuple((when, value) for when, value in facts["limits"])
    facts["components"] = _components(facts)
    return Version(
        procedure=row[0], number=row[1], state=row[2], source_hash=row[3], files={},
        lowered=Lowered(bytes(row[16]), row[4], row[5], json.loads(row[6])),
        facts=Facts(**facts), pools=tuple(Pool(**pool) for pool in json.loads(row[8])),
        author=row[10], submitted_by=row[11], approved_by=row[12], decision=row[13],
        decision_date=row[14], effective_from=row[15],
    )
