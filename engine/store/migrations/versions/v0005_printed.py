"""The papers printed, found by the hash of their bytes; rows only ever come, as entries do."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of printed papers, append-only."""
    op.execute("""
        CREATE TABLE printed_paper (
            dossier text NOT NULL REFERENCES dossier (code),
            entry integer NOT NULL,
            paper text NOT NULL,
            sha256 text NOT NULL,
            PRIMARY KEY (dossier, entry)
        );
        CREATE INDEX printed_paper_by_hash ON printed_paper (sha256);
        CREATE TRIGGER printed_paper_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON
            printed_paper
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        GRANT SELECT, INSERT ON printed_paper TO motcua_app;
    """)
