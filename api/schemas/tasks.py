"""Shapes of tasks (khuôn bước xử lý), as asked and as answered."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import Body, data, text
from api.schemas.clocks import judged


class Completion(Body):
    """How a task was done (hoàn thành)."""

    answers = data("answers to the task's form, and to its questions under the gateway's id")


class Assignment(Body):
    """Who is to do a task (phân công)."""

    person = text(says="id of a person of the same desk")


class Nothing(Body):
    """An empty object, or no body at all."""


class TaskQuery(Body):
    """Which tasks to list; without any, all open ones of the asker's desks."""

    state = fields.String(
        validate=validate.OneOf(["open", "done", "cancelled"]), load_default="open",
    )
    dossier = text(required=False)
    agency = text(required=False)
    role = text(required=False)
    assignee = text(required=False, says="id of a person, or `me`")
    limit = fields.Integer(validate=validate.Range(1, 200), load_default=50)
    cursor = text(500, required=False, says="`next` of the page before")


class TaskSeen(Body):
    """A task of one's desks (bước xử lý)."""

    id = fields.String()
    element = fields.String()
    name = fields.String()
    step = fields.String(allow_none=True)
    dossier = fields.String()
    agency = fields.String()
    role = fields.String(allow_none=True)
    form = fields.String(allow_none=True)
    act = fields.String(allow_none=True)
    state = fields.String()
    assignee = fields.String(allow_none=True)
    opened_at = fields.DateTime(allow_none=True)
    due = fields.DateTime(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
    etag = fields.String()


class TaskListed(TaskSeen):
    """A task in a list, with where it stands against its due date now."""

    standing = judged("cancelled")


class TaskPage(Body):
    """A page of tasks, soonest due first."""

    items = fields.List(fields.Nested(TaskListed))
    next = fields.String(allow_none=True)
