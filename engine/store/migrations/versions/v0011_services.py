"""Calls of service tasks: what connectors and external machines have to do, until it is done."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CALLS = """
CREATE TABLE service_call (
    task TEXT NOT NULL REFERENCES task (id),
    dossier TEXT NOT NULL,
    part TEXT NOT NULL,
    element TEXT NOT NULL,
    agency TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    inputs TEXT NOT NULL,
    about TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    held SMALLINT NOT NULL,
    incident SMALLINT NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    retries INTEGER,
    lock TEXT,
    worker TEXT,
    until TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    failure TEXT,
    failed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (task)
);
CREATE INDEX service_call_due ON service_call (kind, name, until)
    WHERE held = 0 AND incident = 0;
CREATE INDEX service_call_of_dossier ON service_call (dossier);
GRANT SELECT, INSERT, DELETE ON service_call TO motcua_app;
GRANT UPDATE (held, incident, tries, retries, lock, worker, until, failure, failed_at)
    ON service_call TO motcua_app;
"""


def upgrade() -> None:
    """Make the table of calls; the application may not change what a call is about."""
    op.execute(CALLS)
