-- Replies to requests that carried an Idempotency-Key, so that one sent twice takes effect once. A row without a status
-- belongs to a request whose transaction still runs: nobody else sees it before it commits with its reply.

CREATE TABLE idempotency_keys (
    -- Whose key it is: `user ID`, or `address IP` before anybody is signed in.
    scope text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    -- SHA-256 of the request's target and content.
    fingerprint bytea NOT NULL,
    status int,
    body bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, route, key),
    CONSTRAINT idempotency_keys_key_length CHECK (length(key) BETWEEN 1 AND 255),
    CONSTRAINT idempotency_keys_fingerprint_length CHECK (length(fingerprint) = 32),
    CONSTRAINT idempotency_keys_reply_whole CHECK ((status IS NULL) = (body IS NULL))
);

CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (created_at);
