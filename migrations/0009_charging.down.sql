DROP TABLE refund_orders;
DROP TABLE stripe_events;

UPDATE payments SET state = 'refunded' WHERE state = 'refunding';
ALTER TABLE payments
    DROP CONSTRAINT payments_state_known,
    ADD CONSTRAINT payments_state_known CHECK
        (state IN ('created', 'authorized', 'captured', 'cancelling', 'cancelled', 'failed', 'refunded'));

DROP INDEX charges_last_word_idx;
ALTER TABLE charges DROP COLUMN last_word_at;

DROP INDEX payment_requests_due_idx;
CREATE INDEX payment_requests_open_idx ON payment_requests (created_at) WHERE state <> 'answered';
UPDATE payment_requests SET state = 'sent' WHERE state IN ('doubtful', 'inquired');
ALTER TABLE payment_requests
    DROP CONSTRAINT payment_requests_state_known,
    ADD CONSTRAINT payment_requests_state_known CHECK (state IN ('waiting', 'sent', 'answered'));
