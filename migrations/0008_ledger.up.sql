-- Money: the charge machine of each session, each request to the processor before it is sent, and the double-entry ledger.

-- Charges -----------------------------------------------------------------------------------------------------------------

-- A session's charge machine. Payments are its attempts, and requests their steps; all three change in one transaction.
CREATE TABLE charges (
    session_id uuid PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    state text NOT NULL,
    machine jsonb NOT NULL,
    -- When it has to be told of the time.
    due_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT charges_state_known CHECK (state IN ('new', 'running', 'closing', 'settled'))
);

CREATE INDEX charges_due_idx ON charges (due_at) WHERE due_at IS NOT NULL;
CREATE TRIGGER charges_touch BEFORE UPDATE ON charges FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- A hold that is no longer wanted is on its way out: another attempt may take the window's place.
ALTER TABLE payments
    DROP CONSTRAINT payments_state_known,
    ADD CONSTRAINT payments_state_known CHECK
        (state IN ('created', 'authorized', 'captured', 'cancelling', 'cancelled', 'failed', 'refunded')),
    ADD COLUMN refunded_fee_amount minor_units NOT NULL DEFAULT 0,
    ADD CONSTRAINT payments_refunded_fee_within_fee CHECK (refunded_fee_amount <= fee_amount);

-- A request to the processor: a row before it is sent, with its key and exact body, and afterwards with its answer.
CREATE TABLE payment_requests (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments (id) ON DELETE CASCADE,
    kind text NOT NULL,
    serial int NOT NULL,
    idempotency_key text NOT NULL,
    amount minor_units NOT NULL,
    fee_amount minor_units NOT NULL,
    path text NOT NULL,
    body text NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    sendings int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    first_sent_at timestamptz,
    answered_at timestamptz,
    answer_status int,
    answer_code text,
    CONSTRAINT payment_requests_key UNIQUE (idempotency_key),
    CONSTRAINT payment_requests_serial_key UNIQUE (payment_id, serial),
    CONSTRAINT payment_requests_kind_known CHECK (kind IN ('hold', 'capture', 'cancel', 'refund')),
    CONSTRAINT payment_requests_state_known CHECK (state IN ('waiting', 'sent', 'answered')),
    CONSTRAINT payment_requests_key_length CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    CONSTRAINT payment_requests_fee_within_amount CHECK (fee_amount <= amount),
    CONSTRAINT payment_requests_amount_asked CHECK ((amount = 0) = (kind = 'cancel')),
    CONSTRAINT payment_requests_sent CHECK
        ((sendings = 0) = (first_sent_at IS NULL) AND (state = 'answered') = (answered_at IS NOT NULL))
);

CREATE INDEX payment_requests_open_idx ON payment_requests (created_at) WHERE state <> 'answered';

-- What is asked under a key is asked for good: the processor refuses the key with another body.
CREATE FUNCTION keep_payment_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.payment_id, NEW.kind, NEW.serial, NEW.idempotency_key, NEW.amount, NEW.fee_amount, NEW.path, NEW.body)
        IS DISTINCT FROM
        (OLD.id, OLD.payment_id, OLD.kind, OLD.serial, OLD.idempotency_key, OLD.amount, OLD.fee_amount, OLD.path, OLD.body)
    THEN
        RAISE EXCEPTION 'a payment request is not changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER payment_requests_keep BEFORE UPDATE ON payment_requests
    FOR EACH ROW EXECUTE FUNCTION keep_payment_request();

-- Ledger ------------------------------------------------------------------------------------------------------------------

-- An account of the platform's, or of a person's where its kind is one per person. The person's id is kept for as long as
-- the ledger, which refers to nothing, so that nothing else needs to be kept for its sake.
CREATE TABLE ledger_accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    person_id uuid,
    currency currency NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT ledger_accounts_key UNIQUE NULLS NOT DISTINCT (kind, person_id, currency),
    -- What an entry refers to, so that it has its account's currency.
    CONSTRAINT ledger_accounts_currency_key UNIQUE (id, currency),
    CONSTRAINT ledger_accounts_kind_known CHECK
        (kind IN ('customer', 'consultant_payable', 'platform_fee', 'stripe', 'refunds', 'disputes')),
    CONSTRAINT ledger_accounts_person CHECK
        ((person_id IS NOT NULL) = (kind IN ('customer', 'consultant_payable')))
);

CREATE INDEX ledger_accounts_person_idx ON ledger_accounts (person_id) WHERE person_id IS NOT NULL;

-- A movement of money. Its source names what moved it, so that it is booked once.
CREATE TABLE ledger_transactions (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    kind text NOT NULL,
    session_id uuid,
    occurred_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The database transaction it came in: no entry is added to it later.
    booked_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT ledger_transactions_source_key UNIQUE (source),
    CONSTRAINT ledger_transactions_source_length CHECK (length(source) BETWEEN 1 AND 300),
    CONSTRAINT ledger_transactions_kind_length CHECK (length(kind) BETWEEN 1 AND 50)
);

CREATE INDEX ledger_transactions_session_idx ON ledger_transactions (session_id) WHERE session_id IS NOT NULL;

-- Debits are positive, credits negative, in minor units.
CREATE TABLE ledger_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id uuid NOT NULL REFERENCES ledger_transactions (id),
    account_id bigint NOT NULL,
    currency currency NOT NULL,
    amount bigint NOT NULL,
    CONSTRAINT ledger_entries_account_fkey FOREIGN KEY (account_id, currency) REFERENCES ledger_accounts (id, currency),
    CONSTRAINT ledger_entries_amount_some CHECK (amount <> 0)
);

CREATE INDEX ledger_entries_transaction_idx ON ledger_entries (transaction_id) INCLUDE (currency, amount);
CREATE INDEX ledger_entries_account_idx ON ledger_entries (account_id) INCLUDE (amount);

CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is only added to: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER ledger_accounts_keep BEFORE UPDATE OR DELETE ON ledger_accounts
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER ledger_transactions_keep BEFORE UPDATE OR DELETE ON ledger_transactions
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER ledger_entries_keep BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER ledger_accounts_keep_all BEFORE TRUNCATE ON ledger_accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER ledger_transactions_keep_all BEFORE TRUNCATE ON ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER ledger_entries_keep_all BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- Whether a transaction's entries come to nothing in each currency, and there are at least two.
CREATE FUNCTION check_ledger_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked uuid := CASE TG_TABLE_NAME WHEN 'ledger_entries' THEN to_jsonb(NEW) ->> 'transaction_id'
        ELSE to_jsonb(NEW) ->> 'id' END;
BEGIN
    IF TG_TABLE_NAME = 'ledger_entries' AND NOT EXISTS (
        SELECT FROM ledger_transactions WHERE id = checked AND booked_in = pg_current_xact_id())
    THEN
        RAISE EXCEPTION 'ledger transaction % is closed', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transactions_closed';
    END IF;
    IF (SELECT count(*) < 2 FROM ledger_entries WHERE transaction_id = checked) OR EXISTS (
        SELECT FROM ledger_entries WHERE transaction_id = checked GROUP BY currency HAVING sum(amount) <> 0)
    THEN
        RAISE EXCEPTION 'ledger transaction % is not balanced', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transactions_balanced';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER ledger_transactions_balanced AFTER INSERT ON ledger_transactions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_balance();
CREATE CONSTRAINT TRIGGER ledger_entries_balanced AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_balance();
