"""The first schema: register, procedures, dossiers, and a history that cannot be rewritten."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE calendar (
    version TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (version)
);

CREATE TABLE checkpoint (
    number BIGINT NOT NULL,
    body BYTEA NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (number)
);

CREATE TABLE dossier_sequence (
    agency TEXT NOT NULL,
    day DATE NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (agency, day)
);

CREATE TABLE entry (
    chain TEXT NOT NULL,
    number INTEGER NOT NULL,
    body BYTEA NOT NULL,
    personal BYTEA,
    hash TEXT NOT NULL,
    PRIMARY KEY (chain, number)
);

CREATE TABLE flow (
    hash TEXT NOT NULL,
    lowered BYTEA NOT NULL,
    PRIMARY KEY (hash)
);

CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    result TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (actor, method, path, key)
);

CREATE TABLE person (
    id TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (issuer, subject)
);

CREATE TABLE procedure (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    entries INTEGER NOT NULL,
    head TEXT NOT NULL,
    PRIMARY KEY (code)
);

CREATE TABLE procedure_file (
    procedure TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (procedure, number, name)
);

CREATE TABLE timer (
    dossier TEXT NOT NULL,
    part TEXT NOT NULL,
    wait TEXT NOT NULL,
    due TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (dossier, part, wait)
);

CREATE INDEX timer_due ON timer (due);

CREATE TABLE agency (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    calendar TEXT NOT NULL,
    links JSONB NOT NULL,
    PRIMARY KEY (code),
    FOREIGN KEY(calendar) REFERENCES calendar (version)
);

CREATE TABLE procedure_version (
    procedure TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    source_hash TEXT NOT NULL,
    flow TEXT NOT NULL,
    lowering INTEGER NOT NULL,
    source_map TEXT NOT NULL,
    facts TEXT NOT NULL,
    pools TEXT NOT NULL,
    findings TEXT NOT NULL,
    author TEXT NOT NULL,
    submitted_by TEXT,
    approved_by TEXT,
    decision TEXT,
    decision_date DATE,
    effective_from DATE,
    PRIMARY KEY (procedure, number),
    FOREIGN KEY(procedure) REFERENCES procedure (code),
    FOREIGN KEY(flow) REFERENCES flow (hash)
);

CREATE TABLE dossier (
    code TEXT NOT NULL,
    procedure TEXT NOT NULL,
    version INTEGER NOT NULL,
    flow TEXT NOT NULL,
    rule_set TEXT NOT NULL,
    channel TEXT NOT NULL,
    receiving_agency TEXT NOT NULL,
    competent_agency TEXT NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    desks TEXT NOT NULL,
    status SMALLINT NOT NULL,
    due TIMESTAMP WITH TIME ZONE,
    standing TEXT NOT NULL,
    build TEXT NOT NULL,
    entries INTEGER NOT NULL,
    head TEXT NOT NULL,
    envelopes INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (code),
    CONSTRAINT dossier_status CHECK (status BETWEEN 1 AND 10),
    FOREIGN KEY(flow) REFERENCES flow (hash),
    FOREIGN KEY(receiving_agency) REFERENCES agency (code),
    FOREIGN KEY(competent_agency) REFERENCES agency (code)
);

CREATE INDEX dossier_by_agency ON dossier (receiving_agency, registered_at, code);

CREATE TABLE post (
    person TEXT NOT NULL,
    agency TEXT NOT NULL,
    role TEXT NOT NULL,
    since DATE NOT NULL,
    until DATE,
    PRIMARY KEY (person, agency, role, since),
    FOREIGN KEY(person) REFERENCES person (id),
    FOREIGN KEY(agency) REFERENCES agency (code)
);

CREATE TABLE envelope (
    id TEXT NOT NULL,
    dossier TEXT NOT NULL,
    number INTEGER NOT NULL,
    message TEXT NOT NULL,
    key TEXT,
    sender TEXT NOT NULL,
    receiver TEXT,
    receiver_name TEXT NOT NULL,
    element TEXT,
    starts SMALLINT NOT NULL,
    payload TEXT NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (dossier, number),
    FOREIGN KEY(dossier) REFERENCES dossier (code)
);

CREATE TABLE part (
    dossier TEXT NOT NULL,
    id TEXT NOT NULL,
    process TEXT NOT NULL,
    name TEXT NOT NULL,
    agency TEXT NOT NULL,
    lead SMALLINT NOT NULL,
    state BYTEA NOT NULL,
    digest TEXT NOT NULL,
    status TEXT NOT NULL,
    waits TEXT NOT NULL,
    PRIMARY KEY (dossier, id),
    FOREIGN KEY(dossier) REFERENCES dossier (code)
);

CREATE TABLE task (
    id TEXT NOT NULL,
    dossier TEXT NOT NULL,
    part TEXT,
    element TEXT NOT NULL,
    name TEXT NOT NULL,
    agency TEXT NOT NULL,
    role TEXT NOT NULL,
    step TEXT,
    form TEXT,
    act TEXT,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due TIMESTAMP WITH TIME ZONE,
    budget TEXT,
    state TEXT NOT NULL,
    assignee TEXT,
    closed_at TIMESTAMP WITH TIME ZONE,
    closed_by TEXT,
    revision INTEGER NOT NULL,
    due_order TIMESTAMP WITH TIME ZONE
        GENERATED ALWAYS AS (COALESCE(due, 'infinity'::timestamptz)) STORED,
    PRIMARY KEY (id),
    FOREIGN KEY(dossier) REFERENCES dossier (code)
);

CREATE INDEX task_of_dossier ON task (dossier, state);

CREATE INDEX task_worklist ON task (agency, role, due_order, id) WHERE state = 'open';
"""

#: History, checkpoints and all that entries pin are only ever added to.
APPEND_ONLY = ("entry", "checkpoint", "calendar", "flow", "procedure_file")

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

#: An entry follows the last one of its chain; a gap is refused before anyone can build on it.
FOLLOW = """
CREATE FUNCTION entry_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number <> 1 AND NOT EXISTS (
        SELECT 1 FROM entry WHERE chain = NEW.chain AND number = NEW.number - 1
    ) THEN
        RAISE EXCEPTION 'entry % of % follows nothing', NEW.number, NEW.chain
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_follows BEFORE INSERT ON entry
    FOR EACH ROW EXECUTE FUNCTION entry_follows();
"""

GRANTS = """
GRANT SELECT ON ALL TABLES IN SCHEMA public TO motcua_app;
GRANT INSERT ON ALL TABLES IN SCHEMA public TO motcua_app;
GRANT UPDATE ON agency, person, post, procedure, procedure_version, dossier_sequence, dossier,
    part, task, envelope, idempotency TO motcua_app;
GRANT DELETE ON timer, idempotency TO motcua_app;
REVOKE INSERT ON alembic_version FROM motcua_app;
"""


def upgrade() -> None:
    """Create everything; there is no way back, as for every migration here."""
    op.execute(TABLES)
    op.execute(REFUSE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();",
        )
    op.execute(FOLLOW)
    op.execute(GRANTS)
