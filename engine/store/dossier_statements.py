"""The statements of a dossier (câu lệnh hồ sơ): how its rows are locked, read and written."""

from __future__ import annotations

from sqlalchemy import BindParameter, bindparam, case, select, union

from engine.store.statements import insert_text, text_of, update_text
from engine.store.tables import TASK_COLUMNS, dossier, entry, envelope, part, task

_CODE: BindParameter[str] = bindparam("code")
LOCK_DOSSIER = text_of(select(dossier).where(dossier.c.code == _CODE).with_for_update())
# Every part, so that they can be counted; the states of those that have ended stay where they are.
LOCK_PARTS = text_of(
    select(*(
        case((part.c.status == "running", column), else_=None).label(column.name)
        if column.name in {"state", "waits"} else column for column in part.columns
    )).where(part.c.dossier == _CODE).order_by(part.c.id).with_for_update(),
)
OPEN_TASKS = text_of(select(*TASK_COLUMNS).where(task.c.dossier == _CODE, task.c.state == "open"))
KEPT = text_of(
    select(envelope).where(envelope.c.dossier == _CODE, envelope.c.state == "kept"),
)
FIND_TASK = text_of(select(*TASK_COLUMNS).where(task.c.id == bindparam("id")))
AGENCIES = text_of(union(
    select(part.c.agency).where(part.c.dossier == _CODE),
    select(task.c.agency).where(task.c.dossier == _CODE),
))
SAVE_DOSSIER = update_text(dossier, [
    "status", "due", "standing", "build", "entries", "head", "envelopes", "revision", "links",
])
NEW_DOSSIER = insert_text(dossier)
PUT_PART = insert_text(part, overwrite=["state", "digest", "status", "waits"])
NEW_TASK = insert_text(task)
SAVE_TASK = update_text(task, [
    "due", "state", "assignee", "closed_at", "closed_by", "revision",
])
PUT_ENVELOPE = insert_text(envelope, overwrite=["state"])
NEW_ENTRY = insert_text(entry)
