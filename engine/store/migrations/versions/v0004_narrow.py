"""Narrower grants: the application can no longer rewrite what was approved."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the application move a version along its lifecycle and change nothing else of it."""
    op.execute("""
        REVOKE UPDATE ON procedure_version, procedure FROM motcua_app;
        GRANT UPDATE (state, submitted_by, approved_by, decision, decision_date, effective_from)
            ON procedure_version TO motcua_app;
        GRANT UPDATE (entries, head) ON procedure TO motcua_app;
        REVOKE DELETE ON idempotency FROM motcua_app;
        CREATE TRIGGER dossier_stays BEFORE DELETE OR TRUNCATE ON dossier
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    """)
