"""Repeated requests are remembered for a time: the application may forget old ones, no others."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

#: Runs as the owner, because the application may not delete these records; whatever moment it
#: names, nothing younger than 30 days goes.
FORGET = """
CREATE INDEX idempotency_by_age ON idempotency (at);
CREATE FUNCTION forget_requests(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    forgotten integer;
BEGIN
    DELETE FROM public.idempotency WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM public.idempotency
        WHERE at < least(before, now() - interval '30 days')
        ORDER BY at LIMIT most FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
REVOKE EXECUTE ON FUNCTION forget_requests(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_requests(timestamptz, integer) TO motcua_app;
"""


def upgrade() -> None:
    """Add the function by which a worker forgets, and the index that finds what is old."""
    op.execute(FORGET)
