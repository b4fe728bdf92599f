"""Calls of services (dịch vụ): what machines made comes in, and who may lock what meanwhile.

A result is a command on the dossier like any other. Locks, failures and retries move the call's row
alone: the dossier's history tells what came of a call, not how often it was tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine import forms
from engine.calling import (
    CallCommand,
    ExtendService,
    FailService,
    FetchServices,
    RetryService,
    UnlockService,
)
from engine.commands import CompleteService, Request
from engine.errors import Conflict, Fault, Invalid, NotFound
from engine.law.acting import need_no_hold
from engine.office import permits
from engine.office.dossiers import Desk
from engine.office.result import Result, dossier_etag, finish, when
from engine.office.waking import AT_ONCE, Wakes
from engine.people import SYSTEM, Actor
from engine.proceed import task_of
from engine.store import calls
from engine.store.calls import Claim, Lock

if TYPE_CHECKING:
    from engine.store import Store, Unit

#: Attempts that a machine has when it never says how many are left.
RETRIES = 3
#: Characters of the code of an error.
MOST_CODE = 200


@dataclass(frozen=True)
class Services:
    """What this deployment has: connectors, who may ask for a topic, who may sign by which one."""

    connectors: frozenset[str] = frozenset()
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)
    signing: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Calls:
    """Executes what connectors and external machines bring in, and what they ask meanwhile."""

    def __init__(
        self, store: Store, desk: Desk, services: Services, wakes: Wakes,
    ) -> None:
        self._store, self._desk, self._services = store, desk, services
        self._wakes = wakes

    def complete(
        self, command: CompleteService, actor: Actor, now: datetime,
        request: Request | None, _if_match: frozenset[str] | None,
    ) -> Result:
        """Bring in a result or an error, in one transaction with all that it moves.

        Raises Conflict(lock-lost) for a token that no longer holds, Conflict(task-not-open) when
        the task has ended, Conflict(held) while the part is held.
        """
        with self._store.unit() as unit:
            found = unit.load_of_task(command.task, (actor.id, request) if request else None)
            permits.see_service(found[0] if found else None, actor)
            assert found is not None  # noqa: S101 - see_service has refused
            seen, before = found
            if actor is not SYSTEM:
                service = self._desk.service_of(before, seen.element)
                permits.do_service(service, seen.agency, actor, self._services.topics)
            if request and (kept := unit.take_key(actor.id, request)):
                return Result.repeat(kept)
            task = task_of(before, command.task)
            need_lock(calls.locked(unit.connection, task.id), command.lock)
            need_no_hold(before.dossier.standing, task.part)
            outcome = self._desk.proceed(unit, before, _clean(command), actor, now)
            body = {"id": task.id, "businessKey": before.dossier.code}
            return finish(unit, actor, request, Result(body, dossier_etag(outcome.dossier)))

    def execute(
        self, command: CallCommand, actor: Actor, _now: datetime,
        request: Request | None, _if_match: frozenset[str] | None,
    ) -> Result:
        """Do what a machine or an operator asks about calls; no dossier moves."""
        with self._store.unit() as unit:
            if isinstance(command, FetchServices):
                return self._fetch(unit, command, actor, request)
            if isinstance(command, RetryService):
                permits.do_operate(actor)
                if request and (kept := unit.take_key(actor.id, request)):
                    return Result.repeat(kept)
                body = self._retry(unit, command)
            else:
                row = calls.locked(unit.connection, command.task)
                if row is None or row.agency not in actor.agencies():
                    raise NotFound("Không có việc này.", "There is no such task.", code="no-task")
                permits.do_topic(row.kind, row.name, (row.agency, actor), self._services.topics)
                if request and (kept := unit.take_key(actor.id, request)):
                    return Result.repeat(kept)
                need_lock(row, command.lock)
                body = _move(unit, command, row.retries)
            return finish(unit, actor, request, Result(body))

    def _fetch(
        self, unit: Unit, command: FetchServices, actor: Actor, request: Request | None,
    ) -> Result:
        agencies = permits.do_integrate(actor, command.topics, self._services.topics)
        connection = unit.connection
        if request and (kept := unit.take_key(actor.id, request)):
            held = calls.still_locked(connection, kept["body"]["locks"])
            return Result(_fetched(held), repeated=True)
        found: list[Claim] = []
        for topic, seconds in command.topics.items():
            left = command.most - len(found)
            if left:
                lease = timedelta(seconds=seconds)
                asker = (command.worker, agencies)
                found += calls.fetch(connection, topic, left, lease, asker)
        # Only the tokens are kept for a repetition: values of citizens stand in one place alone.
        keep = request if found else None
        finish(unit, actor, keep, Result({"locks": [claim.lock for claim in found]}))
        return Result(_fetched(found))

    def _retry(self, unit: Unit, command: RetryService) -> dict[str, Any]:
        if calls.locked(unit.connection, command.task) is None:
            raise NotFound("Không có lời gọi này.", "There is no such call.", code="no-call")
        if not calls.retry(unit.connection, command.task):
            raise Conflict(
                "Lời gọi này chưa hỏng, hoặc đang được thực hiện.",
                "This call has not failed, or is being worked on.", code="call-not-failed",
            )
        if self._wakes.calls is not None:
            self._wakes.calls(unit.connection, AT_ONCE)
        return {"id": command.task}


def _move(
    unit: Unit, command: ExtendService | FailService | UnlockService, retries: int | None,
) -> dict[str, Any]:
    connection = unit.connection
    match command:
        case ExtendService(task=task, seconds=seconds):
            until = calls.extend(connection, task, timedelta(seconds=seconds))
            return {"id": task, "lockExpirationTime": when(until.astimezone(UTC))}
        case UnlockService(task=task, lock=lock):
            calls.release(connection, task, lock)
            return {"id": task}
        case FailService(task=task, lock=lock, reason=reason):
            left = (RETRIES if retries is None else retries) - 1
            left = max(left if command.retries is None else command.retries, 0)
            if left:
                pause = timedelta(seconds=command.seconds)
                calls.put_off(connection, (task, lock), pause, reason, left)
            else:
                calls.give_up(connection, task, lock, reason)
            return {"id": task, "retries": left}


def need_lock(row: Lock | None, lock: str) -> None:
    """Raise Conflict unless the token is the one by which the call is locked now."""
    if row is None or row.token != lock:
        raise Conflict(
            "Việc này không còn do bạn giữ; hãy nhận lại bằng fetch-and-lock.",
            "The lock is lost: it ran out or another has it; fetch the task anew.",
            code="lock-lost",
        )


def _clean(command: CompleteService) -> CompleteService:
    if command.error is not None and not 0 < len(command.error) <= MOST_CODE:
        raise Invalid(
            "Mã lỗi phải có 1 đến 200 ký tự.", "The code of an error has 1 to 200 characters.",
            [Fault("/errorCode", "too-long", "Rút ngắn mã lỗi.", "Shorten the code.")],
            code="data-invalid",
        )
    return replace(
        command, answers=forms.clean_data(command.answers),
        content=forms.clean_data(command.content, pointer=""),
    )


def _fetched(found: list[Claim]) -> dict[str, Any]:
    return {"items": [
        {
            "id": claim.task, "topicName": claim.name, "workerId": claim.worker,
            "lockToken": claim.lock, "lockExpirationTime": when(claim.until.astimezone(UTC)),
            "businessKey": claim.dossier, "activityId": claim.element,
            "processDefinitionKey": claim.about.get("procedure"), "agency": claim.agency,
            "retries": claim.retries, "errorMessage": claim.failure, "variables": claim.inputs,
        }
        for claim in found
    ]}
