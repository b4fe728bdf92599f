"""Signatures: what a paper's file says of its own, and of whom one more is asked."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SIGNATURES = """
ALTER TABLE paper ADD COLUMN signatures TEXT NOT NULL DEFAULT '';
ALTER TABLE paper ADD COLUMN asked TEXT NOT NULL DEFAULT '';
ALTER TABLE paper ADD COLUMN call TEXT NOT NULL DEFAULT '';
GRANT UPDATE (asked, call) ON paper TO motcua_app;
ALTER TABLE service_call DROP CONSTRAINT service_call_task_fkey;
"""


def upgrade() -> None:
    """Widen papers; a call may be for a signature, which no task waits for."""
    op.execute(SIGNATURES)
