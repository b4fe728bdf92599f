"""The tables of liên thông (bảng liên thông): nodes, the national portal, what goes and comes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.store.tables import metadata

_instant = DateTime(timezone=True)

node = Table(
    "node", metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    # motcua: called and calling; webhook: only called; pull: fetches what waits for it.
    Column("kind", Text, nullable=False),
    Column("keys", JSONB, nullable=False),
    Column("procedures", JSONB, nullable=False),
    Column("messages", JSONB, nullable=False),
    # Whether its address may be a private one.
    Column("private", SmallInteger, nullable=False),
    Column("active", SmallInteger, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("not_before", _instant),
    Column("failure", Text),
    Column("added_at", _instant, nullable=False),
)
outbox = Table(
    "outbox", metadata,
    Column("position", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("id", Text, primary_key=True),
    Column("node", Text, nullable=False),
    Column("dossier", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    # None once a decision erased it: then its digest, and which entry of the dossier decided.
    Column("body", LargeBinary),
    Column("created_at", _instant, nullable=False, server_default=func.now()),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("not_before", _instant),
    Column("failure", Text),
    # The sender's detached signature over `body`, and the receiver's signed receipt for it.
    Column("signature", Text),
    Column("receipt", Text),
    Column("delivered_at", _instant),
    # Its number in the feed of a node that fetches, given when it is first offered.
    Column("offered", BigInteger),
    Column("digest", Text),
    Column("erasure", Integer),
    UniqueConstraint("node", "dossier", "sequence"),
    Index(
        "outbox_waiting", "node", "position", postgresql_where=text("state = 'waiting'"),
    ),
    Index("outbox_dead", "node", "position", postgresql_where=text("state = 'dead'")),
    Index("outbox_offered_to", "node", "offered",
          postgresql_where=text("offered IS NOT NULL")),
)
inbox = Table(
    "inbox", metadata,
    Column("source", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("dossier", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary),
    Column("signature", Text, nullable=False),
    Column("received_at", _instant, nullable=False, server_default=func.now()),
    # early: it waits for those before it; taken: its command is an entry.
    Column("state", Text, nullable=False),
    # As in the outbox; and when its sender last sent again what was erased here.
    Column("digest", Text),
    Column("erasure", Integer),
    Column("repeated_at", _instant),
    PrimaryKeyConstraint("source", "id"),
    UniqueConstraint("source", "dossier", "sequence"),
    Index("inbox_early", "source", "dossier", "sequence",
          postgresql_where=text("state = 'early'")),
)
portal_message = Table(
    "portal_message", metadata,
    Column("position", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("dossier", Text, ForeignKey("dossier.code"), nullable=False),
    # What is told is made of the chain up to this entry, when it is sent.
    Column("entry", Integer, nullable=False),
    # The codes of the statuses gone through, in order.
    Column("statuses", JSONB, nullable=False),
    Column("agency", Text, nullable=False),
    Column("at", _instant, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    # How many of its calls the portal has taken this time.
    Column("done", SmallInteger, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("not_before", _instant),
    Column("failure", Text),
    Column("sent_at", _instant),
    # SHA-256 of the data that the portal took last.
    Column("digest", Text),
    PrimaryKeyConstraint("dossier", "entry"),
    Index("portal_waiting", "position", postgresql_where=text("state = 'waiting'")),
    Index("portal_dead", "position", postgresql_where=text("state = 'dead'")),
    Index("portal_by_day", "at", "dossier"),
)
# One row: whether the portal answers.
portal = Table(
    "portal", metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("not_before", _instant),
    Column("failure", Text),
)
