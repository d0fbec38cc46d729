@testable import Accounts
import Database
import DatabaseTesting
import Foundation
import Testing

@Suite("The registry of personal data", .timeLimit(.minutes(2))) struct PersonalDataTests {
    private var registered: Set<String> { Set(PersonalData.tables.map(\.name)) }

    @Test("has every table that refers to a person, straight or through another")
    func references() async throws {
        let world = try await World("registry")
        let rows = try await world.pool.query(
            """
            WITH RECURSIVE personal (oid) AS (
                SELECT 'users'::regclass::oid
                UNION
                SELECT conrelid FROM pg_constraint JOIN personal ON confrelid = personal.oid WHERE contype = 'f'
            )
            SELECT oid::regclass::text FROM personal
            """)
        let referring = Set(try rows.map { try $0.get(0, as: String.self) })
        #expect(referring.count > 5 && referring.subtracting(registered).isEmpty)
    }

    @Test("has every table with a column that sounds like a person")
    func names() async throws {
        let world = try await World("registry")
        let rows = try await world.pool.query(
            """
            SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public'
                AND column_name ~ '(^|_)(user|customer|consultant|person|account|owner|email|mail|recipient|name|address|phone|origin|ip|scope|payload)(_|$)'
            """)
        var missing: [String] = []
        for row in rows {
            let table = try row.get("table_name", as: String.self)
            let column = "\(table).\(try row.get("column_name", as: String.self))"
            if !registered.contains(table), PersonalData.exceptions[column] == nil { missing.append(column) }
        }
        #expect(missing.isEmpty)
    }

    @Test("names tables that exist, each once, and sections, each once")
    func consistency() async throws {
        let world = try await World("registry")
        let rows = try await world.pool.query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        let existing = Set(try rows.map { try $0.get(0, as: String.self) })
        #expect(registered.subtracting(existing).isEmpty && registered.count == PersonalData.tables.count)
        let keys = PersonalData.sections.map(\.key)
        #expect(Set(keys).count == keys.count)
        for table in PersonalData.tables where table.fate == .deleted {
            #expect(!table.erasure.isEmpty, "\(table.name)")
        }
        for table in PersonalData.tables where table.fate == .expires {
            #expect(table.erasure.isEmpty, "\(table.name)")
        }
    }

    @Test("is what docs/privacy.md says")
    func documentation() throws {
        let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
        let text = try String(contentsOfFile: root + "/docs/privacy.md", encoding: .utf8)
        #expect(text.contains("\n\n" + PersonalData.documentation + "\n"), "\(PersonalData.documentation)")
        #expect(text.contains("\n\n" + RetentionRule.documentation + "\n"), "\(RetentionRule.documentation)")
        for document in ConsentDocument.allCases { #expect(text.contains("`\(document.rawValue)`")) }
    }
}
