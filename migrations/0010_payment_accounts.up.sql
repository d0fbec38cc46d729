-- Who pays with what, and who is paid where. Card numbers and bank accounts are at the payment processor, never here.

-- Somebody who pays. The row is there before the processor is asked; its id once it has answered.
CREATE TABLE payment_customers (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    processor_id text,
    -- Part of the key under which it is made: another one once the processor has failed under this one.
    attempt int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The account was erased: the processor's customer is to be removed, and then this row.
    erased_at timestamptz,
    CONSTRAINT payment_customers_processor_key UNIQUE (processor_id)
);

CREATE INDEX payment_customers_erased_idx ON payment_customers (erased_at) WHERE erased_at IS NOT NULL;

-- A stored card, by what is printed on a receipt.
CREATE TABLE payment_methods (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES payment_customers (user_id) ON DELETE CASCADE,
    processor_id text NOT NULL,
    brand text NOT NULL,
    last4 text NOT NULL,
    exp_month int NOT NULL,
    exp_year int NOT NULL,
    is_default boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- For good: a card that the processor has forgotten is not stored again under the same id.
    removed_at timestamptz,
    CONSTRAINT payment_methods_processor_key UNIQUE (processor_id),
    CONSTRAINT payment_methods_default_present CHECK (NOT is_default OR removed_at IS NULL),
    CONSTRAINT payment_methods_texts CHECK (length(brand) <= 50 AND last4 ~ '^[0-9]{4}$'),
    CONSTRAINT payment_methods_expiry CHECK (exp_month BETWEEN 1 AND 12 AND exp_year BETWEEN 2000 AND 2999)
);

CREATE UNIQUE INDEX payment_methods_default_key ON payment_methods (user_id) WHERE is_default;
CREATE INDEX payment_methods_user_idx ON payment_methods (user_id);

-- A consultant's account at the processor, as it was read last.
CREATE TABLE payout_accounts (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    processor_id text,
    -- What is sent to make it, until it is answered.
    request jsonb,
    is_payable boolean NOT NULL DEFAULT false,
    payouts_enabled boolean NOT NULL DEFAULT false,
    details_submitted boolean NOT NULL DEFAULT false,
    -- What the processor still wants to know, in its own words.
    requirements jsonb NOT NULL DEFAULT '[]',
    interval text NOT NULL DEFAULT 'weekly',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When the reading began that this row shows: an older one does not replace it.
    read_at timestamptz,
    CONSTRAINT payout_accounts_processor_key UNIQUE (processor_id),
    CONSTRAINT payout_accounts_asked CHECK (processor_id IS NOT NULL OR request IS NOT NULL),
    CONSTRAINT payout_accounts_payable CHECK (processor_id IS NOT NULL OR NOT (is_payable OR payouts_enabled)),
    CONSTRAINT payout_accounts_interval_known CHECK (interval IN ('daily', 'weekly', 'monthly', 'manual'))
);

-- Money on its way to a consultant's bank. Below 0 where the processor takes a debt back from there.
CREATE TABLE payouts (
    id uuid PRIMARY KEY,
    consultant_id uuid NOT NULL REFERENCES payout_accounts (user_id),
    processor_id text NOT NULL,
    amount bigint NOT NULL,
    currency currency NOT NULL,
    state text NOT NULL,
    is_automatic boolean NOT NULL,
    arrival_date timestamptz,
    failure_code text,
    created_at timestamptz NOT NULL,
    -- When it was first known to be paid, and booked.
    paid_at timestamptz,
    CONSTRAINT payouts_processor_key UNIQUE (processor_id),
    CONSTRAINT payouts_state_known CHECK (state IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
    CONSTRAINT payouts_paid CHECK (state <> 'paid' OR paid_at IS NOT NULL),
    CONSTRAINT payouts_amount_some CHECK (amount <> 0)
);

CREATE INDEX payouts_consultant_idx ON payouts (consultant_id, id);
