"""Erasure: what is personal goes on a recorded decision, and in no other way.

The application may only call `erase_personal`: it reads in the entry of the decision what goes. The
triggers let nothing else through, and hold for the owner of the tables too.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE outbox
    ALTER COLUMN body DROP NOT NULL,
    ADD COLUMN digest TEXT,
    ADD COLUMN erasure INTEGER,
    ADD CONSTRAINT outbox_erased CHECK (
        (body IS NULL) = (erasure IS NOT NULL) AND (erasure IS NULL) = (digest IS NULL)
        AND (body IS NOT NULL OR state IN ('delivered', 'given-up', 'dropped')));
ALTER TABLE inbox
    ALTER COLUMN body DROP NOT NULL,
    ADD COLUMN digest TEXT,
    ADD COLUMN erasure INTEGER,
    ADD COLUMN repeated_at TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT inbox_erased CHECK (
        (body IS NULL) = (erasure IS NOT NULL) AND (erasure IS NULL) = (digest IS NULL));
GRANT UPDATE (repeated_at) ON inbox TO motcua_app;
"""

#: The command of the entry that records a decision, nothing where that entry records none.
TOLD = """
CREATE FUNCTION erasure_told(code TEXT, decision INTEGER) RETURNS JSONB LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp AS $$
DECLARE
    told JSONB;
BEGIN
    SELECT convert_from(substring(e.body FROM 2), 'UTF8')::jsonb #> '{content,command}' INTO told
    FROM entry e WHERE e.chain = code AND e.number = decision
        AND position('"kind":"erase-personal"'::bytea IN e.body) > 0;
    RETURN CASE WHEN told ->> 'kind' = 'erase-personal' AND told ->> 'dossier' = code
        THEN told END;
END $$;
"""

#: Entries: the values beside the chain go, where a later entry of it records the decision.
ENTRIES = """
CREATE FUNCTION entry_erased() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.personal IS NULL AND to_jsonb(NEW) - 'personal' = to_jsonb(OLD) - 'personal'
        AND EXISTS (SELECT 1 FROM entry e WHERE e.chain = OLD.chain AND e.number > OLD.number
            AND erasure_told(e.chain, e.number) IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER entry_append_only ON entry;
CREATE TRIGGER entry_append_only BEFORE DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_erased BEFORE UPDATE ON entry
    FOR EACH ROW EXECUTE FUNCTION entry_erased();
"""

#: Envelopes: a body goes where the decision names this one under the digest that the body has.
ENVELOPES = """
CREATE FUNCTION envelope_erased() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    told JSONB := erasure_told(OLD.dossier, NEW.erasure);
    left_alone TEXT[] := ARRAY['body', 'digest', 'erasure', 'state', 'failure', 'not_before'];
BEGIN
    IF NEW.body IS NULL AND OLD.body IS NOT NULL
        AND to_jsonb(NEW) - left_alone = to_jsonb(OLD) - left_alone
        AND NEW.digest = encode(sha256(OLD.body), 'hex')
        AND (NEW.state = OLD.state OR (NEW.state = 'dropped' AND told -> 'drops' ? OLD.id))
        AND told -> 'envelopes' @> jsonb_build_array(jsonb_build_object(
            'way', TG_ARGV[0], 'node', to_jsonb(OLD) ->> TG_ARGV[1], 'id', OLD.id,
            'body', NEW.digest))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is kept as evidence: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER outbox_erased BEFORE UPDATE OF
    position, id, node, dossier, sequence, kind, body, created_at, digest, erasure ON outbox
    FOR EACH ROW EXECUTE FUNCTION envelope_erased('out', 'node');
CREATE TRIGGER inbox_erased BEFORE UPDATE OF
    source, id, dossier, sequence, kind, body, signature, received_at, digest, erasure ON inbox
    FOR EACH ROW EXECUTE FUNCTION envelope_erased('in', 'source');
"""

#: With the owner's rights and for a recorded decision alone. An answer kept for a repeated request
#: stays, but for the papers in it.
ERASE = """
CREATE FUNCTION erase_personal(code TEXT, decision INTEGER) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    told JSONB := erasure_told(code, decision);
BEGIN
    IF told IS NULL THEN
        RAISE EXCEPTION 'entry % of % records no erasure', decision, code
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE entry SET personal = NULL
        WHERE chain = code AND number < decision AND personal IS NOT NULL;
    UPDATE outbox o SET body = NULL, digest = t.body, erasure = decision, not_before = NULL,
            state = CASE WHEN o.state IN ('waiting', 'dead') THEN 'dropped' ELSE o.state END,
            failure = CASE WHEN o.state = 'given-up' THEN o.failure END
        FROM jsonb_to_recordset(told -> 'envelopes') AS t (way TEXT, node TEXT, id TEXT, body TEXT)
        WHERE t.way = 'out' AND o.dossier = code AND o.node = t.node AND o.id = t.id;
    UPDATE inbox i SET body = NULL, digest = t.body, erasure = decision
        FROM jsonb_to_recordset(told -> 'envelopes') AS t (way TEXT, node TEXT, id TEXT, body TEXT)
        WHERE t.way = 'in' AND i.dossier = code AND i.source = t.node AND i.id = t.id;
    UPDATE envelope SET payload = '{}', papers = '[]', key = NULL WHERE dossier = code;
    UPDATE part SET state = '', waits = '[]' WHERE dossier = code AND status <> 'running';
    UPDATE paper SET name = '', file_name = '', signatures = '' WHERE dossier = code;
    UPDATE held_paper SET owner = '', ended_at = coalesce(ended_at, now()) WHERE dossier = code;
    UPDATE portal_message SET failure = NULL WHERE dossier = code;
    UPDATE idempotency SET result = jsonb_set(result::jsonb, '{body,papers}', '[]')::text
        WHERE position('/dossiers/' || code || '/' IN path) > 0
            AND result::jsonb #> '{body,papers}' <> '[]';
END $$;
REVOKE ALL ON FUNCTION erase_personal(TEXT, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_personal(TEXT, INTEGER) TO motcua_app;
"""


def upgrade() -> None:
    """Let bodies of envelopes and personal values go, by a decision that stands in the chain."""
    for statement in (TABLES, TOLD, ENTRIES, ENVELOPES, ERASE):
        op.execute(statement)
