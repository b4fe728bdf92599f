"""The statements of a dossier (câu lệnh hồ sơ): how its rows are locked, read and written."""

from __future__ import annotations

from sqlalchemy import BindParameter, bindparam, case, func, select, union

from engine.store import calendars, idempotency
from engine.store.statements import insert_text, text_of, update_text
from engine.store.tables import TASK_COLUMNS, dossier, entry, envelope, part, task

_CODE: BindParameter[str] = bindparam("code")
_LOCK_DOSSIER = text_of(select(dossier).where(dossier.c.code == _CODE).with_for_update())
# Every part, so that they can be counted; the states of those that have ended stay where they are.
_LOCK_PARTS = text_of(
    select(*(
        case((part.c.status == "running", column), else_=None).label(column.name)
        if column.name in {"state", "waits"} else column for column in part.columns
    )).where(part.c.dossier == _CODE).order_by(part.c.id).with_for_update(),
)
_OPEN_TASKS = text_of(select(*TASK_COLUMNS).where(task.c.dossier == _CODE, task.c.state == "open"))
_CLOSED_TASK = text_of(
    select(*TASK_COLUMNS).where(task.c.id == bindparam("task"), task.c.state != "open"),
)
KEPT = text_of(
    select(envelope).where(envelope.c.dossier == _CODE, envelope.c.state == "kept"),
)
_KEPT_COUNT = text_of(
    select(func.count()).where(envelope.c.dossier == _CODE, envelope.c.state == "kept"),
)
_BESIDE = f"""\
SELECT ({_KEPT_COUNT}), (SELECT json_object_agg(code, version) FROM ({calendars.OF_DOSSIER}) AS c),
    k.body_hash, k.result
FROM (SELECT 1) AS one LEFT JOIN ({idempotency.KEPT}) AS k ON true
"""  # noqa: S608 - constants
#: Columns of `_BESIDE`: envelopes kept, calendar versions by agency, an answer given before.
BESIDE = 4


def _with_tasks(tasks: str) -> str:
    """Return what stands beside a dossier, and its tasks after it: one row of none or a row each.

    One statement for both: each costs as much as all that it finds.
    """
    return f"SELECT * FROM ({_BESIDE}) AS beside LEFT JOIN ({tasks}) AS t ON true"  # noqa: S608


#: What loads a dossier, in order: locks first, for only what is asked after a lock was given sees
#: what its last holder has left.
BY_CODE = (_LOCK_DOSSIER, _LOCK_PARTS, _with_tasks(_OPEN_TASKS))


def _of_task(statement: str) -> str:
    """Return the statement for the dossier of a task: the lock needs no trip for its code."""
    found = "(SELECT dossier FROM task WHERE id = %(task)s)"
    return statement.replace("%(code)s::VARCHAR", found).replace("%(code)s", found)


BY_TASK = tuple(map(_of_task, (
    _LOCK_DOSSIER, _LOCK_PARTS, _with_tasks(f"{_OPEN_TASKS} UNION ALL {_CLOSED_TASK}"),
)))
AGENCIES = text_of(union(
    select(part.c.agency).where(part.c.dossier == _CODE),
    select(task.c.agency).where(task.c.dossier == _CODE),
))
SAVE_DOSSIER = update_text(dossier, [
    "status", "due", "standing", "build", "entries", "head", "envelopes", "revision", "links",
])
NEW_DOSSIER = insert_text(dossier)
NEW_PART = insert_text(part)
SAVE_PART = update_text(part, ["state", "digest", "status", "waits"])
NEW_TASK = insert_text(task)
SAVE_TASK = update_text(task, [
    "due", "state", "assignee", "closed_at", "closed_by", "revision",
])
PUT_ENVELOPE = insert_text(envelope, overwrite=["state"])
NEW_ENTRY = insert_text(entry)
