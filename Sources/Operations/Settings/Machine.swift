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

    /// A described machine, for tests.
    public init(cores: Int, home: String, dataHome: String? = nil, clientFolder: String? = nil) {
        self.cores = cores
        self.home = home
        self.dataHome = dataHome
        self.clientFolder = clientFolder
    }

    /// This machine.
    public static func current(environment: [String: String]) -> Machine {
        let files = FileManager.default
        let executable = (try? files.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return Machine(
            cores: ProcessInfo.processInfo.activeProcessorCount,
            home: environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory(),
            dataHome: environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil },
            clientFolder: findClient(executable: executable, currentFolder: files.currentDirectoryPath) {
                files.fileExists(atPath: $0)
            })
    }
}

/// Looks for the built web client: beside the executable (`web-client`), in the source tree that the executable was
/// built in, or in the current folder's (`web-client/dist`).
func findClient(executable: String, currentFolder: String, exists: (String) -> Bool) -> String? {
    let folder = URL(fileURLWithPath: executable).deletingLastPathComponent()
    var candidates = [folder.appendingPathComponent("web-client")]
    var above = folder
    // .build/<triple>/release is three folders deep.
    for _ in 0..<4 {
        above = above.deletingLastPathComponent()
        candidates.append(above.appendingPathComponent("web-client/dist"))
    }
    candidates.append(URL(fileURLWithPath: currentFolder).appendingPathComponent("web-client/dist"))
    return candidates.map(\.path).first { exists($0 + "/index.html") }
}
