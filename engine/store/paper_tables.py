"""The tables of papers (bảng giấy tờ): of dossiers, on their way, and held for their owners."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    func,
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
    # The processes of the pools that see it beside the receiving and the competent agency.
    Column("pools", Text, nullable=False, server_default="[]"),
    # Personal, as names are: subjects of certificates hold identity numbers.
    Column("signatures", Text, nullable=False, server_default=""),
    Column("asked", Text, nullable=False, server_default=""),
    Column("call", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("dossier", "number"),
    # What the sweep of the file store asks: is this file still anybody's?
    Index("paper_of_file", "sha256", postgresql_where=text("sha256 IS NOT NULL")),
)
# The files of papers that another node handed over, on their way from there.
paper_download = Table(
    "paper_download", metadata,
    Column("position", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("dossier", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("node", Text, nullable=False),
    Column("envelope", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    # The link that came with the envelope, if any; another one is asked for when it has expired.
    Column("link", Text),
    Column("created_at", _INSTANT, nullable=False, server_default=func.now()),
    # waiting: not here yet; done; dead: it cannot come, until an operator re-drives it.
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("not_before", _INSTANT),
    Column("failure", Text),
    Column("done_at", _INSTANT),
    PrimaryKeyConstraint("dossier", "number"),
    ForeignKeyConstraint(["dossier", "number"], ["paper.dossier", "paper.number"]),
    Index("paper_download_waiting", "node", "position",
          postgresql_where=text("state = 'waiting'")),
    Index("paper_download_dead", "position", postgresql_where=text("state = 'dead'")),
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
