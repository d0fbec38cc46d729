internal import Database

/// A table that says something about people: what becomes of it when somebody asks for their data, and when they leave.
public struct PersonalTable: Sendable {
    /// A person's id put into a statement.
    typealias Statement = @Sendable (_ user: UniqueID) -> SQL

    /// A section of the export.
    struct Section: Sendable {
        /// Its name.
        let key: String
        /// A query whose one value is its JSON.
        let query: Statement

        init(_ key: String, query: @escaping Statement) {
            self.key = key
            self.query = query
        }
    }

    /// How a person gets to read it.
    enum Export: Sendable {
        /// As sections of the export.
        case sections([Section])
        /// Not by itself, for this reason.
        case none(String)
    }

    /// What becomes of it when the person leaves.
    enum Fate: String, Sendable {
        /// The rows are deleted.
        case deleted
        /// The rows stay, for others or for the law, without anything that says who it was.
        case pseudonymised
        /// Nothing is to be done: no row can be found by the person, and all are gone soon.
        case expires
    }

    /// Its name.
    public let name: String
    /// What it says about people.
    let holds: String
    /// What for.
    let purpose: String
    /// Who reads it.
    let readers: String
    /// How the person reads it.
    let export: Export
    /// What becomes of it when they leave.
    let fate: Fate
    /// What makes it so.
    let erasure: [Statement]

    init(
        _ name: String, holds: String, purpose: String, readers: String, export: Export, fate: Fate,
        erasure: [Statement] = []
    ) {
        self.name = name
        self.holds = holds
        self.purpose = purpose
        self.readers = readers
        self.export = export
        self.fate = fate
        self.erasure = erasure
    }
}

/// Where personal data lives: every table that refers to a person, in the order in which a person is erased from them.
///
/// A new table with such a reference has its row here; a test compares this with the database's own catalogue.
public enum PersonalData {
    /// The tables.
    public static let tables: [PersonalTable] =
        accountTables + requestTables + moneyTables + marketplaceTables + reckonedTables + passingTables

    /// What the catalogue takes for personal and is not, with the reason: `table.column`.
    static let exceptions: [String: String] = [
        "schema_migrations.name": "names a migration",
        "ledger_entries.account_id": "the number of an account of the books; whose it is says `ledger_accounts`",
    ]

    /// The sections of an export, in order.
    static var sections: [PersonalTable.Section] {
        tables.flatMap { table -> [PersonalTable.Section] in
            switch table.export {
            case .sections(let sections): sections
            case .none: []
            }
        }
    }

    /// What erases a person, in order. Everything that is looked up by the account's own row comes before that row.
    static func erasure(of user: UniqueID) -> [SQL] { tables.flatMap(\.erasure).map { $0(user) } }

    /// The table for readers of the documentation.
    public static var documentation: String {
        var text = "| table | what it holds | what for | who reads it | in the export | when you leave |\n"
        text += "|---|---|---|---|---|---|\n"
        for table in tables {
            let export =
                switch table.export {
                case .sections(let sections): sections.map { "`\($0.key)`" }.joined(separator: ", ")
                case .none(let reason): "no: \(reason)"
                }
            text += "| `\(table.name)` | \(table.holds) | \(table.purpose) | \(table.readers) | \(export) "
            text += "| \(table.fate.rawValue) |\n"
        }
        return text
    }
}

/// A query of several rows as one JSON array.
func jsonList(_ rows: SQL) -> SQL {
    "SELECT coalesce(json_agg(to_json(entry)), '[]')::text FROM (\(rows)) AS entry"
}

/// A query of one row as one JSON object; `null` without a row.
func jsonObject(_ row: SQL) -> SQL {
    "SELECT coalesce((SELECT to_json(entry)::text FROM (\(row)) AS entry), 'null')"
}
