internal import FoundationEssentials

/// The migrations of a folder, numbered from 1 without a gap.
public struct MigrationSet: Sendable, Equatable {
    /// The migrations in order.
    public let all: [Migration]

    /// These migrations.
    ///
    /// - Throws: `MigrationError` with the code `gap` where they are not numbered 1, 2, 3, ….
    public init(_ migrations: [Migration]) throws(MigrationError) {
        all = migrations.sorted { $0.version < $1.version }
        for (index, migration) in all.enumerated() where migration.version != index + 1 {
            throw MigrationError(
                .gap,
                migration.version <= index
                    ? "migration \(migration.version) is there twice" : "migration \(index + 1) is missing")
        }
    }

    /// The migrations of a folder. Other files than `.sql` are passed over.
    public init(folder: String) throws(MigrationError) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw MigrationError(.unreadable, "the folder \(folder) cannot be read")
        }
        var found: [Int: [MigrationFile]] = [:]
        for name in names.sorted() where name.hasSuffix(".sql") && !name.hasPrefix(".") {
            guard let file = MigrationFile(name) else {
                throw MigrationError(.unreadable, "\(name) is not named NNNN_name.up.sql or NNNN_name.down.sql")
            }
            found[file.version, default: []].append(file)
        }
        var migrations: [Migration] = []
        for (version, files) in found {
            guard files.count == 2, let down = files.first(where: { !$0.isUp }), let up = files.first(where: \.isUp),
                down.name == up.name
            else {
                throw MigrationError(.gap, "migration \(version) is not one .up.sql and one .down.sql of the same name")
            }
            migrations.append(
                Migration(
                    version: version, name: up.name, up: try Self.read(folder, up), down: try Self.read(folder, down)))
        }
        try self.init(migrations)
    }

    private static func read(_ folder: String, _ file: MigrationFile) throws(MigrationError) -> String {
        guard let data = FileManager.default.contents(atPath: folder + "/" + file.path),
            let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0)
        else { throw MigrationError(.unreadable, "\(file.path) is not readable UTF-8 text") }
        return text
    }
}

/// A file's name, taken apart.
private struct MigrationFile {
    let version: Int
    let name: String
    let isUp: Bool
    let path: String

    init?(_ path: String) {
        self.path = path
        let isUp = path.hasSuffix(".up.sql")
        guard isUp || path.hasSuffix(".down.sql") else { return nil }
        self.isUp = isUp
        let stem = path.dropLast(isUp ? ".up.sql".count : ".down.sql".count)
        let digits = stem.prefix(4)
        let rest = stem.dropFirst(4)
        guard digits.utf8.count == 4, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), rest.first == "_",
            rest.count > 1, let version = Int(digits), version > 0
        else { return nil }
        self.version = version
        name = String(rest.dropFirst())
    }
}
