"""Envelopes for nodes that fetch are numbered when they are offered, not when they are written."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the number; what was offered before under another numbering is offered anew."""
    op.execute("""
        ALTER TABLE outbox ADD COLUMN offered BIGINT;
        CREATE SEQUENCE outbox_offered;
        CREATE INDEX outbox_offered_to ON outbox (node, offered) WHERE offered IS NOT NULL;
        GRANT UPDATE (offered) ON outbox TO motcua_app;
        GRANT USAGE ON SEQUENCE outbox_offered TO motcua_app;
    """)
