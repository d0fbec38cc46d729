DROP TABLE security_events;
DROP TABLE known_addresses;
DROP TABLE sign_in_failures;
DROP TABLE refresh_tokens;
DROP TABLE refresh_families;
DROP TABLE email_tokens;
DROP TABLE credentials;
