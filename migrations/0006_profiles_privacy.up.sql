-- Profiles as they are searched and shown, and what privacy asks for: consents, erasure.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- From then on the row is a pseudonym: nothing in it says who it was.
ALTER TABLE users ADD COLUMN erased_at timestamptz;
CREATE INDEX users_unverified_idx ON users (created_at) WHERE email_verified_at IS NULL AND erased_at IS NULL;

ALTER TABLE consultant_profiles
    -- While busy: what the consultant wishes to be after the call.
    ADD COLUMN available_after_call boolean NOT NULL DEFAULT false,
    -- The last time they said whether they are available: what was observed before that no longer matters.
    ADD COLUMN wished_at timestamptz,
    -- Counted by the triggers below, so that a list reads no rating and no session.
    ADD COLUMN rating_sum bigint NOT NULL DEFAULT 0,
    ADD COLUMN rating_count int NOT NULL DEFAULT 0,
    ADD COLUMN session_count int NOT NULL DEFAULT 0,
    -- Tags are found without regard to case.
    ADD COLUMN tags_folded jsonb NOT NULL GENERATED ALWAYS AS (lower(tags::text)::jsonb) STORED,
    ADD COLUMN tags_text text NOT NULL GENERATED ALWAYS AS (lower(tags::text)) STORED,
    -- The name, the headline, the tags and the bio, in this order of weight.
    ADD COLUMN search tsvector NOT NULL DEFAULT '';

-- Searched a thousand times for each change: no list of pending entries that every search reads first.
CREATE INDEX consultant_profiles_tags_folded_idx
    ON consultant_profiles USING gin (tags_folded jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX consultant_profiles_tags_text_idx
    ON consultant_profiles USING gin (tags_text gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX consultant_profiles_search_idx ON consultant_profiles USING gin (search) WITH (fastupdate = off);
CREATE INDEX consultant_profiles_listed_idx ON consultant_profiles (user_id) WHERE hourly_rate_amount IS NOT NULL;
DROP INDEX consultant_profiles_tags_idx;

CREATE FUNCTION index_consultant_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search :=
        setweight(to_tsvector('simple', coalesce((SELECT name FROM users WHERE id = NEW.user_id), '')), 'A')
        || setweight(to_tsvector('simple', NEW.headline), 'B')
        || setweight(jsonb_to_tsvector('simple', NEW.tags, '["string"]'), 'B')
        || setweight(to_tsvector('simple', NEW.bio), 'C');
    RETURN NEW;
END
$$;

CREATE TRIGGER consultant_profiles_search BEFORE INSERT OR UPDATE OF headline, tags, bio ON consultant_profiles
    FOR EACH ROW EXECUTE FUNCTION index_consultant_profile();

CREATE FUNCTION index_consultant_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE consultant_profiles SET headline = headline WHERE user_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_search AFTER UPDATE OF name ON users
    FOR EACH ROW WHEN (NEW.role = 'consultant' AND NEW.name <> OLD.name) EXECUTE FUNCTION index_consultant_name();

CREATE FUNCTION count_rating() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE consultant_profiles SET rating_sum = rating_sum - OLD.stars, rating_count = rating_count - 1
        WHERE user_id = OLD.consultant_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE consultant_profiles SET rating_sum = rating_sum + NEW.stars, rating_count = rating_count + 1
        WHERE user_id = NEW.consultant_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER ratings_count AFTER INSERT OR DELETE OR UPDATE OF stars, consultant_id ON ratings
    FOR EACH ROW EXECUTE FUNCTION count_rating();

-- A session that took place stays counted, also when its row is gone after its time.
CREATE FUNCTION count_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE consultant_profiles SET session_count = session_count + 1 WHERE user_id = NEW.consultant_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER sessions_count_new AFTER INSERT ON sessions
    FOR EACH ROW WHEN (NEW.state = 'ended') EXECUTE FUNCTION count_session();
CREATE TRIGGER sessions_count_ended AFTER UPDATE OF state ON sessions
    FOR EACH ROW WHEN (NEW.state = 'ended' AND OLD.state <> 'ended') EXECUTE FUNCTION count_session();

-- What was there before.
UPDATE consultant_profiles SET headline = headline,
    rating_sum = coalesce((SELECT sum(stars) FROM ratings WHERE consultant_id = user_id), 0),
    rating_count = (SELECT count(*) FROM ratings WHERE consultant_id = user_id),
    session_count = (SELECT count(*) FROM sessions WHERE consultant_id = user_id AND state = 'ended');

-- Pages of ratings, the newest first.
DROP INDEX ratings_consultant_idx;
CREATE INDEX ratings_consultant_idx ON ratings (consultant_id, created_at DESC, session_id DESC);

-- What somebody agreed to, or no longer agrees to: the newest row of a document counts, the others are its history.
CREATE TABLE consents (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    document text NOT NULL,
    version text NOT NULL,
    granted boolean NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT consents_document_known CHECK (document IN ('terms', 'privacy', 'recording', 'marketing')),
    CONSTRAINT consents_version_length CHECK (length(version) BETWEEN 1 AND 40)
);

CREATE INDEX consents_user_idx ON consents (user_id, document, id DESC);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added and deleted, never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER consents_unchanged BEFORE UPDATE ON consents FOR EACH ROW EXECUTE FUNCTION refuse_change();
