"""The national portal: what it is to be told of each dossier, in order, and whether it answers."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE portal_message (
    position BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    dossier TEXT NOT NULL REFERENCES dossier (code),
    entry INTEGER NOT NULL,
    statuses JSONB NOT NULL,
    agency TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    done SMALLINT NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    not_before TIMESTAMP WITH TIME ZONE,
    failure TEXT,
    sent_at TIMESTAMP WITH TIME ZONE,
    digest TEXT,
    PRIMARY KEY (dossier, entry),
    UNIQUE (position)
);
CREATE INDEX portal_waiting ON portal_message (position) WHERE state = 'waiting';
CREATE INDEX portal_dead ON portal_message (position) WHERE state = 'dead';
CREATE INDEX portal_by_day ON portal_message (at, dossier);
CREATE TABLE portal (
    id SMALLINT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    not_before TIMESTAMP WITH TIME ZONE,
    failure TEXT,
    PRIMARY KEY (id)
);
INSERT INTO portal (id) VALUES (1);
"""
#: What is to be told is never taken back: only how the telling stands may change.
GRANTS = """
GRANT SELECT, INSERT ON portal_message TO motcua_app;
GRANT UPDATE (state, done, tries, not_before, failure, sent_at, digest)
    ON portal_message TO motcua_app;
GRANT SELECT, UPDATE (failures, not_before, failure) ON portal TO motcua_app;
CREATE TRIGGER portal_message_stays BEFORE DELETE OR TRUNCATE ON portal_message
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Add the tables of the national portal; dossiers that run are told of from now on."""
    op.execute(TABLES)
    op.execute(GRANTS)
