import Logging
import Testing

@testable import Operations

/// A machine that is the same everywhere.
let machine = Machine(cores: 4, home: "/home/ada", clientFolder: "/srv/client")

/// Resolves with little ceremony.
func resolve(
    flags: [String] = [], environment: [String: String] = [:], yaml: String? = nil, files: [String: String] = [:]
) -> Result<Settings, SettingProblems> {
    struct NoSuchFile: Error, CustomStringConvertible {
        var description: String { "no such file" }
    }
    return Settings.resolve(
        flags: flags, environment: environment, file: yaml.map { Settings.File(path: "consult.yaml", text: $0) },
        machine: machine
    ) { path in
        guard let text = files[path] else { throw NoSuchFile() }
        return text
    }
}

/// The problems' words; empty where there are none.
func problems(
    flags: [String] = [], environment: [String: String] = [:], yaml: String? = nil, files: [String: String] = [:]
) -> [String] {
    switch resolve(flags: flags, environment: environment, yaml: yaml, files: files) {
    case .success: []
    case .failure(let problems): problems.problems.map(\.description)
    }
}

@Suite("Settings")
struct SettingsTests {
    @Test("Without any source the defaults hold")
    func defaults() throws {
        let settings = try resolve().get()
        #expect(settings.signalPort == 8081)
        #expect(settings.opsPort == 9090)
        #expect(settings.bind == "0.0.0.0")
        #expect(settings.opsBind == "127.0.0.1")
        #expect(settings.publicURL == nil)
        #expect(settings.allowedOrigins == [])
        #expect(settings.dataFolder == "/home/ada/.local/share/consult")
        #expect(settings.clientFolder == "/srv/client")
        #expect(settings.relay)
        #expect(settings.relayWorkers == 4)
        #expect(settings.relayPorts == 40000...49999)
        #expect(settings.billingThreshold == 600)
        #expect(settings.billingWarning == 60)
        #expect(settings.billingGrace == 30)
        #expect(settings.connectionsPerAddress == 64)
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == .text)
        #expect(settings.jwtKey == nil)
        #expect(settings.source(of: \.signalPort) == .standard)
    }

    @Test("Flags override the environment, which overrides the file")
    func precedence() throws {
        let yaml = "signal-port: 1001\nops-port: 1002\nmax-rooms: 1003"
        let environment = ["CONSULT_SIGNAL_PORT": "2001", "CONSULT_OPS_PORT": "2002"]
        let settings = try resolve(flags: ["--signal-port", "3001"], environment: environment, yaml: yaml).get()
        #expect(settings.signalPort == 3001)
        #expect(settings.source(of: \.signalPort) == .flag)
        #expect(settings.opsPort == 2002)
        #expect(settings.source(of: \.opsPort) == .environment)
        #expect(settings.maximumRooms == 1003)
        #expect(settings.source(of: \.maximumRooms) == .file("consult.yaml", line: 3))
    }

    @Test("The data folder follows XDG_DATA_HOME")
    func dataHome() throws {
        var elsewhere = machine
        elsewhere.dataHome = "/data"
        let settings = try Settings.resolve(flags: [], environment: [:], file: nil, machine: elsewhere) { _ in "" }
            .get()
        #expect(settings.dataFolder == "/data/consult")
    }

    @Test(
        "A YAML key may be nested, written with underscores, or in full",
        arguments: [
            "relay-ports: 20000-20099", "relay_ports: 20000-20099", "CONSULT_RELAY_PORTS: 20000-20099",
            "relay:\n  ports: 20000-20099", "{relay: {ports: '20000-20099'}}",
        ])
    func spellings(yaml: String) throws {
        #expect(try resolve(yaml: yaml).get().relayPorts == 20000...20099)
    }

    @Test("Addresses offered to peers are in their canonical form, with or without brackets")
    func peerAddresses() throws {
        let settings = try resolve(environment: ["CONSULT_RELAY_ADDRESSES": "[2001:DB8:0::1],192.0.2.7,fec0::1"]).get()
        #expect(settings.relayAddresses == ["2001:db8::1", "192.0.2.7", "fec0::1"])
    }

    @Test("A YAML list is a list, and a YAML boolean reads as it is written")
    func yamlValues() throws {
        let settings = try resolve(yaml: "relay-addresses: [192.0.2.1, '2001:db8::1']\nrelay: off").get()
        #expect(settings.relayAddresses == ["192.0.2.1", "2001:db8::1"])
        #expect(!settings.relay)
    }

    @Test("An empty or missing document is an empty file", arguments: ["", "# nothing\n", "---\n"])
    func emptyYAML(yaml: String) {
        #expect(problems(yaml: yaml) == [])
    }

    @Test("A flag's value may follow an equals sign or a space")
    func flagSpellings() throws {
        #expect(try resolve(flags: ["--log-level=debug"]).get().logLevel == .debug)
        #expect(try resolve(flags: ["--log-level", "debug"]).get().logLevel == .debug)
        #expect(try resolve(flags: ["--turn-secret=a=b", "--turn-urls=turn:t.example"]).get().turnSecret == "a=b")
    }

    @Test("An empty variable counts as not set")
    func emptyVariable() throws {
        #expect(try resolve(environment: ["CONSULT_SIGNAL_PORT": ""]).get().signalPort == 8081)
    }

    @Test("A secret may come from a file, without its last line feed")
    func secretFile() throws {
        let files = ["/run/secret": "s3cret\n"]
        let fromEnvironment = try resolve(environment: ["CONSULT_TURN_SECRET_FILE": "/run/secret"], files: files).get()
        #expect(fromEnvironment.turnSecret == "s3cret")
        let fromFlag = try resolve(flags: ["--turn-secret-file", "/run/secret"], files: files).get()
        #expect(fromFlag.turnSecret == "s3cret")
        let fromYAML = try resolve(yaml: "turn-secret-file: /run/secret", files: files).get()
        #expect(fromYAML.turnSecret == "s3cret")
    }

    @Test("A stronger source's file overrides a weaker source's value")
    func secretPrecedence() throws {
        let settings = try resolve(
            flags: ["--jwt-key-file=/k"], environment: ["CONSULT_JWT_KEY": "weak"], files: ["/k": "strong"]
        ).get()
        #expect(settings.jwtKey == "strong")
    }

    @Test("Names of parts this build lacks are understood, and told")
    func reserved() throws {
        let settings = try resolve(
            flags: ["--redis-url=redis://x"],
            environment: ["CONSULT_REDIS_URL": "redis://x", "CONSULT_REDIS_URL_FILE": "/x"], yaml: "redis-url: x"
        ).get()
        #expect(settings.unused == ["--redis-url", "CONSULT_REDIS_URL", "CONSULT_REDIS_URL_FILE", "redis-url"])
    }

    @Test("Other programs' variables are none of our business")
    func foreign() {
        #expect(problems(environment: ["PATH": "/bin", "CONSULTANT": "x", "consult_signal_port": "x"]) == [])
    }

    @Test("Every setting of the table is in it once, with a name, a meaning and a default that can be read")
    func table() {
        let all = SettingTable.standard.all
        #expect(all.count == Mirror(reflecting: SettingTable.standard).children.count)
        #expect(Set(all.map(\.name)).count == all.count)
        for setting in all {
            #expect(setting.name.hasPrefix("CONSULT_"))
            #expect(setting.summary.hasSuffix("."))
            #expect(setting.settle(nil, machine: machine) != nil)
            #expect(!SettingTable.reserved.contains(setting.name))
        }
    }

    @Test("The report hides secrets, says where values came from, and reads as YAML")
    func report() throws {
        let settings = try resolve(
            flags: ["--stun-urls=stun:s.example"], environment: ["CONSULT_JWT_KEY": "hush"], yaml: "max-rooms: 5"
        ).get()
        let report = settings.report()
        #expect(!report.contains("hush"))
        let lines = report.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(lines.contains { $0 == ["jwt-key:", "\"***\"", "#", "environment", "CONSULT_JWT_KEY"] })
        #expect(lines.contains { $0 == ["max-rooms:", "5", "#", "consult.yaml:1"] })
        #expect(lines.contains { $0 == ["stun-urls:", "\"stun:s.example\"", "#", "flag", "--stun-urls"] })
        #expect(lines.contains { $0 == ["signal-port:", "8081", "#", "default"] })
        #expect(try resolve(yaml: report).get().maximumRooms == 5)
    }
}
