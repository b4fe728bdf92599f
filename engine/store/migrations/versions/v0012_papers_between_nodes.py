"""Papers that cross with messages: who sees them, and the files still on their way from a node."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE paper ADD COLUMN pools TEXT NOT NULL DEFAULT '[]';
ALTER TABLE envelope ADD COLUMN papers TEXT NOT NULL DEFAULT '[]';
CREATE TABLE paper_download (
    position BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    dossier TEXT NOT NULL,
    number INTEGER NOT NULL,
    node TEXT NOT NULL,
    envelope TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    link TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    state TEXT NOT NULL DEFAULT 'waiting',
    tries INTEGER NOT NULL DEFAULT 0,
    not_before TIMESTAMP WITH TIME ZONE,
    failure TEXT,
    done_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (dossier, number),
    UNIQUE (position),
    FOREIGN KEY(dossier, number) REFERENCES paper (dossier, number)
);
CREATE INDEX paper_download_waiting ON paper_download (node, position) WHERE state = 'waiting';
CREATE INDEX paper_download_dead ON paper_download (position) WHERE state = 'dead';
"""
GRANTS = """
GRANT UPDATE (pools) ON paper TO motcua_app;
GRANT SELECT, INSERT ON paper_download TO motcua_app;
GRANT UPDATE (link, state, tries, not_before, failure, done_at) ON paper_download TO motcua_app;
CREATE TRIGGER paper_download_stays BEFORE DELETE OR TRUNCATE ON paper_download
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Add what is said of papers that cross; those that stay say nothing."""
    op.execute(TABLES)
    op.execute(GRANTS)
