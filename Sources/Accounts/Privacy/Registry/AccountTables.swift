internal import Database

// What is kept about an account itself. `mail_outbox` is found by the address in `users`, so it comes before it.

extension PersonalData {
    static let accountTables: [PersonalTable] = [
        PersonalTable(
            "mail_outbox", holds: "address, name and subject of mails; their text until they are sent",
            purpose: "to send them, and to tell whether they were sent", readers: "operators",
            export: .sections([
                .init("mails") { user in
                    jsonList(
                        """
                        SELECT recipient, subject, state, created_at AS "createdAt", settled_at AS "settledAt"
                        FROM mail_outbox
                        WHERE lower(recipient) = (SELECT lower(email::text) FROM users WHERE id = \(user))
                        ORDER BY id
                        """)
                }
            ]), fate: .deleted,
            erasure: [
                { user in
                    """
                    DELETE FROM mail_outbox
                    WHERE lower(recipient) = (SELECT lower(email::text) FROM users WHERE id = \(user))
                    """
                }
            ]),
        PersonalTable(
            "credentials", holds: "the password's hash", purpose: "to sign in", readers: "nobody",
            export: .sections([
                .init("credentials") { user in
                    jsonObject(
                        #"SELECT changed_at AS "passwordChangedAt" FROM credentials WHERE user_id = \#(user)"#)
                }
            ]), fate: .deleted, erasure: [{ user in "DELETE FROM credentials WHERE user_id = \(user)" }]),
        PersonalTable(
            "email_tokens", holds: "hashes of the links in our mails, and when they were used",
            purpose: "to confirm an address, to choose a new password", readers: "nobody",
            export: .sections([
                .init("mailLinks") { user in
                    jsonList(
                        """
                        SELECT purpose, created_at AS "createdAt", expires_at AS "expiresAt", used_at AS "usedAt"
                        FROM email_tokens WHERE user_id = \(user) ORDER BY created_at
                        """)
                }
            ]), fate: .deleted, erasure: [{ user in "DELETE FROM email_tokens WHERE user_id = \(user)" }]),
        PersonalTable(
            "refresh_tokens", holds: "hashes of what keeps a device signed in", purpose: "to stay signed in",
            readers: "nobody", export: .none("only hashes; the sign-ins they belong to are there"), fate: .deleted,
            erasure: [
                { user in
                    """
                    DELETE FROM refresh_tokens
                    WHERE family_id IN (SELECT id FROM refresh_families WHERE user_id = \(user))
                    """
                }
            ]),
        PersonalTable(
            "refresh_families", holds: "when you signed in, were last seen and signed out",
            purpose: "to end sign-ins everywhere", readers: "you",
            export: .sections([
                .init("signIns") { user in
                    jsonList(
                        """
                        SELECT id, created_at AS "createdAt", last_used_at AS "lastUsedAt",
                            expires_at AS "expiresAt", revoked_at AS "endedAt", reason AS "endReason"
                        FROM refresh_families WHERE user_id = \(user) ORDER BY id
                        """)
                }
            ]),
            // Those that were ended just now say which access tokens no longer count; they hold nothing but times.
            fate: .pseudonymised,
            erasure: [
                { user in
                    """
                    DELETE FROM refresh_families
                    WHERE user_id = \(user) AND coalesce(revoked_at, expires_at) < now() - interval '1 day'
                    """
                }
            ]),
        PersonalTable(
            "known_addresses", holds: "keyed hashes of where you signed in from",
            purpose: "so that attacks from elsewhere do not lock you out", readers: "nobody",
            export: .sections([
                .init("knownAddresses") { user in
                    jsonList(
                        """
                        SELECT last_at AS "lastUsedAt" FROM known_addresses WHERE user_id = \(user)
                        ORDER BY last_at
                        """)
                }
            ]), fate: .deleted, erasure: [{ user in "DELETE FROM known_addresses WHERE user_id = \(user)" }]),
        PersonalTable(
            "sign_in_failures", holds: "keyed hashes of accounts and addresses of failed sign-ins",
            purpose: "to slow down guessing", readers: "nobody", export: .none("only keyed hashes, gone within a day"),
            fate: .expires),
        PersonalTable(
            "security_events", holds: "what happened to the account, when, and from which address",
            purpose: "to find and prove abuse", readers: "you, operators",
            export: .sections([
                .init("securityEvents") { user in
                    jsonList(
                        """
                        SELECT kind, occurred_at AS "occurredAt", address, detail FROM security_events
                        WHERE user_id = \(user) ORDER BY id
                        """)
                }
            ]), fate: .pseudonymised,
            erasure: [
                { user in
                    "UPDATE security_events SET address = NULL, detail = '{}' WHERE user_id = \(user)"
                }
            ]),
        PersonalTable(
            "consents", holds: "which version of which document you agreed to, and when",
            purpose: "to prove consent", readers: "you, operators",
            export: .sections([
                .init("consents") { user in
                    jsonList(
                        """
                        SELECT document, version, granted, recorded_at AS "recordedAt" FROM consents
                        WHERE user_id = \(user) ORDER BY recorded_at, id
                        """)
                }
            ]), fate: .deleted, erasure: [{ user in "DELETE FROM consents WHERE user_id = \(user)" }]),
    ]
}
