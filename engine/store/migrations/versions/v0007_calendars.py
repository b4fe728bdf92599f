"""Calendars that change: chains of the office's own, and the dossiers still to be recounted."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables; a ledger only ever advances."""
    op.execute("""
        CREATE TABLE ledger (
            chain TEXT NOT NULL,
            entries INTEGER NOT NULL,
            head TEXT NOT NULL,
            PRIMARY KEY (chain)
        );
        CREATE TABLE recount (
            dossier TEXT NOT NULL,
            agency TEXT NOT NULL,
            former TEXT NOT NULL,
            decision TEXT NOT NULL,
            decided_by TEXT NOT NULL,
            PRIMARY KEY (dossier, agency),
            FOREIGN KEY(agency) REFERENCES agency (code),
            FOREIGN KEY(former) REFERENCES calendar (version)
        );
        CREATE TRIGGER ledger_stays BEFORE DELETE OR TRUNCATE ON ledger
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        GRANT SELECT, INSERT ON ledger, recount TO motcua_app;
        GRANT UPDATE (entries, head) ON ledger TO motcua_app;
        GRANT UPDATE (decision, decided_by), DELETE ON recount TO motcua_app;
    """)
