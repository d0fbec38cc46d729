-- What people report of each other, what an administrator decided about it, and who may not sign in for that.

-- A suspended account keeps everything; it cannot sign in, is not listed, and nobody is asked for it.
ALTER TABLE users ADD COLUMN suspended_at timestamptz;
CREATE INDEX users_suspended_idx ON users (id) WHERE suspended_at IS NOT NULL;

-- Whoever is suspended is no longer found by what their profile says, and found again afterwards.
CREATE FUNCTION tell_suspension() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('profiles', NEW.id::text);
    RETURN NULL;
END
$$;

CREATE TRIGGER users_suspended AFTER UPDATE OF suspended_at ON users
    FOR EACH ROW WHEN (NEW.role = 'consultant' AND (OLD.suspended_at IS NULL) <> (NEW.suspended_at IS NULL))
    EXECUTE FUNCTION tell_suspension();

-- The stars still count; the words are shown to whoever wrote them alone.
ALTER TABLE ratings ADD COLUMN hidden_at timestamptz;

CREATE TABLE reports (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    reporter_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Whom it is about: the other side of the session, or who wrote the comment.
    subject_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    reason text NOT NULL,
    text text,
    created_at timestamptz NOT NULL,
    decision text,
    -- For administrators.
    note text,
    -- What the subject was told besides.
    message text,
    decided_by uuid REFERENCES users (id) ON DELETE SET NULL,
    decided_at timestamptz,
    -- The end of the suspension that was decided.
    lifted_at timestamptz,
    lifted_by uuid REFERENCES users (id) ON DELETE SET NULL,
    lift_note text,
    -- What comes again from the same person is the report that is there.
    CONSTRAINT reports_once UNIQUE (session_id, reporter_id, kind),
    CONSTRAINT reports_about_others CHECK (reporter_id <> subject_id),
    CONSTRAINT reports_kind_known CHECK (kind IN ('session', 'comment')),
    CONSTRAINT reports_reason_known CHECK (reason IN
        ('abusive', 'fraud', 'off_platform', 'misleading', 'privacy', 'spam', 'other')),
    CONSTRAINT reports_text_length CHECK (length(text) BETWEEN 1 AND 2000),
    CONSTRAINT reports_note_length CHECK (length(note) BETWEEN 1 AND 2000),
    CONSTRAINT reports_message_length CHECK (length(message) BETWEEN 1 AND 2000),
    CONSTRAINT reports_lift_note_length CHECK (length(lift_note) BETWEEN 1 AND 2000),
    CONSTRAINT reports_decision_known CHECK (decision IN ('dismiss', 'hide_comment', 'warn', 'suspend')),
    CONSTRAINT reports_decided CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CONSTRAINT reports_comment_hidden CHECK (kind = 'comment' OR decision IS DISTINCT FROM 'hide_comment'),
    CONSTRAINT reports_lifted CHECK (lifted_at IS NULL OR decision = 'suspend')
);

CREATE INDEX reports_open_idx ON reports (id) WHERE decision IS NULL;
CREATE INDEX reports_decided_idx ON reports (id DESC) WHERE decision IS NOT NULL;
CREATE INDEX reports_decided_at_idx ON reports (decided_at) WHERE decision IS NOT NULL;
CREATE INDEX reports_subject_idx ON reports (subject_id, id);
CREATE INDEX reports_reporter_idx ON reports (reporter_id);
CREATE INDEX reports_decided_by_idx ON reports (decided_by) WHERE decided_by IS NOT NULL;
CREATE INDEX reports_lifted_by_idx ON reports (lifted_by) WHERE lifted_by IS NOT NULL;

-- What Stripe told and nobody could act on is listed for operators, the newest first.
CREATE INDEX stripe_events_listed_idx ON stripe_events (state, received_at DESC, id DESC);
