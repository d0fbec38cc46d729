internal import FoundationEssentials

/// The folder with PostgreSQL's `postgres` and `initdb`.
struct ServerPrograms: Equatable {
    let folder: String

    var server: String { folder + "/postgres" }
    var initializer: String { folder + "/initdb" }

    /// Where Debian, and PostgreSQL's own packages for it, put the versions side by side.
    private static let versions = "/usr/lib/postgresql"

    /// Looks in the given folder only, or else under `/usr/lib/postgresql`, or else in `PATH`.
    ///
    /// - Parameter version: the major version that made the data; nil for the newest there is.
    static func find(
        in folder: String?, version: String?, path: String, versions: String = Self.versions
    ) throws(ClusterError) -> ServerPrograms {
        if let folder {
            let programs = ServerPrograms(folder: folder)
            guard programs.areThere else {
                throw ClusterError(.noServer, "\(folder) does not hold PostgreSQL's postgres and initdb")
            }
            return programs
        }
        let present = ((try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? [])
            .filter { Int($0) != nil && ServerPrograms(folder: "\(versions)/\($0)/bin").areThere }
            .sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
        if let chosen = version.map({ wanted in present.first { $0 == wanted } }) ?? present.last {
            return ServerPrograms(folder: "\(versions)/\(chosen)/bin")
        }
        if let version, !present.isEmpty {
            throw ClusterError(
                .noServer,
                "the data was made by PostgreSQL \(version), and the server here is \(present.joined(separator: ", ")): "
                    + "install postgresql-\(version), or dump the data there and restore it here")
        }
        for folder in path.split(separator: ":") {
            let programs = ServerPrograms(folder: String(folder))
            if programs.areThere { return programs }
        }
        throw ClusterError(
            .noServer, "PostgreSQL's server is not installed (apt-get install postgresql), nor in PATH")
    }

    private var areThere: Bool {
        [server, initializer].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
