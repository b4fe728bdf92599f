"""Shapes of external tasks and calls of services (khuôn việc tự động), as asked and answered.

Names and milliseconds are those that users of Camunda know.
"""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import Body, data, text, whole
from engine.store.call_states import STATES

#: Milliseconds: shortest and longest lock, longest wait for a task, longest pause after a failure.
SHORTEST, LONGEST, PATIENCE, PAUSE = 1_000, 3_600_000, 20_000, 86_400_000
MOST_TASKS, MOST_TOPICS = 100, 20


class Topic(Body):
    """A topic that a machine does, and for how long it locks what it gets."""

    topicName = text(100)  # noqa: N815 - Camunda's name, as are the others here
    lockDuration = whole(SHORTEST, LONGEST, "milliseconds", required=True)  # noqa: N815


class FetchAndLock(Body):
    """What a machine asks for (nhận việc)."""

    workerId = text(100, says="whatever tells your machines apart")  # noqa: N815
    maxTasks = whole(1, MOST_TASKS, load_default=1)  # noqa: N815
    asyncResponseTimeout = whole(  # noqa: N815
        0, PATIENCE, "milliseconds to wait for a task; may be answered earlier", load_default=0,
    )
    topics = fields.List(
        fields.Nested(Topic), required=True,
        error_messages={"required": "required", "null": "required", "invalid": "not-list"},
        validate=[
            validate.Length(min=1, error="required"),
            validate.Length(max=MOST_TOPICS, error=f"too-many:{MOST_TOPICS}"),
        ],
    )


class Locked(Body):
    """A task that the machine has locked; `lockToken` proves it."""

    id = fields.String()
    topicName = fields.String()  # noqa: N815
    workerId = fields.String()  # noqa: N815
    lockToken = fields.String()  # noqa: N815
    lockExpirationTime = fields.DateTime()  # noqa: N815
    businessKey = fields.String(metadata={"description": "code of the dossier"})  # noqa: N815
    activityId = fields.String()  # noqa: N815
    processDefinitionKey = fields.String(  # noqa: N815
        metadata={"description": "code of the procedure"},
    )
    agency = fields.String()
    retries = fields.Integer(allow_none=True)
    errorMessage = fields.String(allow_none=True)  # noqa: N815
    variables = fields.Dict(metadata={"description": "the inputs that are drawn, and no others"})


class LockedPage(Body):
    """What was locked; empty when nothing came in time."""

    items = fields.List(fields.Nested(Locked))


class Held(Body):
    """Whoever does something with a locked task shows its token."""

    lockToken = text(100)  # noqa: N815


class Completed(Held):
    """The result of an external task (kết quả)."""

    variables = data("the result's values by name")


class Extension(Held):
    """How long to lock it from now on (gia hạn)."""

    newDuration = whole(SHORTEST, LONGEST, "milliseconds", required=True)  # noqa: N815


class Failure(Held):
    """Why it could not be done (báo lỗi); no personal values."""

    errorMessage = text(500)  # noqa: N815
    retries = whole(
        0, 1000, "attempts left; 0 calls for an operator; counts down without it",
        allow_none=True, load_default=None,
    )
    retryTimeout = whole(  # noqa: N815
        0, PAUSE, "milliseconds until the next attempt", load_default=0,
    )


class BpmnError(Held):
    """An error of business that the diagram catches (lỗi nghiệp vụ)."""

    errorCode = text(200)  # noqa: N815
    errorMessage = text(500, required=False)  # noqa: N815
    variables = data("values that go with the error")


class Moved(Body):
    """What became of a call."""

    id = fields.String()
    businessKey = fields.String()  # noqa: N815
    lockExpirationTime = fields.DateTime()  # noqa: N815
    retries = fields.Integer()


class CallQuery(Body):
    """Which calls to list; without any, all."""

    state = fields.String(validate=validate.OneOf(STATES), load_default=None)
    limit = fields.Integer(validate=validate.Range(1, 200), load_default=50)
    cursor = text(500, required=False, says="`next` of the page before")


class CallShown(Body):
    """A call of a service as operators see it, without the values that it is about."""

    id = fields.String()
    dossier = fields.String()
    element = fields.String()
    agency = fields.String()
    kind = fields.String(metadata={"description": "connector or topic"})
    name = fields.String()
    state = fields.String()
    tries = fields.Integer()
    opened_at = fields.DateTime()
    until = fields.DateTime(metadata={"description": "locked until, or not tried again before"})
    worker = fields.String(allow_none=True)
    failure = fields.String(allow_none=True)
    failed_at = fields.DateTime(allow_none=True)


class CallPage(Body):
    """A page of calls, the oldest first."""

    items = fields.List(fields.Nested(CallShown))
    next = fields.String(allow_none=True)
