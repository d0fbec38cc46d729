-- What customers object to at their banks, and what became of it.

CREATE TABLE disputes (
    id uuid PRIMARY KEY,
    processor_id text NOT NULL,
    payment_id uuid NOT NULL REFERENCES payments (id) ON DELETE CASCADE,
    -- As the processor says it.
    state text NOT NULL,
    reason text NOT NULL,
    currency currency NOT NULL,
    amount minor_units NOT NULL,
    -- What the processor keeps for it.
    cost_amount bigint NOT NULL DEFAULT 0,
    cost_currency currency NOT NULL,
    due_by timestamptz,
    -- What the bank is to be told. It is frozen when it is ordered, and sent as it is then.
    evidence jsonb NOT NULL,
    evidence_state text NOT NULL DEFAULT 'ready',
    -- Counts the keys under which it was sent.
    evidence_serial int NOT NULL DEFAULT 1,
    ordered_by uuid REFERENCES users (id) ON DELETE SET NULL,
    ordered_at timestamptz,
    evidence_sent_at timestamptz,
    -- What is booked as lost, in so many bookings.
    lost_amount minor_units NOT NULL DEFAULT 0,
    losses int NOT NULL DEFAULT 0,
    -- What of that is the consultant's to give back, and what was taken back of it.
    recovery_amount minor_units NOT NULL DEFAULT 0,
    recovered_amount minor_units NOT NULL DEFAULT 0,
    recovery_state text NOT NULL DEFAULT 'none',
    recovery_serial int NOT NULL DEFAULT 1,
    -- Why the last request to the processor was not done.
    problem text,
    -- When something has to be done about it, and how often that failed.
    due_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at timestamptz,
    CONSTRAINT disputes_processor_key UNIQUE (processor_id),
    CONSTRAINT disputes_amount_some CHECK (amount > 0),
    CONSTRAINT disputes_state_known CHECK (state IN
        ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost',
        'prevented')),
    CONSTRAINT disputes_closed_when_over CHECK
        ((closed_at IS NULL) = (state NOT IN ('warning_closed', 'won', 'lost', 'prevented'))),
    CONSTRAINT disputes_evidence_state_known CHECK (evidence_state IN ('ready', 'ordered', 'sent', 'refused')),
    CONSTRAINT disputes_evidence_sent CHECK ((evidence_state = 'sent') = (evidence_sent_at IS NOT NULL)),
    CONSTRAINT disputes_recovery_state_known CHECK (recovery_state IN ('none', 'waiting', 'short', 'refused', 'done')),
    CONSTRAINT disputes_recovery_within_loss CHECK (recovery_amount <= lost_amount)
);

CREATE INDEX disputes_payment_idx ON disputes (payment_id);
CREATE INDEX disputes_ordered_by_idx ON disputes (ordered_by) WHERE ordered_by IS NOT NULL;
CREATE INDEX disputes_due_idx ON disputes (due_at) WHERE due_at IS NOT NULL;
CREATE TRIGGER disputes_touch BEFORE UPDATE ON disputes FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
