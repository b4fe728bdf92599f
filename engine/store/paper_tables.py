"""The tables of papers (bảng giấy tờ): those of dossiers, and those held for their owners."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from engine.store.tables import metadata

_INSTANT = DateTime(timezone=True)

paper = Table(
    "paper", metadata,
    Column("dossier", Text, ForeignKey("dossier.code"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("component", Text, nullable=False),
    Column("copy", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("added_at", _INSTANT, nullable=False),
    Column("sha256", Text),
    Column("size", BigInteger),
    Column("media_type", Text),
    Column("shown", SmallInteger, nullable=False),
    Column("origin", Text),
    Column("name", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("handed_back_at", _INSTANT),
    Column("revision", Integer, nullable=False),
    # Personal, as names are: subjects of certificates hold identity numbers.
    Column("signatures", Text, nullable=False, server_default=""),
    Column("asked", Text, nullable=False, server_default=""),
    Column("call", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("dossier", "number"),
    # What the sweep of the file store asks: is this file still anybody's?
    Index("paper_of_file", "sha256", postgresql_where=text("sha256 IS NOT NULL")),
)
held_paper = Table(
    "held_paper", metadata,
    Column("id", Text, primary_key=True),
    # Personal, and outside the chain: these rows can be erased on a recorded decision.
    Column("owner", Text, nullable=False),
    Column("paper_type", Text, nullable=False),
    Column("dossier", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("held_since", _INSTANT, nullable=False),
    Column("ended_at", _INSTANT),
    ForeignKeyConstraint(["dossier", "number"], ["paper.dossier", "paper.number"]),
    Index("held_paper_of_dossier", "dossier"),
    Index(
        "held_paper_of_owner", "owner", "paper_type",
        postgresql_where=text("ended_at IS NULL"),
    ),
)
