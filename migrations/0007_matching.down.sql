DROP TRIGGER ratings_learn ON ratings;
DROP FUNCTION learn_rating();

DROP TRIGGER sessions_count_ended ON sessions;
DROP TRIGGER sessions_count_new ON sessions;
DROP INDEX sessions_ended_idx;
DROP INDEX sessions_due_idx;
DROP INDEX sessions_question_live_key;
DROP INDEX sessions_consultant_live_key;
ALTER TABLE sessions
    DROP CONSTRAINT sessions_window_positive,
    DROP CONSTRAINT sessions_commission_range,
    DROP CONSTRAINT sessions_ended_when_over,
    DROP CONSTRAINT sessions_started_when_active,
    DROP CONSTRAINT sessions_state_known,
    DROP COLUMN quality,
    DROP COLUMN due_at,
    DROP COLUMN consultant_joined_at,
    DROP COLUMN customer_joined_at,
    DROP COLUMN window_seconds,
    DROP COLUMN commission_basis_points,
    DROP COLUMN request_id,
    ALTER COLUMN state SET DEFAULT 'ready';
UPDATE sessions SET state = CASE state
    WHEN 'pending' THEN 'ready' WHEN 'completed' THEN 'ended' WHEN 'failed' THEN 'cancelled' ELSE state END;
ALTER TABLE sessions
    ADD CONSTRAINT sessions_state_known CHECK (state IN ('ready', 'active', 'ended', 'cancelled')),
    ADD CONSTRAINT sessions_started_when_active CHECK (state NOT IN ('active', 'ended') OR started_at IS NOT NULL),
    ADD CONSTRAINT sessions_ended_when_over CHECK
        ((ended_at IS NULL) = (state IN ('ready', 'active')) AND (end_reason IS NULL) = (ended_at IS NULL));
CREATE UNIQUE INDEX sessions_consultant_live_key ON sessions (consultant_id) WHERE state IN ('ready', 'active');
CREATE UNIQUE INDEX sessions_question_live_key ON sessions (question_id) WHERE state IN ('ready', 'active');
CREATE TRIGGER sessions_count_new AFTER INSERT ON sessions
    FOR EACH ROW WHEN (NEW.state = 'ended') EXECUTE FUNCTION count_session();
CREATE TRIGGER sessions_count_ended AFTER UPDATE OF state ON sessions
    FOR EACH ROW WHEN (NEW.state = 'ended' AND OLD.state <> 'ended') EXECUTE FUNCTION count_session();

DROP TRIGGER consultant_profiles_told ON consultant_profiles;
DROP FUNCTION tell_profile_changed();
DROP TRIGGER consultant_profiles_count ON consultant_profiles;
DROP FUNCTION count_availability();
DROP TRIGGER consultant_profiles_wake ON consultant_profiles;
DROP FUNCTION wake_questions();
DROP TABLE match_models;
DROP TABLE profile_vectors;
DROP TABLE consultant_days;
DROP TABLE consultant_tags;
DROP TABLE consultant_stats;
DROP INDEX consultant_profiles_askable_idx;
ALTER TABLE consultant_profiles DROP COLUMN connection_seen_at, DROP COLUMN is_connected;
DROP TABLE requests;
DROP TABLE question_wakes;

DROP INDEX questions_waiting_idx;
DROP INDEX questions_due_idx;
ALTER TABLE questions
    DROP CONSTRAINT questions_embedding_whole,
    DROP CONSTRAINT questions_wave_positive,
    DROP COLUMN told,
    DROP COLUMN embedding_model,
    DROP COLUMN embedding,
    DROP COLUMN wave,
    DROP COLUMN due_at,
    DROP COLUMN expires_at,
    DROP CONSTRAINT questions_closed_when_done,
    DROP CONSTRAINT questions_state_known;
UPDATE questions SET state = CASE state
    WHEN 'matching' THEN 'open' WHEN 'accepted' THEN 'answered' WHEN 'cancelled' THEN 'withdrawn' ELSE state END;
ALTER TABLE questions
    ADD CONSTRAINT questions_state_known CHECK (state IN ('open', 'matched', 'answered', 'withdrawn', 'expired')),
    ADD CONSTRAINT questions_closed_when_done CHECK ((closed_at IS NULL) = (state IN ('open', 'matched')));
CREATE INDEX questions_open_idx ON questions (id) WHERE state = 'open';
