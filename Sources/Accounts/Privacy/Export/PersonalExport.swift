public import Database

/// Everything about a person in one JSON document.
public enum PersonalExport {
    /// The document, read at one moment; nil where there is no such account.
    public static func document(
        of user: UniqueID, at moment: Timestamp, on pool: DatabasePool
    ) async throws -> [UInt8]? {
        let sections = PersonalData.sections
        let answers = try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { transaction in
            try await transaction.pipeline(sections.map { $0.query(user) })
        }
        var text = "{\n\"exportedAt\": \"\(moment)\""
        for (section, rows) in zip(sections, answers) {
            guard let row = rows.first else { throw DatabaseError(.decoding, "no answer for \(section.key)") }
            let json = try row.get(0, as: String.self)
            if section.key == "account", json == "null" { return nil }
            // The keys are ours, the values PostgreSQL's JSON: nothing is to be escaped.
            text += ",\n\"\(section.key)\": \(json)"
        }
        return Array((text + "\n}\n").utf8)
    }
}
