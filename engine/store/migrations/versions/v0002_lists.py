"""Indexes for the tasks that one person holds and for those that a desk has closed."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two indexes."""
    op.execute("""
        CREATE INDEX task_held ON task (assignee, due_order, id)
            WHERE state = 'open' AND assignee IS NOT NULL;
        CREATE INDEX task_closed ON task (agency, role, state, due_order, id)
            WHERE state <> 'open';
    """)
