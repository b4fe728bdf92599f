"""Linked dossiers: nodes, what goes to them and comes from them, and where agencies work."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE agency ADD COLUMN node TEXT;
ALTER TABLE dossier ADD COLUMN links TEXT NOT NULL DEFAULT '{}';
ALTER TABLE envelope
    ADD COLUMN node TEXT,
    ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN kind TEXT NOT NULL DEFAULT 'sent';
CREATE TABLE node (
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    kind TEXT NOT NULL,
    keys JSONB NOT NULL,
    procedures JSONB NOT NULL,
    messages JSONB NOT NULL,
    private SMALLINT NOT NULL,
    active SMALLINT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    not_before TIMESTAMP WITH TIME ZONE,
    failure TEXT,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE outbox (
    position BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    id TEXT NOT NULL,
    node TEXT NOT NULL,
    dossier TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    state TEXT NOT NULL DEFAULT 'waiting',
    tries INTEGER NOT NULL DEFAULT 0,
    not_before TIMESTAMP WITH TIME ZONE,
    failure TEXT,
    signature TEXT,
    receipt TEXT,
    delivered_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    UNIQUE (position),
    UNIQUE (node, dossier, sequence)
);
CREATE INDEX outbox_waiting ON outbox (node, position) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (node, position) WHERE state = 'dead';
CREATE TABLE inbox (
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    dossier TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body BYTEA NOT NULL,
    signature TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    state TEXT NOT NULL,
    PRIMARY KEY (source, id),
    UNIQUE (source, dossier, sequence)
);
CREATE INDEX inbox_early ON inbox (source, dossier, sequence) WHERE state = 'early';
"""
#: What was handed over must be provable years later: bodies are never changed nor removed.
GRANTS = """
GRANT SELECT, INSERT ON node, outbox, inbox TO motcua_app;
GRANT UPDATE ON node TO motcua_app;
GRANT UPDATE (state, tries, not_before, failure, signature, receipt, delivered_at)
    ON outbox TO motcua_app;
GRANT UPDATE (state) ON inbox TO motcua_app;
CREATE TRIGGER outbox_stays BEFORE DELETE OR TRUNCATE ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inbox_stays BEFORE DELETE OR TRUNCATE ON inbox
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Add the tables of liên thông; dossiers that stay at home say nothing of them."""
    op.execute(TABLES)
    op.execute(GRANTS)
