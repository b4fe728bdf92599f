"""Printed registers: what was printed is found by its hash also where no dossier recorded it."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Name the chain of the entry, which may be that of an agency's register."""
    op.execute("""
        ALTER TABLE printed_paper DROP CONSTRAINT printed_paper_dossier_fkey;
        ALTER TABLE printed_paper RENAME COLUMN dossier TO chain;
    """)
