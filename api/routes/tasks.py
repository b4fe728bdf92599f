"""Routes of tasks (bước xử lý): the worklist of one's desks, and what is done with a task."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import RAISE

from api.clocks import listed_json
from api.cursors import a_due_date, an_id, cut, read_cursor
from api.performing import actor, answer, perform, services
from api.routes.blueprints import Room
from api.schemas.tasks import Assignment, Completion, Nothing, TaskPage, TaskQuery, TaskSeen
from engine.commands import AssignTask, ClaimTask, CompleteTask, UnclaimTask
from engine.store import calendars, tasks

blueprint = Room("tasks", __name__, description="Tasks (bước xử lý)")


@blueprint.get("/tasks")
@blueprint.arguments(TaskQuery, location="query", unknown=RAISE)
@blueprint.response(200, TaskPage)
@blueprint.look()
def page(query: dict[str, Any]) -> Response:
    """List the tasks of one's desks, soonest due first (danh sách việc)."""
    size, after = query.pop("limit"), read_cursor(query.pop("cursor", None), a_due_date, an_id)
    if query.get("assignee") == "me":
        query["assignee"] = actor().id
    with services().store.reading() as connection:
        found = tasks.page(connection, actor(), tasks.Filter(**query), after, size + 1)
        now = services().clock.now()
        shown, following = cut(found, size, lambda one: tasks.place(one.task))
        items = [
            listed_json(one, calendars.by_version(connection, one.calendar), now)
            for one in shown
        ]
    return answer({"items": items, "next": following})


@blueprint.post("/tasks/<task>/complete")
@blueprint.arguments(Completion)
@blueprint.response(200, TaskSeen)
@blueprint.change(etag=True)
def complete(body: dict[str, Any], task: str) -> Response:
    """Complete a task with the official's answers (hoàn thành bước)."""
    return perform(CompleteTask(task, body.get("answers", {})), body)


@blueprint.post("/tasks/<task>/claim")
@blueprint.arguments(Nothing)
@blueprint.response(200, TaskSeen)
@blueprint.change(etag=True)
def claim(body: dict[str, Any], task: str) -> Response:
    """Take a task on (nhận việc)."""
    return perform(ClaimTask(task), body)


@blueprint.post("/tasks/<task>/unclaim")
@blueprint.arguments(Nothing)
@blueprint.response(200, TaskSeen)
@blueprint.change(etag=True)
def unclaim(body: dict[str, Any], task: str) -> Response:
    """Give a task back to its desk (trả việc)."""
    return perform(UnclaimTask(task), body)


@blueprint.post("/tasks/<task>/assign")
@blueprint.arguments(Assignment)
@blueprint.response(200, TaskSeen)
@blueprint.change(etag=True)
def assign(body: dict[str, Any], task: str) -> Response:
    """Give a task to a person of the same desk (phân công)."""
    return perform(AssignTask(task, body["person"]), body)
