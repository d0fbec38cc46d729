DROP TABLE consents;
DROP FUNCTION refuse_change();
DROP INDEX ratings_consultant_idx;
CREATE INDEX ratings_consultant_idx ON ratings (consultant_id, created_at DESC);
DROP TRIGGER sessions_count_ended ON sessions;
DROP TRIGGER sessions_count_new ON sessions;
DROP FUNCTION count_session();
DROP TRIGGER ratings_count ON ratings;
DROP FUNCTION count_rating();
DROP TRIGGER users_search ON users;
DROP FUNCTION index_consultant_name();
DROP TRIGGER consultant_profiles_search ON consultant_profiles;
DROP FUNCTION index_consultant_profile();
CREATE INDEX consultant_profiles_tags_idx ON consultant_profiles USING gin (tags jsonb_path_ops);
DROP INDEX consultant_profiles_listed_idx;
ALTER TABLE consultant_profiles
    DROP COLUMN search,
    DROP COLUMN tags_text,
    DROP COLUMN tags_folded,
    DROP COLUMN session_count,
    DROP COLUMN rating_count,
    DROP COLUMN rating_sum,
    DROP COLUMN wished_at,
    DROP COLUMN available_after_call;
DROP INDEX users_unverified_idx;
ALTER TABLE users DROP COLUMN erased_at;
DROP EXTENSION pg_trgm;
