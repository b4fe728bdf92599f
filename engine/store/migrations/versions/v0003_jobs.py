"""Background work: timers that can be claimed, held and put off; the job tables of procrastinate.

The job tables are made by procrastinate's own steps, of exactly these versions whatever version is
installed, in a schema of their own; a later version of them is a later migration of ours.
"""

from __future__ import annotations

from importlib.resources import files

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIMERS = """
ALTER TABLE timer
    ADD COLUMN held SMALLINT NOT NULL DEFAULT 0,
    ADD COLUMN tries SMALLINT NOT NULL DEFAULT 0,
    ADD COLUMN not_before TIMESTAMP WITH TIME ZONE,
    ADD COLUMN failure TEXT;
DROP INDEX timer_due;
CREATE INDEX timer_due ON timer (due) WHERE held = 0;
UPDATE timer SET held = 1 FROM dossier
    WHERE dossier.code = timer.dossier AND dossier.standing::jsonb -> 'hold' <> 'null';
GRANT UPDATE (held, tries, not_before, failure) ON timer TO motcua_app;
"""
#: Steps are named by the version that brought them: 3.10 has those up to 03.04.
LAST = "03.04.99"
GRANTS = """
GRANT USAGE ON SCHEMA jobs TO motcua_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO motcua_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO motcua_app;
"""


def upgrade() -> None:
    """Extend the timers, make the job tables and let the application work with both."""
    op.execute(TIMERS)
    steps = files("procrastinate.sql").joinpath("migrations")
    names = sorted(s.name for s in steps.iterdir() if s.name.endswith(".sql") and s.name < LAST)
    connection = op.get_bind().connection.driver_connection
    assert connection is not None  # noqa: S101 - an open connection has its driver's
    connection.execute("SET LOCAL search_path TO jobs")
    for name in names:
        connection.execute(steps.joinpath(name).read_text(encoding="utf-8"))
    connection.execute("SET LOCAL search_path TO DEFAULT")
    op.execute(GRANTS)
