"""The tables (bảng): what the archive keeps, as SQLAlchemy describes it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.store import call_table

#: The owner holds tables, triggers and functions; the application role may only use them.
OWNER, APPLICATION = "motcua_owner", "motcua_app"
#: The schema of the job tables, which are procrastinate's and not described here.
JOBS = "jobs"

metadata = call_table.metadata
_instant = DateTime(timezone=True)

calendar = Table(
    "calendar", metadata,
    Column("version", Text, primary_key=True),
    Column("content", Text, nullable=False),
)
agency = Table(
    "agency", metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("calendar", Text, ForeignKey("calendar.version"), nullable=False),
    Column("links", JSONB, nullable=False),
    # The node at which the agency works; null: this one.
    Column("node", Text),
)
# The chains that belong to no dossier and no procedure: the register's and every calendar's.
ledger = Table(
    "ledger", metadata,
    Column("chain", Text, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("head", Text, nullable=False),
)
# Running dossiers that have yet to turn from the former calendar of an agency to its present one.
recount = Table(
    "recount", metadata,
    Column("dossier", Text, nullable=False),
    Column("agency", Text, ForeignKey("agency.code"), nullable=False),
    Column("former", Text, ForeignKey("calendar.version"), nullable=False),
    Column("decision", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    PrimaryKeyConstraint("dossier", "agency"),
)
person = Table(
    "person", metadata,
    Column("id", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("issuer", "subject"),
)
post = Table(
    "post", metadata,
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("agency", Text, ForeignKey("agency.code"), nullable=False),
    Column("role", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    PrimaryKeyConstraint("person", "agency", "role", "since"),
)
procedure = Table(
    "procedure", metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("head", Text, nullable=False),
)
flow = Table(
    "flow", metadata,
    Column("hash", Text, primary_key=True),
    Column("lowered", LargeBinary, nullable=False),
)
procedure_version = Table(
    "procedure_version", metadata,
    Column("procedure", Text, ForeignKey("procedure.code"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("source_hash", Text, nullable=False),
    Column("flow", Text, ForeignKey("flow.hash"), nullable=False),
    Column("lowering", Integer, nullable=False),
    Column("source_map", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("pools", Text, nullable=False),
    Column("findings", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("submitted_by", Text),
    Column("approved_by", Text),
    Column("decision", Text),
    Column("decision_date", Date),
    Column("effective_from", Date),
    PrimaryKeyConstraint("procedure", "number"),
)
procedure_file = Table(
    "procedure_file", metadata,
    Column("procedure", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("procedure", "number", "name"),
)
dossier_sequence = Table(
    "dossier_sequence", metadata,
    Column("agency", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("agency", "day"),
)
dossier = Table(
    "dossier", metadata,
    Column("code", Text, primary_key=True),
    Column("procedure", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("flow", Text, ForeignKey("flow.hash"), nullable=False),
    Column("rule_set", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("receiving_agency", Text, ForeignKey("agency.code"), nullable=False),
    Column("competent_agency", Text, ForeignKey("agency.code"), nullable=False),
    Column("registered_at", _instant, nullable=False),
    Column("desks", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("due", _instant),
    Column("standing", Text, nullable=False),
    Column("build", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("head", Text, nullable=False),
    Column("envelopes", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("links", Text, nullable=False, server_default="{}"),
    CheckConstraint("status BETWEEN 1 AND 10", name="dossier_status"),
    Index("dossier_by_agency", "receiving_agency", "registered_at", "code"),
)
part = Table(
    "part", metadata,
    Column("dossier", Text, ForeignKey("dossier.code"), nullable=False),
    Column("id", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("lead", SmallInteger, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("waits", Text, nullable=False),
    PrimaryKeyConstraint("dossier", "id"),
)
task = Table(
    "task", metadata,
    Column("id", Text, primary_key=True),
    Column("dossier", Text, ForeignKey("dossier.code"), nullable=False),
    Column("part", Text),
    Column("element", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("agency", Text, nullable=False),
    # Empty where the drawing names no role: anyone of the agency may do it.
    Column("role", Text, nullable=False),
    Column("step", Text),
    Column("form", Text),
    Column("act", Text),
    Column("opened_at", _instant, nullable=False),
    Column("due", _instant),
    Column("budget", Text),
    Column("state", Text, nullable=False),
    Column("assignee", Text),
    Column("closed_at", _instant),
    Column("closed_by", Text),
    Column("revision", Integer, nullable=False),
    Column("due_order", _instant, Computed(
        "COALESCE(due, 'infinity'::timestamptz)", persisted=True,
    )),
    # The worklist: one desk's open tasks, soonest due first; those without a due date come last.
    Index(
        "task_worklist", "agency", "role", "due_order", "id",
        postgresql_where=text("state = 'open'"),
    ),
    # What one person holds, and what a desk has closed: neither may cost a walk along the worklist.
    Index(
        "task_held", "assignee", "due_order", "id",
        postgresql_where=text("state = 'open' AND assignee IS NOT NULL"),
    ),
    Index(
        "task_closed", "agency", "role", "state", "due_order", "id",
        postgresql_where=text("state <> 'open'"),
    ),
    Index("task_of_dossier", "dossier", "state"),
)
timer = Table(
    "timer", metadata,
    Column("dossier", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("wait", Text, nullable=False),
    Column("due", _instant, nullable=False),
    # Mirrors the hold of the dossier, so that what may fire is found by one index.
    Column("held", SmallInteger, nullable=False, server_default="0"),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Column("not_before", _instant),
    Column("failure", Text),
    PrimaryKeyConstraint("dossier", "part", "wait"),
    Index("timer_due", "due", postgresql_where=text("held = 0")),
)
envelope = Table(
    "envelope", metadata,
    Column("id", Text, primary_key=True),
    Column("dossier", Text, ForeignKey("dossier.code"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("key", Text),
    Column("sender", Text, nullable=False),
    Column("receiver", Text),
    Column("receiver_name", Text, nullable=False),
    Column("element", Text),
    Column("starts", SmallInteger, nullable=False),
    Column("payload", Text, nullable=False),
    Column("sent_at", _instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("node", Text),
    Column("sequence", Integer, nullable=False, server_default="0"),
    Column("kind", Text, nullable=False, server_default="sent"),
    Column("papers", Text, nullable=False, server_default="[]"),
    UniqueConstraint("dossier", "number"),
)
entry = Table(
    "entry", metadata,
    Column("chain", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("personal", LargeBinary),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("chain", "number"),
)
printed_paper = Table(
    "printed_paper", metadata,
    # A dossier's code, or the chain of an agency's register.
    Column("chain", Text, nullable=False),
    Column("entry", Integer, nullable=False),
    Column("paper", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    PrimaryKeyConstraint("chain", "entry"),
    Index("printed_paper_by_hash", "sha256"),
)
checkpoint = Table(
    "checkpoint", metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
idempotency = Table(
    "idempotency", metadata,
    Column("actor", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("result", Text),
    Column("at", _instant, nullable=False),
    PrimaryKeyConstraint("actor", "method", "path", "key"),
    Index("idempotency_by_age", "at"),
)

#: A task's columns in the order of engine.dossier.Task, the dossier's code after the id.
TASK_COLUMNS = [column for column in task.columns if column.computed is None]
