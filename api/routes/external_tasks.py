"""Routes of external tasks (việc tự động): what integrators' machines fetch, do and bring back."""

from __future__ import annotations

import threading
import time
from typing import Any

from flask import Response

from api.performing import actor, answer, perform, repeatable, services
from api.routes.blueprints import Room
from api.schemas.calls import (
    BpmnError,
    Completed,
    Extension,
    Failure,
    FetchAndLock,
    Held,
    LockedPage,
    Moved,
)
from engine.calling import ExtendService, FailService, FetchServices, UnlockService
from engine.commands import CompleteService
from engine.office import Result

blueprint = Room(
    "external_tasks", __name__, description="External tasks (việc tự động), named as in Camunda",
)

#: Requests of one process that may wait for tasks; others are answered at once, so that waiting
#: machines never keep people from the server.
WAITERS = 2
#: Seconds between looks while one waits.
LOOK = 0.5
_waiters = threading.BoundedSemaphore(WAITERS)


@blueprint.post("/external-tasks/fetch-and-lock")
@blueprint.arguments(FetchAndLock)
@blueprint.response(200, LockedPage)
@blueprint.change(etag=False)
def fetch_and_lock(body: dict[str, Any]) -> Response:
    """Lock tasks of some topics for one's machine, waiting for them if asked (nhận việc)."""
    topics = {t["topicName"]: t["lockDuration"] / 1000 for t in body["topics"]}
    command = FetchServices(topics, body["maxTasks"], body["workerId"])
    until = time.monotonic() + body["asyncResponseTimeout"] / 1000
    result = _fetch(command, body)
    if result.body["items"] or result.repeated or until <= time.monotonic():
        return answer(result.body)
    if _waiters.acquire(blocking=False):
        try:
            while not result.body["items"] and (left := until - time.monotonic()) > 0:
                time.sleep(min(LOOK, left))
                result = _fetch(command, body)
        finally:
            _waiters.release()
    return answer(result.body)


def _fetch(command: FetchServices, body: dict[str, Any]) -> Result:
    return services().office.execute(command, actor(), request=repeatable(body))


@blueprint.post("/external-tasks/<task>/complete")
@blueprint.arguments(Completed)
@blueprint.response(200, Moved)
@blueprint.change(etag=False)
def complete(body: dict[str, Any], task: str) -> Response:
    """Bring in the result of a locked task (hoàn thành)."""
    command = CompleteService(task, body["lockToken"], body.get("variables", {}))
    return perform(command, body)


@blueprint.post("/external-tasks/<task>/bpmn-error")
@blueprint.arguments(BpmnError)
@blueprint.response(200, Moved)
@blueprint.change(etag=False)
def bpmn_error(body: dict[str, Any], task: str) -> Response:
    """Bring in an error that the diagram catches by its code (lỗi nghiệp vụ)."""
    said = body.get("errorMessage")
    return perform(CompleteService(
        task, body["lockToken"], body.get("variables", {}), body["errorCode"],
        {"message": said} if said else {},
    ), body)


@blueprint.post("/external-tasks/<task>/failure")
@blueprint.arguments(Failure)
@blueprint.response(200, Moved)
@blueprint.change(etag=False)
def failure(body: dict[str, Any], task: str) -> Response:
    """Tell that a locked task could not be done this time (báo lỗi)."""
    return perform(FailService(
        task, body["lockToken"], body["errorMessage"], body["retries"],
        body["retryTimeout"] / 1000,
    ), body)


@blueprint.post("/external-tasks/<task>/extend-lock")
@blueprint.arguments(Extension)
@blueprint.response(200, Moved)
@blueprint.change(etag=False)
def extend_lock(body: dict[str, Any], task: str) -> Response:
    """Keep a locked task for longer (gia hạn)."""
    return perform(ExtendService(task, body["lockToken"], body["newDuration"] / 1000), body)


@blueprint.post("/external-tasks/<task>/unlock")
@blueprint.arguments(Held)
@blueprint.response(200, Moved)
@blueprint.change(etag=False)
def unlock(body: dict[str, Any], task: str) -> Response:
    """Give a locked task back to whoever fetches next (nhả việc)."""
    return perform(UnlockService(task, body["lockToken"]), body)
