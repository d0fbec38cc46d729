-- Comparisons with Stripe, and what they found.
CREATE TABLE reconciliations (
    id uuid PRIMARY KEY,
    trigger text NOT NULL,
    state text NOT NULL,
    -- What was made since then was compared; null: everything.
    since timestamptz,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    payments bigint NOT NULL DEFAULT 0,
    payouts bigint NOT NULL DEFAULT 0,
    found bigint NOT NULL DEFAULT 0,
    repaired bigint NOT NULL DEFAULT 0,
    error text,
    CONSTRAINT reconciliations_trigger_known CHECK (trigger IN ('nightly', 'command')),
    CONSTRAINT reconciliations_state_known CHECK (state IN ('running', 'done', 'failed')),
    CONSTRAINT reconciliations_ended CHECK ((state = 'running') = (ended_at IS NULL)),
    CONSTRAINT reconciliations_repaired_of_found CHECK (repaired BETWEEN 0 AND found)
);

CREATE INDEX reconciliations_started_idx ON reconciliations (started_at);

-- Subjects are names of payments and Stripe's ids.
CREATE TABLE reconciliation_findings (
    reconciliation_id uuid NOT NULL REFERENCES reconciliations (id) ON DELETE CASCADE,
    number int NOT NULL,
    rule text NOT NULL,
    subject text NOT NULL,
    words text NOT NULL,
    repair text,
    is_repaired boolean NOT NULL,
    PRIMARY KEY (reconciliation_id, number)
);
