import Accounts
import Database
import Identifiers
import Testing

@Suite("The accounts", .timeLimit(.minutes(2))) struct UserSearchTests {
    let world: World

    init() async throws { world = try await World("accounts") }

    private func names(_ change: (inout UserSearch) -> Void) async throws -> [String] {
        var search = UserSearch()
        change(&search)
        return try await search.page(before: nil, limit: 100, on: world.pool).map(\.user.name)
    }

    @Test("are found by part of a name or address, by id, role and state, the newest first, page by page")
    func search() async throws {
        let ada = try await world.user(.customer, "Ada Lovelace")
        let bob = try await world.user(.consultant, "Bob 50%_off", verified: false)
        let gone = try await world.user(.customer, "Deleted user")
        try await world.pool.query("UPDATE users SET erased_at = now(), email_verified_at = NULL WHERE id = \(gone)")
        #expect(try await names { _ in } == ["Deleted user", "Bob 50%_off", "Ada Lovelace"])
        #expect(try await names { $0.text = "LOVE" } == ["Ada Lovelace"])
        #expect(try await names { $0.text = "%_" } == ["Bob 50%_off"], "what means something to LIKE means itself")
        #expect(try await names { $0.text = "\(bob)@example" } == ["Bob 50%_off"])
        #expect(try await names { $0.text = "\(ada)" } == ["Ada Lovelace"])
        #expect(try await names { $0.text = "nobody" }.isEmpty)
        #expect(try await names { $0.role = .consultant } == ["Bob 50%_off"])
        #expect(try await names { $0.state = .verified } == ["Ada Lovelace"])
        #expect(try await names { $0.state = .unverified } == ["Bob 50%_off"])
        #expect(
            try await names {
                $0.state = .erased; $0.role = .customer
            } == ["Deleted user"])
        try await world.pool.query("UPDATE users SET suspended_at = now() WHERE id = \(ada)")
        #expect(try await names { $0.state = .suspended } == ["Ada Lovelace"])
        #expect(try await names { $0.state = .verified }.isEmpty)
        let second = try await UserSearch().page(before: gone, limit: 1, on: world.pool)
        #expect(second.map(\.user.name) == ["Bob 50%_off"] && second.map(\.state) == [.unverified])
    }
}
