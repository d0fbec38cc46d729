import Foundation

/// What defaults depend on: this machine, and the folder we were started in.
public struct Machine: Sendable {
    /// Processors this process may use.
    public var cores: Int
    /// The user's home folder.
    public var home: String
    /// Where the user's programs keep data (`XDG_DATA_HOME`), where that is set.
    public var dataHome: String?
    /// The built web client, where one was found.
    public var clientFolder: String?
    /// The database's migrations, where they were found.
    public var migrationsFolder: String?
    /// The model of meaning, where it was found.
    public var modelFolder: String?

    /// A described machine, for tests.
    public init(
        cores: Int, home: String, dataHome: String? = nil, clientFolder: String? = nil, migrationsFolder: String? = nil,
        modelFolder: String? = nil
    ) {
        self.cores = cores
        self.home = home
        self.dataHome = dataHome
        self.clientFolder = clientFolder
        self.migrationsFolder = migrationsFolder
        self.modelFolder = modelFolder
    }

    /// This machine.
    public static func current(environment: [String: String]) -> Machine {
        let files = FileManager.default
        let executable = (try? files.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return Machine(
            cores: ProcessInfo.processInfo.activeProcessorCount,
            home: environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory(),
            dataHome: environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil },
            clientFolder: find(
                Self.client, executable: executable, currentFolder: files.currentDirectoryPath, exists: files.fileExists
            ),
            migrationsFolder: find(
                Self.migrations, executable: executable, currentFolder: files.currentDirectoryPath,
                exists: files.fileExists),
            modelFolder: find(
                Self.model, executable: executable, currentFolder: files.currentDirectoryPath, exists: files.fileExists)
        )
    }

    /// The built web client.
    static let client = Companion(installed: "web-client", inSource: "web-client/dist", mark: "index.html")
    /// The database's migrations.
    static let migrations = Companion(
        installed: "migrations", inSource: "migrations", mark: "0001_foundation.up.sql")
    /// The model of meaning.
    static let model = Companion(
        installed: "all-MiniLM-L6-v2", inSource: "models/all-MiniLM-L6-v2", mark: "model.safetensors")
}

/// A folder that comes with the executable.
struct Companion: Sendable {
    /// Its name beside the executable.
    var installed: String
    /// Where the source tree has it.
    var inSource: String
    /// A file by which it is known.
    var mark: String
}

/// Looks for a folder that comes with the executable: beside it, in the source tree that it was built in, or in the
/// current folder's.
func find(_ companion: Companion, executable: String, currentFolder: String, exists: (String) -> Bool) -> String? {
    let folder = URL(fileURLWithPath: executable).deletingLastPathComponent()
    var candidates = [folder.appendingPathComponent(companion.installed)]
    var above = folder
    // .build/<triple>/release is three folders deep.
    for _ in 0..<4 {
        above = above.deletingLastPathComponent()
        candidates.append(above.appendingPathComponent(companion.inSource))
    }
    candidates.append(URL(fileURLWithPath: currentFolder).appendingPathComponent(companion.inSource))
    return candidates.map(\.path).first { exists("\($0)/\(companion.mark)") }
}
