internal import Database
internal import Stripe

/// What is known of a disputed call, put together for the bank: who was there and when, what flowed, what was agreed to.
struct DisputeFile: Sendable {
    /// What customers agree to about refunds.
    let policy: String

    /// What the bank is told.
    struct Package: Codable, Sendable {
        var accessActivityLog: String
        var customerName: String
        var customerEmail: String
        var productDescription: String
        var refundPolicy: String
        var serviceDate: String
        var receipt: String

        var evidence: DisputeEvidence {
            var evidence = DisputeEvidence()
            evidence.accessActivityLog = accessActivityLog
            evidence.customerName = customerName
            evidence.customerEmail = customerEmail
            evidence.productDescription = productDescription
            evidence.refundPolicyDisclosure = refundPolicy
            evidence.serviceDate = serviceDate
            evidence.uncategorizedText = receipt
            return evidence
        }
    }

    /// Puts it together.
    func assemble(_ payment: UniqueID, in transaction: Transaction) async throws -> Package {
        let rows = try await transaction.query(
            """
            SELECT sessions.id, sessions.created_at, sessions.started_at, sessions.ended_at, sessions.media_seconds,
                sessions.customer_joined_at, sessions.consultant_joined_at, sessions.end_reason,
                customer.name AS customer, customer.email::text AS email, consultant.name AS consultant, questions.title
            FROM payments JOIN sessions ON sessions.id = payments.session_id
                JOIN users AS customer ON customer.id = sessions.customer_id
                JOIN users AS consultant ON consultant.id = sessions.consultant_id
                JOIN questions ON questions.id = sessions.question_id
            WHERE payments.id = \(payment)
            """)
        guard let row = rows.first else { throw DatabaseError(.decoding, "a payment without a session") }
        let session = try row.get("id", as: UniqueID.self)
        func moment(_ column: String) throws(DatabaseError) -> String {
            try row.get(column, as: Timestamp?.self)?.description ?? "never"
        }
        let seconds = try row.get("media_seconds", as: Int.self)
        let documents = try await transaction.query(
            "SELECT number FROM invoices WHERE session_id = \(session) AND kind = 'invoice' ORDER BY issued_at, number")
        let numbers = try documents.map { row throws(DatabaseError) in try row.get("number", as: String.self) }
        let receipts = try await transaction.query(
            """
            SELECT statement::text, signature FROM media_receipts WHERE session_id = \(session)
            ORDER BY revision DESC LIMIT 1
            """)
        let receipt = try receipts.first.map { row throws(DatabaseError) in
            "Signed media receipt: \(try row.get(0, as: String.self)) Signature: \(try row.get(1, as: String.self))"
        }
        return Package(
            accessActivityLog: """
                Session \(session)
                Accepted \(try moment("created_at"))
                The customer came in \(try moment("customer_joined_at"))
                The consultant came in \(try moment("consultant_joined_at"))
                Sound and picture flowed in both directions from \(try moment("started_at")), for \(seconds) seconds
                Ended \(try moment("ended_at")): \(try row.get("end_reason", as: String?.self) ?? "-")
                """,
            customerName: try row.get("customer", as: String.self), customerEmail: try row.get("email", as: String.self),
            productDescription: "Live video consultation with \(try row.get("consultant", as: String.self)): "
                + "\(try row.get("title", as: String.self)). Invoice \(numbers.joined(separator: ", "))",
            refundPolicy: policy, serviceDate: String(try moment("started_at").prefix(10)),
            receipt: receipt ?? "There is no media receipt.")
    }
}
