"""State (trạng thái): a running instance as bytes and back; small, versioned, the same every time.

Layout: one version byte, then zlib (level 1) over UTF-8 JSON. The JSON is an array of our own
making in which data stand as plain values: there are no typed objects, so nothing that a form
sends can be read as anything but data. Specs are not in it, only the hash of the lowered bytes.
"""

from __future__ import annotations

import json
import zlib
from hashlib import sha256
from typing import Any
from uuid import UUID

from engine.errors import Corrupt
from engine.flow.load import Flow
from engine.flow.setting import FlowFailed
from engine.flow.specs.instance import Instance, SubScope
from engine.flow.specs.task import Visit

VERSION = 1
_MARK = bytes([VERSION])
#: A state that unfolds to more than this is not one of ours.
MAX_BYTES = 64 * 1024 * 1024


def seal(workflow: Instance) -> tuple[bytes, str]:
    """Return the instance as bytes and their digest; raise FlowFailed for data not plain JSON."""
    body = _json([
        workflow.flow_hash, workflow.spec.name, workflow.correlations, _scope(workflow),
        [[host.hex, scope.spec.name, _scope(scope)]
         for host, scope in workflow.subprocesses.items()],
    ])
    return _MARK + zlib.compress(body, 1), sha256(_MARK + body).hexdigest()


def load_state(state: bytes, flow: Flow) -> Instance:
    """Return the instance of a state; raise Corrupt for other versions, flows or broken bytes."""
    body = _parse(_unfold(state))
    if body[0] != flow.hash:
        raise Corrupt("Trạng thái thuộc bản vẽ khác.", "The state belongs to another drawing.")
    instance = Instance(flow.levels[body[1]], flow.levels)
    instance.flow_hash = flow.hash
    instance.correlations = body[2]
    _restore(instance, body[3])
    for host, spec, rows in body[4]:
        scope = SubScope(flow.levels[spec], instance.get_task_from_id(UUID(host)), instance)
        instance.subprocesses[scope.host.id] = scope
        _restore(scope, rows)
    return instance


def digest(state: bytes) -> str:
    """Return the SHA-256 of the canonical bytes before compression, version byte included."""
    return sha256(state[:1] + _unfold(state)).hexdigest()


def _scope(scope: Any) -> list[Any]:
    """Return one level: flags, data, and a row per visit, parents before children."""
    index = {key: number for number, key in enumerate(scope.tasks)}
    rows = [
        [key.hex, index.get(visit.parent_id, -1), visit.state, visit.task_spec.name,
         visit.last_state_change, visit.internal_data or 0, visit.data or 0]
        for key, visit in scope.tasks.items()
    ]
    return [scope.completed, scope.success, scope.data, rows]


def _restore(scope: Any, saved: list[Any]) -> None:
    scope.completed, scope.success, scope.data, rows = saved
    specs = scope.spec.task_specs
    visits: list[Visit] = []
    for key, parent, state, name, changed, marks, data in rows:
        visit = Visit.restored(scope, specs[name], UUID(hex=key), state)
        visit.last_state_change = changed
        visit.internal_data = marks or {}
        visit.data = data or {}
        if parent >= 0:
            visit.hang_on(visits[parent])
        visits.append(visit)
    scope.task_tree = visits[0]


def _json(body: Any) -> bytes:
    try:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False,
                          check_circular=True)
        return text.encode()
    except (TypeError, ValueError) as error:
        raise FlowFailed(
            "Dữ liệu của luồng không phải JSON thuần.", f"The data are not plain JSON: {error}.",
            reason="data-not-json",
        ) from error


def _unfold(state: bytes) -> bytes:
    if state[:1] != _MARK:
        raise Corrupt(
            "Trạng thái thuộc phiên bản không rõ; cần bản motcua mới hơn.",
            f"State version {state[:1].hex() or 'none'} is unknown here; a newer motcua wrote it.",
        )
    unfolder = zlib.decompressobj()
    try:
        body = unfolder.decompress(state[1:], MAX_BYTES)
    except zlib.error as error:
        raise _broken() from error
    if not unfolder.eof or unfolder.unused_data:
        raise _broken()
    return body


def _parse(body: bytes) -> list[Any]:
    try:
        read: list[Any] = json.loads(body)
    except ValueError as error:
        raise _broken() from error
    return read


def _broken() -> Corrupt:
    return Corrupt("Trạng thái lưu trữ bị hỏng.", "The stored state is damaged.")

