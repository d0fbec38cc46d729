DROP TABLE ledger_entries;
DROP TABLE ledger_transactions;
DROP TABLE ledger_accounts;
DROP FUNCTION check_ledger_balance();
DROP FUNCTION refuse_ledger_change();

DROP TABLE payment_requests;
DROP FUNCTION keep_payment_request();
UPDATE payments SET state = 'cancelled' WHERE state = 'cancelling';
ALTER TABLE payments
    DROP CONSTRAINT payments_refunded_fee_within_fee,
    DROP COLUMN refunded_fee_amount,
    DROP CONSTRAINT payments_state_known,
    ADD CONSTRAINT payments_state_known CHECK
        (state IN ('created', 'authorized', 'captured', 'cancelled', 'failed', 'refunded'));
DROP TABLE charges;
