-- Invoices and credit notes: what was issued stays as it was issued, with numbers that have no gaps.

-- The last number of a year. Its row is locked from the drawing of a number to the end of the transaction, so that a
-- transaction that is rolled back leaves no gap.
CREATE TABLE invoice_counters (
    year int NOT NULL,
    kind text NOT NULL,
    last int NOT NULL,
    PRIMARY KEY (year, kind),
    CONSTRAINT invoice_counters_kind_known CHECK (kind IN ('invoice', 'credit_note')),
    CONSTRAINT invoice_counters_last_positive CHECK (last >= 1)
);

CREATE TABLE invoices (
    id uuid PRIMARY KEY,
    number text NOT NULL,
    kind text NOT NULL,
    -- The invoice that a credit note is about.
    corrects uuid REFERENCES invoices (id),
    session_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    consultant_id uuid NOT NULL,
    -- What the session's documents of this kind come to, with this one: the same amounts are written once.
    covered minor_units NOT NULL,
    issuer text NOT NULL,
    -- Who it names, as of its issue. The only columns that change: they become null when the person is erased.
    customer_name text,
    customer_email text,
    consultant_name text,
    title text,
    currency currency NOT NULL,
    lines jsonb NOT NULL,
    subtotal minor_units NOT NULL,
    tax_basis_points int NOT NULL,
    tax_amount minor_units NOT NULL,
    tax_text text NOT NULL,
    total minor_units NOT NULL,
    waived minor_units NOT NULL,
    media_seconds int NOT NULL,
    billable_seconds int NOT NULL,
    notes jsonb NOT NULL,
    -- The payments at the processor.
    processor_ids jsonb NOT NULL,
    -- The hash that seals the session's receipt.
    receipt_head text,
    is_simulated boolean NOT NULL,
    issued_at timestamptz NOT NULL,
    CONSTRAINT invoices_number_key UNIQUE (number),
    CONSTRAINT invoices_covered_key UNIQUE (session_id, kind, covered),
    CONSTRAINT invoices_session_fkey FOREIGN KEY (session_id, customer_id, consultant_id)
        REFERENCES sessions (id, customer_id, consultant_id),
    CONSTRAINT invoices_kind_known CHECK (kind IN ('invoice', 'credit_note')),
    CONSTRAINT invoices_number_form CHECK
        (number ~ '^[0-9]{4}-[0-9]{6,}$' AND kind = 'invoice' OR number ~ '^CN-[0-9]{4}-[0-9]{6,}$' AND kind = 'credit_note'),
    CONSTRAINT invoices_credit_note_corrects CHECK ((corrects IS NOT NULL) = (kind = 'credit_note')),
    CONSTRAINT invoices_tax_rate_range CHECK (tax_basis_points BETWEEN 0 AND 10000),
    CONSTRAINT invoices_adds_up CHECK (subtotal + tax_amount = total),
    CONSTRAINT invoices_within_covered CHECK (total <= covered),
    CONSTRAINT invoices_about_something CHECK (total > 0 OR waived > 0),
    CONSTRAINT invoices_lists CHECK
        (jsonb_typeof(lines) = 'array' AND jsonb_typeof(notes) = 'array' AND jsonb_typeof(processor_ids) = 'array'),
    CONSTRAINT invoices_seconds_positive CHECK (billable_seconds >= 0 AND media_seconds >= billable_seconds)
);

CREATE INDEX invoices_customer_idx ON invoices (customer_id, id DESC);
CREATE INDEX invoices_consultant_idx ON invoices (consultant_id, id DESC);
CREATE INDEX invoices_corrects_idx ON invoices (corrects) WHERE corrects IS NOT NULL;

-- An invoice is not changed: but for the people it names, who may be taken out. It is kept for ten years after its year.
CREATE FUNCTION keep_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    people text[] := ARRAY['customer_name', 'customer_email', 'consultant_name', 'title'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - people = to_jsonb(OLD) - people
        AND to_jsonb(OLD) @> jsonb_strip_nulls(to_jsonb(NEW))
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND date_trunc('year', OLD.issued_at, 'UTC') + interval '11 years' <= clock_timestamp() THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'an invoice is kept as it was issued: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER invoices_keep BEFORE UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION keep_invoice();
CREATE TRIGGER invoices_keep_all BEFORE TRUNCATE ON invoices FOR EACH STATEMENT EXECUTE FUNCTION keep_invoice();

-- What a mail encloses is named when it is written, and made when it is sent.
ALTER TABLE mail_outbox
    ADD COLUMN enclosure text,
    ADD CONSTRAINT mail_outbox_enclosure_length CHECK (length(enclosure) BETWEEN 1 AND 200);
