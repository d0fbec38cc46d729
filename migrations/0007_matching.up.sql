-- From a question to a call: who is asked and in which order, who can be reached, and how a session runs.

-- Questions ---------------------------------------------------------------------------------------------------------------

ALTER TABLE questions DROP CONSTRAINT questions_state_known, DROP CONSTRAINT questions_closed_when_done;
UPDATE questions SET state = CASE state
    WHEN 'matched' THEN 'accepted' WHEN 'answered' THEN 'accepted' WHEN 'withdrawn' THEN 'cancelled' ELSE state END,
    closed_at = CASE state WHEN 'matched' THEN now() ELSE closed_at END
WHERE state IN ('matched', 'answered', 'withdrawn');
-- What was open before somebody could be asked is over.
UPDATE questions SET state = 'expired', closed_at = now() WHERE state = 'open';
ALTER TABLE questions
    ADD CONSTRAINT questions_state_known CHECK (state IN ('open', 'matching', 'accepted', 'expired', 'cancelled')),
    ADD CONSTRAINT questions_closed_when_done CHECK ((closed_at IS NULL) = (state IN ('open', 'matching'))),
    -- Until when somebody is looked for.
    ADD COLUMN expires_at timestamptz NOT NULL DEFAULT now(),
    -- When it has to be looked at again without anything else happening.
    ADD COLUMN due_at timestamptz,
    -- The last wave in which consultants were asked.
    ADD COLUMN wave int NOT NULL DEFAULT 0,
    -- What it means: the vector of a sentence, as little-endian floats, and of which model.
    ADD COLUMN embedding bytea,
    ADD COLUMN embedding_model text,
    -- What the customer was told last.
    ADD COLUMN told jsonb NOT NULL DEFAULT '{}',
    ADD CONSTRAINT questions_wave_positive CHECK (wave >= 0),
    ADD CONSTRAINT questions_embedding_whole CHECK ((embedding IS NULL) = (embedding_model IS NULL));

DROP INDEX questions_open_idx;
CREATE INDEX questions_due_idx ON questions (due_at) WHERE state IN ('open', 'matching');
CREATE INDEX questions_waiting_idx ON questions (id) WHERE state = 'open';

-- Something happened that a question has to hear of. Rows are added without a lock on the question, so that whoever holds
-- a consultant never waits for a question.
CREATE TABLE question_wakes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    question_id uuid NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX question_wakes_question_idx ON question_wakes (question_id);

-- Requests ----------------------------------------------------------------------------------------------------------------

-- A live request: a question put to one consultant, with a deadline.
CREATE TABLE requests (
    id uuid PRIMARY KEY,
    question_id uuid NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    consultant_id uuid NOT NULL REFERENCES consultant_profiles (user_id) ON DELETE CASCADE,
    wave int NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    score double precision NOT NULL,
    reasons jsonb NOT NULL DEFAULT '[]',
    -- What the score was made from, for the learner.
    features jsonb NOT NULL DEFAULT '{}',
    rate_amount minor_units NOT NULL,
    rate_currency currency NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    settled_at timestamptz,
    -- Why it was declined or withdrawn.
    reason text,
    -- What it came to in the end, once that is known.
    outcome text,
    outcome_at timestamptz,
    -- Whether the learner has seen it.
    is_learnt boolean NOT NULL DEFAULT false,
    CONSTRAINT requests_state_known CHECK (state IN ('pending', 'accepted', 'declined', 'expired', 'withdrawn')),
    CONSTRAINT requests_settled CHECK ((settled_at IS NULL) = (state = 'pending')),
    CONSTRAINT requests_wave_positive CHECK (wave > 0),
    CONSTRAINT requests_reason_length CHECK (length(reason) <= 500),
    CONSTRAINT requests_outcome_known CHECK
        (outcome IN ('declined', 'expired', 'cancelled', 'failed', 'completed', 'completed_well', 'completed_badly')),
    CONSTRAINT requests_outcome_when CHECK ((outcome IS NULL) = (outcome_at IS NULL))
);

CREATE UNIQUE INDEX requests_pending_key ON requests (question_id, consultant_id) WHERE state = 'pending';
CREATE UNIQUE INDEX requests_accepted_key ON requests (question_id) WHERE state = 'accepted';
CREATE INDEX requests_question_idx ON requests (question_id, score DESC);
CREATE INDEX requests_consultant_idx ON requests (consultant_id, id DESC);
CREATE INDEX requests_consultant_pending_idx ON requests (consultant_id) WHERE state = 'pending';
CREATE INDEX requests_outcome_idx ON requests (outcome_at) WHERE outcome IS NOT NULL;
CREATE INDEX requests_unlearnt_idx ON requests (outcome_at) WHERE outcome IS NOT NULL AND NOT is_learnt;

-- Consultants -------------------------------------------------------------------------------------------------------------

-- Whether a WebSocket of theirs is open: only who can be reached is asked.
ALTER TABLE consultant_profiles
    ADD COLUMN is_connected boolean NOT NULL DEFAULT false,
    -- When that was seen.
    ADD COLUMN connection_seen_at timestamptz;
CREATE INDEX consultant_profiles_askable_idx ON consultant_profiles (user_id)
    WHERE availability = 'available' AND is_connected;

-- What a consultant's answers and sessions came to, counted with each of them.
CREATE TABLE consultant_stats (
    user_id uuid PRIMARY KEY REFERENCES consultant_profiles (user_id) ON DELETE CASCADE,
    asked bigint NOT NULL DEFAULT 0,
    accepted bigint NOT NULL DEFAULT 0,
    declined bigint NOT NULL DEFAULT 0,
    expired bigint NOT NULL DEFAULT 0,
    -- Seconds until they answer, as a mean that forgets; and when it was last moved.
    response_seconds double precision,
    responded_at timestamptz,
    completed bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    last_session_at timestamptz,
    CONSTRAINT consultant_stats_positive CHECK
        (asked >= 0 AND accepted >= 0 AND declined >= 0 AND expired >= 0 AND completed >= 0 AND failed >= 0
            AND response_seconds >= 0)
);

-- What came of a consultant's sessions on questions with a tag (in lowercase).
CREATE TABLE consultant_tags (
    user_id uuid NOT NULL REFERENCES consultant_profiles (user_id) ON DELETE CASCADE,
    tag text NOT NULL,
    completed int NOT NULL DEFAULT 0,
    rating_sum int NOT NULL DEFAULT 0,
    rating_count int NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, tag),
    CONSTRAINT consultant_tags_positive CHECK (completed >= 0 AND rating_sum >= 0 AND rating_count >= 0)
);

-- Seconds in which a consultant was to be asked, and in calls; a span belongs to the day on which it ended.
CREATE TABLE consultant_days (
    user_id uuid NOT NULL REFERENCES consultant_profiles (user_id) ON DELETE CASCADE,
    day date NOT NULL,
    available_seconds double precision NOT NULL DEFAULT 0,
    busy_seconds double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, day),
    CONSTRAINT consultant_days_positive CHECK (available_seconds >= 0 AND busy_seconds >= 0)
);

CREATE INDEX consultant_days_day_idx ON consultant_days (day);

-- What a profile means and which words it has: the whole of it and each of its parts.
CREATE TABLE profile_vectors (
    user_id uuid PRIMARY KEY REFERENCES consultant_profiles (user_id) ON DELETE CASCADE,
    -- Of the text that this was made from.
    digest bytea NOT NULL,
    -- Nil where there was no model.
    model text,
    -- Little-endian floats, one vector after the other; the first is that of the whole.
    vectors bytea NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX profile_vectors_updated_idx ON profile_vectors (updated_at);

-- What was learnt from outcomes: each row a state of the model, and the newest counts.
CREATE TABLE match_models (
    version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model jsonb NOT NULL,
    outcomes bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE FUNCTION wake_questions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was_askable boolean := OLD.availability = 'available' AND OLD.is_connected;
    is_askable boolean := NEW.availability = 'available' AND NEW.is_connected;
    woken bigint := 0;
BEGIN
    IF is_askable AND NOT was_askable THEN
        -- Those who have waited longest; the others look again by themselves.
        INSERT INTO question_wakes (question_id)
            SELECT id FROM questions WHERE state = 'open' ORDER BY id LIMIT 25;
        GET DIAGNOSTICS woken = ROW_COUNT;
    ELSIF OLD.availability = 'available' AND NEW.availability <> 'available' THEN
        INSERT INTO question_wakes (question_id)
            SELECT question_id FROM requests WHERE consultant_id = NEW.user_id AND state = 'pending';
        GET DIAGNOSTICS woken = ROW_COUNT;
    END IF;
    IF woken > 0 THEN
        PERFORM pg_notify('matching', '');
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER consultant_profiles_wake AFTER UPDATE OF availability, is_connected ON consultant_profiles
    FOR EACH ROW WHEN (OLD.availability <> NEW.availability OR OLD.is_connected <> NEW.is_connected)
    EXECUTE FUNCTION wake_questions();

CREATE FUNCTION count_availability() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    seconds double precision := greatest(0, extract(epoch FROM clock_timestamp() - OLD.availability_changed_at));
BEGIN
    INSERT INTO consultant_days AS days (user_id, day, available_seconds, busy_seconds)
    VALUES (NEW.user_id, (clock_timestamp() AT TIME ZONE 'UTC')::date,
        CASE OLD.availability WHEN 'available' THEN seconds ELSE 0 END,
        CASE OLD.availability WHEN 'busy' THEN seconds ELSE 0 END)
    ON CONFLICT (user_id, day) DO UPDATE SET
        available_seconds = days.available_seconds + excluded.available_seconds,
        busy_seconds = days.busy_seconds + excluded.busy_seconds;
    RETURN NULL;
END
$$;

CREATE TRIGGER consultant_profiles_count AFTER UPDATE OF availability ON consultant_profiles
    FOR EACH ROW WHEN (OLD.availability <> NEW.availability AND OLD.availability <> 'offline')
    EXECUTE FUNCTION count_availability();

-- A changed profile means something else: its vectors are made anew.
CREATE FUNCTION tell_profile_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('profiles', NEW.user_id::text);
    RETURN NULL;
END
$$;

CREATE TRIGGER consultant_profiles_told AFTER INSERT OR UPDATE OF headline, bio, tags, hourly_rate_amount
    ON consultant_profiles FOR EACH ROW EXECUTE FUNCTION tell_profile_changed();

-- Sessions ----------------------------------------------------------------------------------------------------------------

DROP TRIGGER sessions_count_new ON sessions;
DROP TRIGGER sessions_count_ended ON sessions;
DROP INDEX sessions_consultant_live_key;
DROP INDEX sessions_question_live_key;
ALTER TABLE sessions
    DROP CONSTRAINT sessions_state_known, DROP CONSTRAINT sessions_started_when_active,
    DROP CONSTRAINT sessions_ended_when_over, ALTER COLUMN state SET DEFAULT 'pending';
UPDATE sessions SET state = CASE state WHEN 'ready' THEN 'pending' ELSE 'completed' END WHERE state IN ('ready', 'ended');
ALTER TABLE sessions
    ADD COLUMN request_id uuid REFERENCES requests (id) ON DELETE SET NULL,
    ADD COLUMN commission_basis_points int NOT NULL DEFAULT 1500,
    ADD COLUMN window_seconds int NOT NULL DEFAULT 600,
    ADD COLUMN customer_joined_at timestamptz,
    ADD COLUMN consultant_joined_at timestamptz,
    -- When it has to be looked at without anything being reported: nobody came, or nothing was heard of the call.
    ADD COLUMN due_at timestamptz,
    -- The quality of the four directions: what was seen of it while the call ran.
    ADD COLUMN quality jsonb,
    ADD CONSTRAINT sessions_state_known CHECK (state IN ('pending', 'active', 'completed', 'cancelled', 'failed')),
    ADD CONSTRAINT sessions_started_when_active CHECK (state NOT IN ('active', 'completed') OR started_at IS NOT NULL),
    ADD CONSTRAINT sessions_ended_when_over CHECK
        ((ended_at IS NULL) = (state IN ('pending', 'active')) AND (end_reason IS NULL) = (ended_at IS NULL)),
    ADD CONSTRAINT sessions_commission_range CHECK (commission_basis_points BETWEEN 0 AND 10000),
    ADD CONSTRAINT sessions_window_positive CHECK (window_seconds > 0);

CREATE UNIQUE INDEX sessions_consultant_live_key ON sessions (consultant_id) WHERE state IN ('pending', 'active');
CREATE UNIQUE INDEX sessions_question_live_key ON sessions (question_id) WHERE state IN ('pending', 'active');
CREATE INDEX sessions_due_idx ON sessions (due_at) WHERE state IN ('pending', 'active');
CREATE INDEX sessions_ended_idx ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TRIGGER sessions_count_new AFTER INSERT ON sessions
    FOR EACH ROW WHEN (NEW.state = 'completed') EXECUTE FUNCTION count_session();
CREATE TRIGGER sessions_count_ended AFTER UPDATE OF state ON sessions
    FOR EACH ROW WHEN (NEW.state = 'completed' AND OLD.state <> 'completed') EXECUTE FUNCTION count_session();

-- Ratings -----------------------------------------------------------------------------------------------------------------

-- What a session's stars say about the request it came of, and about its consultant's work on the question's tags.
CREATE FUNCTION learn_rating() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE requests SET outcome = CASE WHEN NEW.stars >= 4 THEN 'completed_well' ELSE 'completed_badly' END,
        outcome_at = clock_timestamp()
    WHERE id = (SELECT request_id FROM sessions WHERE id = NEW.session_id) AND NOT is_learnt;
    INSERT INTO consultant_tags AS kept (user_id, tag, rating_sum, rating_count)
        SELECT DISTINCT NEW.consultant_id, lower(tag), NEW.stars, 1
        FROM sessions JOIN questions ON questions.id = question_id, jsonb_array_elements_text(questions.tags) AS tag
        WHERE sessions.id = NEW.session_id
    ON CONFLICT (user_id, tag) DO UPDATE SET
        rating_sum = kept.rating_sum + excluded.rating_sum, rating_count = kept.rating_count + excluded.rating_count;
    RETURN NULL;
END
$$;

CREATE TRIGGER ratings_learn AFTER INSERT ON ratings FOR EACH ROW EXECUTE FUNCTION learn_rating();
