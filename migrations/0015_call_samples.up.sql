-- How good the connections of a session's two people were, for each ten seconds of its call.
CREATE TABLE call_samples (
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- When the ten seconds began. While they last, the newest word about them counts.
    at timestamptz NOT NULL,
    media_seconds int NOT NULL,
    -- Both people's connection and directions (docs/quality.md).
    sample jsonb NOT NULL,
    PRIMARY KEY (session_id, at),
    CONSTRAINT call_samples_seconds_counted CHECK (media_seconds >= 0)
);

CREATE INDEX call_samples_at_idx ON call_samples (at);
