"""The papers of dossiers, and those held for their owners to be used again.

A paper's row is never taken away and only its state moves on; a held paper names its owner, so the
owner of the database can erase it.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE paper (
    dossier TEXT NOT NULL,
    number INTEGER NOT NULL,
    component TEXT NOT NULL,
    copy TEXT NOT NULL,
    count INTEGER NOT NULL,
    source TEXT NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sha256 TEXT,
    size BIGINT,
    media_type TEXT,
    shown SMALLINT NOT NULL,
    origin TEXT,
    name TEXT NOT NULL,
    file_name TEXT NOT NULL,
    state TEXT NOT NULL,
    handed_back_at TIMESTAMP WITH TIME ZONE,
    revision INTEGER NOT NULL,
    PRIMARY KEY (dossier, number),
    FOREIGN KEY(dossier) REFERENCES dossier (code)
);

CREATE INDEX paper_of_file ON paper (sha256) WHERE sha256 IS NOT NULL;

CREATE TABLE held_paper (
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    paper_type TEXT NOT NULL,
    dossier TEXT NOT NULL,
    number INTEGER NOT NULL,
    held_since TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(dossier, number) REFERENCES paper (dossier, number)
);

CREATE INDEX held_paper_of_dossier ON held_paper (dossier);

CREATE INDEX held_paper_of_owner ON held_paper (owner, paper_type) WHERE ended_at IS NULL;
"""
GRANTS = """
GRANT SELECT, INSERT ON paper, held_paper TO motcua_app;
GRANT UPDATE (state, handed_back_at, revision) ON paper TO motcua_app;
GRANT UPDATE (ended_at) ON held_paper TO motcua_app;
CREATE TRIGGER paper_stays BEFORE DELETE OR TRUNCATE ON paper
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Create both tables, and let the application add to them and move states on."""
    op.execute(TABLES)
    op.execute(GRANTS)
