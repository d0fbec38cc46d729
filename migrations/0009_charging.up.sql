-- Charging: requests that are to be looked into, sessions whose last word is awaited, and what Stripe tells by webhooks.

-- A request may be waiting to be sent, or its payment may be waiting to be read because nobody knows what became of it.
ALTER TABLE payment_requests
    DROP CONSTRAINT payment_requests_state_known,
    ADD CONSTRAINT payment_requests_state_known CHECK (state IN ('waiting', 'sent', 'doubtful', 'inquired', 'answered'));

DROP INDEX payment_requests_open_idx;
CREATE INDEX payment_requests_due_idx ON payment_requests (created_at) WHERE state IN ('waiting', 'doubtful');

-- What was taken besides what paid a window is on its way back: it does not count as the window's.
ALTER TABLE payments
    DROP CONSTRAINT payments_state_known,
    ADD CONSTRAINT payments_state_known CHECK
        (state IN ('created', 'authorized', 'captured', 'cancelling', 'cancelled', 'failed', 'refunding', 'refunded'));

-- A session is over; should its room say nothing more, what is known by then is the last word about its media time.
ALTER TABLE charges ADD COLUMN last_word_at timestamptz;
CREATE INDEX charges_last_word_idx ON charges (last_word_at) WHERE last_word_at IS NOT NULL;

-- A webhook of Stripe's whose signature was checked: what it is about, without its content, which is read anew. Kept by its id,
-- so that what comes twice is handled once.
CREATE TABLE stripe_events (
    id text PRIMARY KEY,
    type text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    account text,
    is_live boolean NOT NULL,
    created_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state text NOT NULL DEFAULT 'waiting',
    attempts int NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    handled_at timestamptz,
    last_error text,
    CONSTRAINT stripe_events_state_known CHECK (state IN ('waiting', 'handled', 'ignored', 'parked')),
    CONSTRAINT stripe_events_handled CHECK ((state IN ('handled', 'ignored')) = (handled_at IS NOT NULL))
);

CREATE INDEX stripe_events_due_idx ON stripe_events (due_at) WHERE state = 'waiting';
CREATE INDEX stripe_events_handled_idx ON stripe_events (handled_at) WHERE handled_at IS NOT NULL;

-- Who gave money back, and why.
CREATE TABLE refund_orders (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments (id) ON DELETE CASCADE,
    ordered_by uuid REFERENCES users (id) ON DELETE SET NULL,
    amount minor_units NOT NULL,
    reason text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT refund_orders_amount_some CHECK (amount > 0)
);

CREATE INDEX refund_orders_payment_idx ON refund_orders (payment_id);
CREATE INDEX refund_orders_ordered_by_idx ON refund_orders (ordered_by);
