"""Results (kết quả yêu cầu): what the one who asked gets to see, and the version it has now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.clock import local
from engine.commands import Request
from engine.dossier import Dossier, Task
from engine.errors import PreconditionRequired, Stale
from engine.law.status import CODES, NAMES_VI
from engine.people import Actor
from engine.proceed.outcome import Outcome

if TYPE_CHECKING:
    from engine.store import Unit


@dataclass(frozen=True)
class Result:
    """The answer to a command: plain JSON data, the thing's ETag, and whether it was created."""

    body: Mapping[str, Any] = field(default_factory=dict)
    etag: str | None = None
    created: bool = False
    repeated: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what an idempotency record keeps of the result."""
        return {"body": dict(self.body), "etag": self.etag, "created": self.created}

    @classmethod
    def repeat(cls, kept: Mapping[str, Any]) -> Result:
        """Return the result of the first request for one that repeats it."""
        return cls(kept["body"], kept["etag"], kept["created"], repeated=True)


def finish(unit: Unit, actor: Actor, request: Request | None, result: Result) -> Result:
    """Keep the result for those who repeat the request, commit, and return it."""
    if request is not None:
        unit.record(actor.id, request, result.as_json())
    unit.commit()
    return result


def task_etag(task: Task) -> str:
    """Return the version of a task: it changes with that task alone (docs/decisions.md, 7)."""
    return f"{task.id[:13]}-{task.revision}"


def dossier_etag(dossier: Dossier) -> str:
    """Return the version of a dossier's legal side: it changes with what acts depend on."""
    return f"{dossier.code}-{dossier.revision}"


def match(etag: str, if_match: frozenset[str] | None) -> None:
    """Raise PreconditionRequired without If-Match, Stale when none of its versions is `etag`."""
    if if_match is None:
        raise PreconditionRequired(
            "Thiếu If-Match: hãy gửi ETag của bản đã đọc.",
            "If-Match is missing: send the ETag of what you read.",
        )
    if "*" not in if_match and etag not in if_match:
        raise Stale(
            "Dữ liệu đã thay đổi sau khi đọc; hãy tải lại rồi thử lại.",
            "It has changed since you read it; load it again and decide anew.", etag=etag,
        )


def task_json(task: Task, code: str) -> dict[str, Any]:
    """Return a task as officials and integrators see it."""
    return {
        "id": task.id, "element": task.element, "name": task.name, "step": task.step,
        "dossier": code, "agency": task.agency, "role": task.role, "form": task.form,
        "act": task.act, "state": task.state, "assignee": task.assignee,
        "opened_at": when(task.opened_at), "due": when(task.due),
        "closed_at": when(task.closed_at), "etag": task_etag(task),
    }


def dossier_json(dossier: Dossier) -> dict[str, Any]:
    """Return code, status and due date of a dossier."""
    status = dossier.standing.status
    return {
        "code": dossier.code, "status": CODES[status], "status_name": status,
        "status_label": NAMES_VI[status], "due": when(dossier.standing.due),
        "etag": dossier_etag(dossier),
    }


def outcome_json(outcome: Outcome, agencies: frozenset[str]) -> dict[str, Any]:
    """Return what a command did, as far as an actor of those agencies may see it."""
    return {
        "dossier": dossier_json(outcome.dossier),
        "opened": [
            task_json(task, outcome.dossier.code)
            for task in outcome.opened if task.agency in agencies
        ],
    }


def when(at: datetime | None) -> str | None:
    """Return an instant as the outside reads it: RFC 3339 at +07:00."""
    return None if at is None else local(at).isoformat()
