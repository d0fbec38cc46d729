-- Mails: written in the transaction that caused them, sent by a courier. What they say may hold secrets (links to verify an
-- address, to choose a new password): it is forgotten when the mail is sent.

CREATE TABLE mail_outbox (
    id uuid PRIMARY KEY,
    recipient text NOT NULL,
    recipient_name text,
    subject text NOT NULL,
    text_body text NOT NULL,
    html_body text,
    -- The one link that the reader is to follow.
    link text,
    state text NOT NULL DEFAULT 'pending',
    attempts int NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_error text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at timestamptz,
    CONSTRAINT mail_outbox_state_known CHECK (state IN ('pending', 'sent', 'parked')),
    CONSTRAINT mail_outbox_settled CHECK ((settled_at IS NULL) = (state = 'pending')),
    CONSTRAINT mail_outbox_attempts_positive CHECK (attempts >= 0),
    CONSTRAINT mail_outbox_sent_forgotten CHECK
        (state <> 'sent' OR (text_body = '' AND coalesce(html_body, '') = '' AND link IS NULL)),
    CONSTRAINT mail_outbox_recipient_length CHECK (length(recipient) BETWEEN 3 AND 254),
    -- Whatever gets here, no header has a second line.
    CONSTRAINT mail_outbox_one_line CHECK (recipient || coalesce(recipient_name, '') || subject !~ '[\x01-\x1f\x7f]')
) WITH (fillfactor = 80);

CREATE INDEX mail_outbox_due_idx ON mail_outbox (due_at) WHERE state = 'pending';
CREATE INDEX mail_outbox_settled_idx ON mail_outbox (state, settled_at) WHERE state <> 'pending';
-- A person's mails, when they ask what is kept of them or leave.
CREATE INDEX mail_outbox_recipient_idx ON mail_outbox (lower(recipient));
