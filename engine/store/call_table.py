"""The table of calls (bảng lời gọi dịch vụ): a row for each task that a machine has to do."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

#: What every table is entered in, so that all can be compared with what stands.
metadata = MetaData()
_instant = DateTime(timezone=True)

service_call = Table(
    "service_call", metadata,
    # The task that waits, or the id of an asked signature, for which no task stands.
    Column("task", Text, primary_key=True),
    Column("dossier", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("opened_at", _instant, nullable=False, server_default=text("now()")),
    # Mirrors the hold of the dossier, as with timers.
    Column("held", SmallInteger, nullable=False),
    Column("incident", SmallInteger, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("retries", Integer),
    Column("lock", Text),
    Column("worker", Text),
    # Until then somebody has locked the call, or a failed one is not tried again.
    Column("until", _instant, nullable=False, server_default=text("now()")),
    Column("failure", Text),
    Column("failed_at", _instant),
    Index(
        "service_call_due", "kind", "name", "until",
        postgresql_where=text("held = 0 AND incident = 0"),
    ),
    Index("service_call_of_dossier", "dossier"),
)
