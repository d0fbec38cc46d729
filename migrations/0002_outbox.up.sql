-- Events between the halves: written in the transaction that caused them, read by the queue they are for, in the
-- order of `sequence` within one key.

CREATE SEQUENCE outbox_sequence;

CREATE TABLE outbox_events (
    id uuid PRIMARY KEY,
    queue text NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    -- Taken under the key's lock: within a key the order of the sequence is the order of the commits.
    sequence bigint NOT NULL DEFAULT nextval('outbox_sequence'),
    state text NOT NULL DEFAULT 'pending',
    attempts int NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_error text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at timestamptz,
    CONSTRAINT outbox_events_state_known CHECK (state IN ('pending', 'delivered', 'parked')),
    CONSTRAINT outbox_events_settled CHECK ((settled_at IS NULL) = (state = 'pending')),
    CONSTRAINT outbox_events_attempts_positive CHECK (attempts >= 0),
    CONSTRAINT outbox_events_names_length CHECK
        (length(queue) BETWEEN 1 AND 40 AND length(key) BETWEEN 1 AND 200 AND length(kind) BETWEEN 1 AND 100)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

ALTER SEQUENCE outbox_sequence OWNED BY outbox_events.sequence;

CREATE INDEX outbox_events_pending_idx ON outbox_events (queue, sequence) WHERE state = 'pending';
CREATE INDEX outbox_events_pending_key_idx ON outbox_events (queue, key, sequence) WHERE state = 'pending';
CREATE INDEX outbox_events_parked_idx ON outbox_events (queue, sequence) WHERE state = 'parked';
CREATE INDEX outbox_events_delivered_idx ON outbox_events (queue, settled_at) WHERE state = 'delivered';
