DROP INDEX stripe_events_listed_idx;
DROP TABLE reports;
ALTER TABLE ratings DROP COLUMN hidden_at;
DROP TRIGGER users_suspended ON users;
DROP FUNCTION tell_suspension();
ALTER TABLE users DROP COLUMN suspended_at;
