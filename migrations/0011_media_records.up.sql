-- What demonstrably flowed in each session: a record for about ten seconds, chained by hashes, and the receipts signed over them.

CREATE TABLE media_records (
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number int NOT NULL,
    source text NOT NULL,
    media_seconds int NOT NULL,
    -- All figures, as they are hashed (docs/receipts.md).
    record jsonb NOT NULL,
    -- SHA-256 of the hash before it, or of the session's terms, and of the record.
    hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (session_id, number),
    CONSTRAINT media_records_number_counted CHECK (number >= 1),
    CONSTRAINT media_records_source_known CHECK (source IN ('relay', 'peers', 'lost')),
    CONSTRAINT media_records_seconds_counted CHECK (media_seconds >= 0),
    CONSTRAINT media_records_hash_length CHECK (length(hash) = 32)
);

-- The newest receipt of a session has the highest revision; the others stay.
CREATE TABLE media_receipts (
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    revision int NOT NULL,
    -- What is signed: terms, head of the chain, totals, payments.
    statement jsonb NOT NULL,
    key_id text NOT NULL,
    signature text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (session_id, revision),
    CONSTRAINT media_receipts_revision_counted CHECK (revision >= 1)
);

CREATE FUNCTION keep_media_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what proves a session is not changed' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER media_records_keep BEFORE UPDATE ON media_records FOR EACH ROW EXECUTE FUNCTION keep_media_proof();
CREATE TRIGGER media_receipts_keep BEFORE UPDATE ON media_receipts FOR EACH ROW EXECUTE FUNCTION keep_media_proof();
