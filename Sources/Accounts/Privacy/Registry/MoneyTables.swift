internal import Database

// How money came to move. Tax law and the balance of the books keep it; nothing in a row says who, once the account is
// pseudonymised.

extension PersonalData {
    static let moneyTables: [PersonalTable] = [
        PersonalTable(
            "payment_methods", holds: "brand, last four digits and expiry of your cards",
            purpose: "to charge your calls",
            readers: "you",
            export: .sections([
                .init("paymentMethods") { user in
                    jsonList(
                        """
                        SELECT brand, last4, exp_month AS "expMonth", exp_year AS "expYear", is_default AS "isDefault",
                            created_at AS "createdAt", removed_at AS "removedAt"
                        FROM payment_methods WHERE user_id = \(user) ORDER BY created_at
                        """)
                }
            ]), fate: .deleted, erasure: [{ user in "DELETE FROM payment_methods WHERE user_id = \(user)" }]),
        PersonalTable(
            "payment_customers", holds: "the payment processor's id of you", purpose: "to charge your cards",
            readers: "operators",
            export: .sections([
                .init("paymentCustomer") { user in
                    jsonObject(
                        """
                        SELECT processor_id AS "processorId", created_at AS "createdAt"
                        FROM payment_customers WHERE user_id = \(user)
                        """)
                }
            ]), fate: .pseudonymised,
            erasure: [
                // Gone once the processor has removed its customer with every card.
                { user in
                    "UPDATE payment_customers SET erased_at = coalesce(erased_at, now()) WHERE user_id = \(user)"
                }
            ]),
        PersonalTable(
            "payouts", holds: "what was paid out to your bank, and when", purpose: "to be paid; tax law",
            readers: "you, operators",
            export: .sections([
                .init("payouts") { user in
                    jsonList(
                        """
                        SELECT amount, currency, state, arrival_date AS "arrivalDate", failure_code AS "failureCode",
                            created_at AS "createdAt"
                        FROM payouts WHERE consultant_id = \(user) ORDER BY id
                        """)
                }
            ]), fate: .pseudonymised),
        PersonalTable(
            "payout_accounts",
            holds: "the payment processor's id of a consultant, whether they can be paid, and what is missing for that",
            purpose: "to pay them", readers: "you, operators",
            export: .sections([
                .init("payoutAccount") { user in
                    jsonObject(
                        """
                        SELECT processor_id AS "processorId", is_payable AS "isPayable",
                            payouts_enabled AS "payoutsEnabled", requirements, interval, created_at AS "createdAt"
                        FROM payout_accounts WHERE user_id = \(user)
                        """)
                }
            ]), fate: .pseudonymised,
            erasure: [
                // One that was never answered holds an address. Of the others the id stays, so that what is still paid out
                // is booked.
                { user in "DELETE FROM payout_accounts WHERE user_id = \(user) AND processor_id IS NULL" },
                { user in
                    """
                    UPDATE payout_accounts SET request = NULL, is_payable = false, requirements = '[]'
                    WHERE user_id = \(user)
                    """
                },
            ]),
        PersonalTable(
            "payment_requests", holds: "what was asked of the payment processor, and how it answered",
            purpose: "so that nothing is charged twice", readers: "operators",
            export: .none("each belongs to a payment, which is there"), fate: .pseudonymised),
        PersonalTable(
            "refund_orders", holds: "what an administrator gave back of your calls, and why",
            purpose: "to tell later why money was given back", readers: "you, operators",
            export: .sections([
                .init("refunds") { user in
                    jsonList(
                        """
                        SELECT payments.session_id AS "sessionId", refund_orders.amount, payments.currency, refund_orders.reason,
                            refund_orders.created_at AS "createdAt"
                        FROM refund_orders JOIN payments ON payments.id = payment_id
                            JOIN sessions ON sessions.id = payments.session_id
                        WHERE sessions.customer_id = \(user) OR sessions.consultant_id = \(user)
                        ORDER BY refund_orders.id
                        """)
                }
            ]), fate: .pseudonymised,
            erasure: [
                { user in
                    """
                    UPDATE refund_orders SET reason = NULL FROM payments JOIN sessions ON sessions.id = session_id
                    WHERE payments.id = payment_id AND \(user) IN (customer_id, consultant_id)
                    """
                }
            ]),
        PersonalTable(
            "disputes",
            holds: "payments that a customer objected to at their bank, what the bank was told, and what came of it",
            purpose: "to answer the bank, and to prove every movement of money; tax law", readers: "operators",
            export: .sections([.init("disputes") { user in jsonList(disputes(of: user)) }]), fate: .pseudonymised,
            erasure: [
                { user in
                    """
                    UPDATE disputes SET evidence = evidence - 'customerName' - 'customerEmail' - 'productDescription'
                    FROM payments JOIN sessions ON sessions.id = session_id
                    WHERE payments.id = payment_id AND customer_id = \(user)
                    """
                },
                { user in
                    """
                    UPDATE disputes SET evidence = evidence - 'productDescription'
                    FROM payments JOIN sessions ON sessions.id = session_id
                    WHERE payments.id = payment_id AND consultant_id = \(user)
                    """
                },
                { user in "UPDATE disputes SET ordered_by = NULL WHERE ordered_by = \(user)" },
            ]),
        PersonalTable(
            "stripe_events", holds: "ids of what the payment processor has told of",
            purpose: "to act once on each thing it tells", readers: "operators",
            export: .none("only ids, without a link to a person, gone after two months"), fate: .expires),
        PersonalTable(
            "charges", holds: "which parts of a session are held, charged or given back",
            purpose: "to charge a session, exactly once", readers: "operators",
            export: .none("the payments it leads to are there"), fate: .pseudonymised),
        PersonalTable(
            "ledger_accounts", holds: "what you were charged and paid, or earned and were paid out, to the cent",
            purpose: "to prove every movement of money; tax law", readers: "you, operators",
            export: .sections([
                .init("ledger") { user in
                    jsonList(
                        """
                        SELECT ledger_accounts.kind AS account, ledger_transactions.kind AS movement,
                            session_id AS "sessionId", amount, ledger_entries.currency, occurred_at AS "occurredAt"
                        FROM ledger_accounts JOIN ledger_entries ON account_id = ledger_accounts.id
                            JOIN ledger_transactions ON ledger_transactions.id = transaction_id
                        WHERE person_id = \(user) ORDER BY ledger_entries.id
                        """)
                }
            ]), fate: .pseudonymised),
        PersonalTable(
            "media_records", holds: "how much media went in each direction of a session, for each ten seconds",
            purpose: "to prove what is charged; tax law", readers: "both sides, operators",
            export: .none("the receipts, which are there, sum them up; both sides read each with the receipt"),
            fate: .pseudonymised),
        PersonalTable(
            "call_samples", holds: "how good both connections of a session were, for each ten seconds",
            purpose: "to tell whose connection is weak, and to find faults", readers: "both sides, operators",
            export: .sections([
                .init("callQuality") { user in
                    jsonList(
                        """
                        SELECT session_id AS "sessionId", at, call_samples.media_seconds AS "mediaSeconds",
                            sample -> CASE customer_id WHEN \(user) THEN 'customer' ELSE 'consultant' END AS quality
                        FROM call_samples JOIN sessions ON sessions.id = session_id
                        WHERE customer_id = \(user) OR consultant_id = \(user) ORDER BY session_id, at
                        """)
                }
            ]), fate: .pseudonymised),
        PersonalTable(
            "media_receipts", holds: "what a session came to and what was paid for it, signed",
            purpose: "to prove what is charged; tax law", readers: "both sides, operators",
            export: .sections([
                .init("receipts") { user in
                    jsonList(
                        """
                        SELECT statement AS receipt, key_id AS "keyId", signature
                        FROM media_receipts JOIN sessions ON sessions.id = session_id
                        WHERE customer_id = \(user) OR consultant_id = \(user) ORDER BY session_id, revision
                        """)
                }
            ]), fate: .pseudonymised),
        PersonalTable(
            "invoices", holds: "invoices and credit notes: numbers, what for, how much, and whom they name",
            purpose: "to show what was paid for what; tax law",
            readers: "both sides of the session (the address only you), operators",
            export: .sections([.init("invoices") { user in jsonList(invoices(of: user)) }]), fate: .pseudonymised,
            erasure: [
                { user in
                    """
                    UPDATE invoices SET customer_name = NULL, customer_email = NULL, title = NULL
                    WHERE customer_id = \(user)
                    """
                },
                { user in "UPDATE invoices SET consultant_name = NULL WHERE consultant_id = \(user)" },
            ]),
    ]

    /// What the bank was told of a customer is theirs alone.
    private static func disputes(of user: UniqueID) -> SQL {
        """
        SELECT payments.session_id AS "sessionId", disputes.state, disputes.reason, disputes.amount, disputes.currency,
            CASE customer_id WHEN \(user) THEN evidence END AS evidence, evidence_sent_at AS "evidenceSentAt",
            lost_amount AS lost, recovery_amount AS owed, recovered_amount AS recovered,
            disputes.created_at AS "createdAt", closed_at AS "closedAt"
        FROM disputes JOIN payments ON payments.id = payment_id JOIN sessions ON sessions.id = payments.session_id
        WHERE customer_id = \(user) OR consultant_id = \(user) ORDER BY disputes.id
        """
    }

    private static func invoices(of user: UniqueID) -> SQL {
        """
        SELECT number, kind, session_id AS "sessionId",
            CASE customer_id WHEN \(user) THEN 'customer' ELSE 'consultant' END AS role, issuer,
            customer_name AS "customerName",
            CASE customer_id WHEN \(user) THEN customer_email END AS "customerEmail",
            consultant_name AS "consultantName", title, currency, lines, subtotal,
            tax_basis_points AS "taxBasisPoints", tax_amount AS "taxAmount", tax_text AS "taxText", total, waived,
            notes, issued_at AS "issuedAt"
        FROM invoices WHERE customer_id = \(user) OR consultant_id = \(user) ORDER BY id
        """
    }
}
