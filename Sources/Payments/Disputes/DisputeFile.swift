internal import Database
internal import Money

/// Puts together what is known of a disputed call: who was there and when, what flowed, what was charged, what was agreed to.
struct DisputeFile: Sendable {
    /// What customers agree to about refunds, as the product does it.
    static let policy = """
        A call costs nothing until its free time is over. From then on it costs the consultant's published rate for each second in \
        which sound and picture flowed, from the first second; both sides see the rate before the call and the amount while it \
        runs, and either may leave at any time, which ends the charge. Seconds in which nothing flowed are not charged. Money is \
        given back on request where the service was not delivered.
        """

    /// Puts it together, as things are now.
    func assemble(_ payment: UniqueID, in database: some Queryable) async throws -> DisputePackage {
        let rows = try await database.query(
            """
            SELECT sessions.id, sessions.created_at, started_at, ended_at, media_seconds, threshold_seconds, rate_amount,
                rate_currency, customer_joined_at, consultant_joined_at, end_reason, mode, sessions.customer_id,
                CASE WHEN customer.erased_at IS NULL THEN customer.name END AS customer,
                CASE WHEN customer.erased_at IS NULL THEN customer.email::text END AS email,
                CASE WHEN customer.erased_at IS NULL AND consultant.erased_at IS NULL THEN
                    format('Live video consultation with %s about: %s', consultant.name, questions.title) END AS product,
                payments.currency, captured_amount, refunded_amount
            FROM payments JOIN sessions ON sessions.id = payments.session_id
                JOIN users AS customer ON customer.id = sessions.customer_id
                JOIN users AS consultant ON consultant.id = sessions.consultant_id
                JOIN questions ON questions.id = sessions.question_id
            WHERE payments.id = \(payment)
            """)
        guard let row = rows.first else { throw DatabaseError(.decoding, "a payment without a session") }
        let session = try row.get("id", as: UniqueID.self)
        let invoice = try await invoice(of: session, on: database)
        let receipt = try await receipt(of: session, on: database)
        let day = try row.get("started_at", as: Timestamp?.self) ?? row.get("created_at", as: Timestamp.self)
        return DisputePackage(
            customerName: try row.get("customer", as: String?.self),
            customerEmail: try row.get("email", as: String?.self),
            serviceDate: String(day.description.prefix(10)),
            productDescription: try row.get("product", as: String?.self).map { "\($0)\n\(invoice)" },
            accessActivityLog: try presence(row, session) + receipt.flow,
            refundPolicy: try await policy(of: row.get("customer_id", as: UniqueID.self), on: database),
            refundRefusal: try refusal(row), receipt: receipt.text)
    }

    private func presence(_ row: Row, _ session: UniqueID) throws -> String {
        func moment(_ column: String) throws -> String {
            try row.get(column, as: Timestamp?.self)?.description ?? "not recorded"
        }
        let rate = try amount(row, "rate_amount", "rate_currency")
        return """
            Session \(session): a video call of two people in a room of their own, with text chat. Times are UTC.
            Agreed to and opened: \(try moment("created_at")), at \(rate) an hour, free under \
            \(try row.get("threshold_seconds", as: Int.self)) seconds of media
            The customer came in: \(try moment("customer_joined_at"))
            The consultant came in: \(try moment("consultant_joined_at"))
            Media began: \(try moment("started_at"))
            Media flowed in both directions for: \(try row.get("media_seconds", as: Int.self)) seconds
            Ended: \(try moment("ended_at")) (\(try row.get("end_reason", as: String?.self) ?? "still running"))
            Who was in the room was connected to its chat.

            """
    }

    /// The newest receipt as it was signed, and what it says of the call in words.
    private func receipt(
        of session: UniqueID, on database: some Queryable
    ) async throws -> (text: String, flow: String) {
        let rows = try await database.query(
            """
            SELECT statement::text AS statement, key_id, signature,
                format('Received from the customer: %s packets. Received from the consultant: %s packets. Records of it: %s.',
                    statement #>> '{totals,fromCustomer,packets}', statement #>> '{totals,fromConsultant,packets}',
                    statement #>> '{totals,records}') AS flow
            FROM media_receipts WHERE session_id = \(session) ORDER BY revision DESC LIMIT 1
            """)
        guard let row = rows.first else { return ("No receipt of the call is signed yet.", "") }
        return (
            """
            Receipt of the call: what was measured of its media, chained by SHA-256 and signed with Ed25519.
            \(try row.get("statement", as: String.self))
            Key \(try row.get("key_id", as: String.self)), signature \(try row.get("signature", as: String.self))
            """, try row.get("flow", as: String.self)
        )
    }

    private func invoice(of session: UniqueID, on database: some Queryable) async throws -> String {
        let invoices = try await InvoiceStore.of(session: session, on: database)
        guard !invoices.isEmpty else { return "Its invoice is not issued yet." }
        return invoices.map { invoice in
            let kind = invoice.kind == .invoice ? "Invoice" : "Credit note"
            let lines = invoice.lines.map {
                "- \($0.text): \(Money(amount: $0.amount, currency: invoice.total.currency).text)"
            }
            let day = invoice.issuedAt.description.prefix(10)
            return (["\(kind) \(invoice.number) of \(day), \(invoice.total.text)"] + lines).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private func policy(of customer: UniqueID, on database: some Queryable) async throws -> String {
        let rows = try await database.query(
            """
            SELECT version, recorded_at FROM consents
            WHERE user_id = \(customer) AND document = 'terms' AND granted ORDER BY id DESC LIMIT 1
            """)
        guard let row = rows.first else { return Self.policy }
        return Self.policy + """
             The customer agreed to the terms, version \(try row.get("version", as: String.self)), on \
            \(try row.get("recorded_at", as: Timestamp.self)).
            """
    }

    private func refusal(_ row: Row) throws -> String {
        let captured = try amount(row, "captured_amount", "currency")
        let refunded = try amount(row, "refunded_amount", "currency")
        let given = try row.get("refunded_amount", as: Int64.self) > 0 ? "\(refunded) was given back. " : ""
        return "\(captured) was charged for the measured time of the call. "
            + "\(given)The call took place as its records show."
    }

    private func amount(_ row: Row, _ column: String, _ currency: String) throws -> String {
        guard let currency = Currency(try row.get(currency, as: String.self)) else {
            throw DatabaseError(.decoding, "an amount in no known currency")
        }
        return Money(amount: try row.get(column, as: Int64.self), currency: currency).text
    }
}
