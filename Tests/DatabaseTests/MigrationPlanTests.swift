import Database
import DatabaseTesting
import Testing

@Suite("A migration plan") struct MigrationPlanTests {
    static func migration(_ version: Int, _ up: String? = nil) -> Migration {
        Migration(version: version, name: "m\(version)", up: up ?? "up \(version)", down: "down \(version)")
    }

    private let three = try? MigrationSet([migration(3), migration(1), migration(2)])

    private func applied(_ versions: Int...) -> [AppliedMigration] {
        versions.map {
            AppliedMigration(
                version: $0, name: "m\($0)", checksum: Self.migration($0).checksum,
                appliedAt: Timestamp(secondsSince1970: 1))
        }
    }

    private func refusal(_ body: () throws -> Void) -> MigrationError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? MigrationError)?.code
        }
    }

    @Test("applies what is missing, in order, up to a version")
    func up() throws {
        let set = try #require(three)
        #expect(try MigrationPlan.up(set, applied: []).steps == set.all.map { .up($0) })
        #expect(try MigrationPlan.up(set, applied: applied(1)).steps == set.all.dropFirst().map { .up($0) })
        #expect(try MigrationPlan.up(set, applied: applied(1), to: 2).steps == [.up(set.all[1])])
        #expect(try MigrationPlan.up(set, applied: applied(1, 2, 3)).steps.isEmpty)
        #expect(try MigrationPlan.up(set, applied: applied(1, 2), to: 1).steps.isEmpty)
    }

    @Test("takes back the latest first")
    func down() throws {
        let set = try #require(three)
        #expect(
            try MigrationPlan.down(set, applied: applied(1, 2, 3), to: 1).steps == [
                .down(set.all[2]), .down(set.all[1]),
            ])
        #expect(try MigrationPlan.down(set, applied: applied(1), to: 0).steps == [.down(set.all[0])])
        #expect(try MigrationPlan.down(set, applied: applied(1), to: 3).steps.isEmpty)
    }

    @Test("refuses an edited past, gaps, unknown migrations and unknown versions")
    func refusals() throws {
        let set = try #require(three)
        let edited = [AppliedMigration(version: 1, name: "m1", checksum: "other", appliedAt: .now())]
        #expect(refusal { _ = try MigrationPlan.up(set, applied: edited) } == .edited)
        #expect(refusal { _ = try MigrationPlan.down(set, applied: edited, to: 0) } == .edited)
        #expect(refusal { _ = try MigrationPlan.up(set, applied: applied(1, 3)) } == .gap)
        #expect(refusal { _ = try MigrationPlan.up(set, applied: applied(2)) } == .gap)
        #expect(refusal { _ = try MigrationPlan.up(set, applied: applied(1, 2, 3, 4)) } == .unknown)
        #expect(refusal { _ = try MigrationPlan.up(set, applied: [], to: 4) } == .noSuchVersion)
        #expect(refusal { _ = try MigrationPlan.down(set, applied: [], to: -1) } == .noSuchVersion)
        #expect(refusal { _ = try MigrationSet([Self.migration(1), Self.migration(3)]) } == .gap)
        #expect(refusal { _ = try MigrationSet([Self.migration(1), Self.migration(1)]) } == .gap)
        #expect(refusal { _ = try MigrationSet([Self.migration(2)]) } == .gap)
    }

    @Test("tells where every migration stands")
    func status() throws {
        let set = try MigrationSet([Self.migration(1), Self.migration(2, "changed"), Self.migration(3)])
        let at = Timestamp(secondsSince1970: 1)
        let far = AppliedMigration(version: 4, name: "later", checksum: "", appliedAt: at)
        let states = MigrationPlan.status(set, applied: applied(1, 2) + [far]).map(\.state)
        #expect(states == [.applied(at: at), .edited(at: at), .pending, .unknown(at: at)])
    }

    @Test("is made from a folder's files, and says what is wrong with them")
    func folder() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try folder.write("CREATE TABLE a ();", to: "0001_first.up.sql")
        #expect(refusal { _ = try MigrationSet(folder: folder.path) } == .gap)
        try folder.write("DROP TABLE a;", to: "0001_first.down.sql")
        try folder.write("not ours", to: "README.md")
        let set = try MigrationSet(folder: folder.path)
        #expect(set.all.map(\.name) == ["first"] && set.all[0].down == "DROP TABLE a;")
        // From sha256sum.
        #expect(set.all[0].checksum == "902f5c947b00294d6b0cdb41666553a31c51672ed6e65af6209e622790dce7b1")
        for name in ["2_second.up.sql", "0002second.up.sql", "0000_zero.up.sql", "0002_.up.sql", "0002_second.sql"] {
            let other = try TemporaryFolder()
            defer { other.remove() }
            try other.write("", to: name)
            #expect(refusal { _ = try MigrationSet(folder: other.path) } == .unreadable, "\(name)")
        }
        #expect(refusal { _ = try MigrationSet(folder: folder.path + "/absent") } == .unreadable)
        try folder.write("\0", to: "0002_second.up.sql")
        try folder.write("", to: "0002_second.down.sql")
        #expect(refusal { _ = try MigrationSet(folder: folder.path) } == .unreadable)
    }
}
