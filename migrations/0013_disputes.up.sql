-- What customers object to at their banks, and what became of it.

CREATE TABLE disputes (
    id uuid PRIMARY KEY,
    processor_id text NOT NULL,
    payment_id uuid NOT NULL REFERENCES payments (id),
    state text NOT NULL,
    reason text NOT NULL,
    currency currency NOT NULL,
    amount minor_units NOT NULL,
    due_by timestamptz,
    -- What the bank was told, as it was sent, and under which key; nil: nothing yet.
    evidence jsonb,
    evidence_key text,
    evidence_sent_at timestamptz,
    -- A lost dispute's part that was the consultant's is taken back from their account.
    recovery_key text,
    recovered_at timestamptz,
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT disputes_processor_key UNIQUE (processor_id),
    CONSTRAINT disputes_amount_some CHECK (amount > 0),
    CONSTRAINT disputes_evidence_key CHECK ((evidence IS NULL) = (evidence_key IS NULL)),
    CONSTRAINT disputes_state_known CHECK (state IN
        ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost',
        'prevented'))
);

CREATE INDEX disputes_payment_idx ON disputes (payment_id);
CREATE INDEX disputes_recovery_idx ON disputes (recovery_key) WHERE recovery_key IS NOT NULL AND recovered_at IS NULL;
CREATE INDEX disputes_evidence_idx ON disputes (evidence_key) WHERE evidence_key IS NOT NULL AND evidence_sent_at IS NULL;
