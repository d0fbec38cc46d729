-- Who somebody is: passwords, the links sent by mail, sign-ins and what was done with them.
-- Secrets are kept as hashes: of what is here nothing opens an account.

CREATE TABLE credentials (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    password_hash text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- Links in mails. At most one of each purpose is open at a time.
CREATE TABLE email_tokens (
    hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT email_tokens_purpose_known CHECK (purpose IN ('verify', 'reset')),
    CONSTRAINT email_tokens_hash_length CHECK (length(hash) = 32)
);

CREATE INDEX email_tokens_user_idx ON email_tokens (user_id, purpose);
CREATE INDEX email_tokens_expiry_idx ON email_tokens (expires_at);

-- A sign-in with all the refresh tokens that came of it: what log-out ends.
CREATE TABLE refresh_families (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    reason text,
    CONSTRAINT refresh_families_reason CHECK ((reason IS NULL) = (revoked_at IS NULL))
);

CREATE INDEX refresh_families_live_idx ON refresh_families (user_id) WHERE revoked_at IS NULL;
CREATE INDEX refresh_families_expiry_idx ON refresh_families (expires_at);
-- What a signaling core reads when it starts: whose access tokens no longer count.
CREATE INDEX refresh_families_revoked_idx ON refresh_families (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    hash bytea PRIMARY KEY,
    family_id uuid NOT NULL REFERENCES refresh_families (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT refresh_tokens_hash_length CHECK (length(hash) = 32)
);

CREATE INDEX refresh_tokens_family_idx ON refresh_tokens (family_id);

-- Failed sign-ins by account and where they came from; both are keyed hashes, and the account need not exist.
CREATE TABLE sign_in_failures (
    account bytea NOT NULL,
    origin bytea NOT NULL,
    failures int NOT NULL DEFAULT 1,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, origin),
    CONSTRAINT sign_in_failures_positive CHECK (failures > 0)
);

CREATE INDEX sign_in_failures_age_idx ON sign_in_failures (last_at);

-- Where an account was signed in from before, as a keyed hash: attacks from elsewhere do not slow it down there.
CREATE TABLE known_addresses (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    origin bytea NOT NULL,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, origin)
);

CREATE INDEX known_addresses_age_idx ON known_addresses (last_at);

-- The audit log: what happened to accounts. Only retention deletes from it.
CREATE TABLE security_events (
    id uuid PRIMARY KEY,
    user_id uuid REFERENCES users (id) ON DELETE SET NULL,
    kind text NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    address text,
    detail jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT security_events_kind_form CHECK (kind ~ '^[a-z_]{1,60}$')
);

CREATE INDEX security_events_user_idx ON security_events (user_id, id DESC);
CREATE INDEX security_events_age_idx ON security_events (occurred_at);
