-- Who there is, what is asked, what is talked, what is paid, what is thought of it.
-- Ids are UUIDv7 made by the application. Money is an amount in minor units and an ISO 4217 code in lowercase.

CREATE EXTENSION IF NOT EXISTS citext;

CREATE DOMAIN currency AS text CHECK (VALUE ~ '^[a-z]{3}$');
CREATE DOMAIN minor_units AS bigint CHECK (VALUE >= 0);

CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email citext NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    email_verified_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_email_key UNIQUE (email),
    -- What a profile refers to, so that only a consultant has one.
    CONSTRAINT users_id_role_key UNIQUE (id, role),
    CONSTRAINT users_email_form CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
    CONSTRAINT users_name_length CHECK (length(name) BETWEEN 1 AND 200),
    CONSTRAINT users_role_known CHECK (role IN ('customer', 'consultant', 'admin'))
);

CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE consultant_profiles (
    user_id uuid PRIMARY KEY,
    role text NOT NULL DEFAULT 'consultant',
    headline text NOT NULL DEFAULT '',
    bio text NOT NULL DEFAULT '',
    tags jsonb NOT NULL DEFAULT '[]',
    hourly_rate_amount minor_units,
    hourly_rate_currency currency,
    availability text NOT NULL DEFAULT 'offline',
    availability_changed_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consultant_profiles_user_fkey
        FOREIGN KEY (user_id, role) REFERENCES users (id, role) ON DELETE CASCADE,
    CONSTRAINT consultant_profiles_role_consultant CHECK (role = 'consultant'),
    CONSTRAINT consultant_profiles_text_length CHECK (length(headline) <= 200 AND length(bio) <= 10000),
    CONSTRAINT consultant_profiles_tags_form CHECK (jsonb_typeof(tags) = 'array' AND jsonb_array_length(tags) <= 50),
    CONSTRAINT consultant_profiles_rate_whole CHECK
        ((hourly_rate_amount IS NULL) = (hourly_rate_currency IS NULL) AND hourly_rate_amount <> 0),
    CONSTRAINT consultant_profiles_availability_known CHECK (availability IN ('offline', 'available', 'busy')),
    -- Without a rate nobody can be asked to pay.
    CONSTRAINT consultant_profiles_available_has_rate CHECK
        (availability = 'offline' OR hourly_rate_amount IS NOT NULL)
);

CREATE INDEX consultant_profiles_tags_idx ON consultant_profiles USING gin (tags jsonb_path_ops);
CREATE INDEX consultant_profiles_available_idx ON consultant_profiles (user_id) WHERE availability = 'available';
CREATE TRIGGER consultant_profiles_touch
    BEFORE UPDATE ON consultant_profiles FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE questions (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES users (id),
    title text NOT NULL,
    body text NOT NULL,
    tags jsonb NOT NULL DEFAULT '[]',
    keywords jsonb NOT NULL DEFAULT '[]',
    budget_amount minor_units,
    budget_currency currency,
    state text NOT NULL DEFAULT 'open',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    CONSTRAINT questions_title_length CHECK (length(title) BETWEEN 1 AND 200),
    CONSTRAINT questions_body_length CHECK (length(body) BETWEEN 1 AND 10000),
    CONSTRAINT questions_tags_form CHECK (jsonb_typeof(tags) = 'array' AND jsonb_array_length(tags) <= 50),
    CONSTRAINT questions_keywords_form CHECK (jsonb_typeof(keywords) = 'array'),
    CONSTRAINT questions_budget_whole CHECK ((budget_amount IS NULL) = (budget_currency IS NULL)),
    CONSTRAINT questions_state_known CHECK (state IN ('open', 'matched', 'answered', 'withdrawn', 'expired')),
    CONSTRAINT questions_closed_when_done CHECK ((closed_at IS NULL) = (state IN ('open', 'matched')))
);

CREATE INDEX questions_customer_idx ON questions (customer_id, id DESC);
CREATE INDEX questions_open_idx ON questions (id) WHERE state = 'open';
CREATE TRIGGER questions_touch BEFORE UPDATE ON questions FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    question_id uuid NOT NULL REFERENCES questions (id),
    customer_id uuid NOT NULL REFERENCES users (id),
    consultant_id uuid NOT NULL REFERENCES consultant_profiles (user_id),
    room text NOT NULL,
    mode text NOT NULL DEFAULT 'relay',
    state text NOT NULL DEFAULT 'ready',
    rate_amount minor_units NOT NULL,
    rate_currency currency NOT NULL,
    threshold_seconds int NOT NULL,
    media_seconds int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    CONSTRAINT sessions_room_key UNIQUE (room),
    -- What a rating refers to, so that it is about this session's consultant by this session's customer.
    CONSTRAINT sessions_sides_key UNIQUE (id, customer_id, consultant_id),
    CONSTRAINT sessions_two_people CHECK (customer_id <> consultant_id),
    CONSTRAINT sessions_mode_known CHECK (mode IN ('relay', 'p2p')),
    CONSTRAINT sessions_state_known CHECK (state IN ('ready', 'active', 'ended', 'cancelled')),
    CONSTRAINT sessions_rate_positive CHECK (rate_amount > 0),
    CONSTRAINT sessions_seconds_positive CHECK (threshold_seconds >= 0 AND media_seconds >= 0),
    CONSTRAINT sessions_started_when_active CHECK (state NOT IN ('active', 'ended') OR started_at IS NOT NULL),
    CONSTRAINT sessions_ended_when_over CHECK
        ((ended_at IS NULL) = (state IN ('ready', 'active')) AND (end_reason IS NULL) = (ended_at IS NULL)),
    CONSTRAINT sessions_in_order CHECK (ended_at >= started_at)
);

-- A consultant talks to one customer at a time, and a question leads to one talk at a time.
CREATE UNIQUE INDEX sessions_consultant_live_key ON sessions (consultant_id) WHERE state IN ('ready', 'active');
CREATE UNIQUE INDEX sessions_question_live_key ON sessions (question_id) WHERE state IN ('ready', 'active');
CREATE INDEX sessions_customer_idx ON sessions (customer_id, id DESC);
CREATE INDEX sessions_consultant_idx ON sessions (consultant_id, id DESC);
CREATE INDEX sessions_question_idx ON sessions (question_id);
CREATE TRIGGER sessions_touch BEFORE UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- One row for every attempt to hold the money of one window of a session.
CREATE TABLE payments (
    id uuid PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id),
    window_number int NOT NULL,
    attempt int NOT NULL DEFAULT 1,
    state text NOT NULL DEFAULT 'created',
    currency currency NOT NULL,
    amount minor_units NOT NULL,
    captured_amount minor_units NOT NULL DEFAULT 0,
    fee_amount minor_units NOT NULL DEFAULT 0,
    refunded_amount minor_units NOT NULL DEFAULT 0,
    idempotency_key text NOT NULL,
    processor_id text,
    failure_code text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    authorized_at timestamptz,
    captured_at timestamptz,
    CONSTRAINT payments_attempt_key UNIQUE (session_id, window_number, attempt),
    CONSTRAINT payments_idempotency_key UNIQUE (idempotency_key),
    CONSTRAINT payments_processor_key UNIQUE (processor_id),
    CONSTRAINT payments_numbered CHECK (window_number >= 0 AND attempt >= 1),
    CONSTRAINT payments_state_known CHECK
        (state IN ('created', 'authorized', 'captured', 'cancelled', 'failed', 'refunded')),
    CONSTRAINT payments_amount_positive CHECK (amount > 0),
    CONSTRAINT payments_capture_within_hold CHECK (captured_amount <= amount),
    CONSTRAINT payments_fee_within_capture CHECK (fee_amount <= captured_amount),
    CONSTRAINT payments_refund_within_capture CHECK (refunded_amount <= captured_amount),
    CONSTRAINT payments_captured_when CHECK ((captured_at IS NULL) = (captured_amount = 0))
);

-- Of a window, at most one hold is open or captured.
CREATE UNIQUE INDEX payments_window_live_key ON payments (session_id, window_number)
    WHERE state IN ('created', 'authorized', 'captured');
CREATE TRIGGER payments_touch BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE ratings (
    session_id uuid PRIMARY KEY,
    customer_id uuid NOT NULL,
    consultant_id uuid NOT NULL,
    stars smallint NOT NULL,
    comment text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ratings_session_fkey FOREIGN KEY (session_id, customer_id, consultant_id)
        REFERENCES sessions (id, customer_id, consultant_id),
    CONSTRAINT ratings_stars_range CHECK (stars BETWEEN 1 AND 5),
    CONSTRAINT ratings_comment_length CHECK (length(comment) BETWEEN 1 AND 2000)
);

CREATE INDEX ratings_consultant_idx ON ratings (consultant_id, created_at DESC);
CREATE INDEX ratings_customer_idx ON ratings (customer_id);
