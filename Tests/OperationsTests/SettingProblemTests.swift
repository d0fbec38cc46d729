import Testing

@testable import Operations

@Suite("What is wrong with settings")
struct SettingProblemTests {
    @Test("An unknown name is refused wherever it stands, with the nearest known one")
    func unknown() {
        #expect(
            problems(environment: ["CONSULT_SIGNALPORT": "1"]) == [
                "environment variable CONSULT_SIGNALPORT: no such setting: did you mean CONSULT_SIGNAL_PORT?"
            ])
        #expect(
            problems(yaml: "x: 1\nrelay-prots: 20000-20009") == [
                "consult.yaml:1: x: no such setting",
                "consult.yaml:2: relay-prots: no such setting: did you mean relay-ports?",
            ])
        #expect(
            problems(flags: ["--log-levle=info"]) == [
                "flag --log-levle: no such setting: did you mean --log-level?"
            ])
        #expect(
            problems(environment: ["CONSULT_TURN_SECRT_FILE": "x"]) == [
                "environment variable CONSULT_TURN_SECRT_FILE: no such setting: did you mean CONSULT_TURN_SECRET_FILE?"
            ])
    }

    @Test("Only the settings marked secret may come from a file")
    func fileOfNoSecret() {
        #expect(problems(environment: ["CONSULT_SIGNAL_PORT_FILE": "x"]).count == 1)
    }

    @Test(
        "A malformed value is refused, with its place, itself and what was expected",
        arguments: [
            ("CONSULT_SIGNAL_PORT", "http"), ("CONSULT_SIGNAL_PORT", "65536"), ("CONSULT_SIGNAL_PORT", "-1"),
            ("CONSULT_BIND", "localhost"), ("CONSULT_BIND", "1.2.3"), ("CONSULT_PUBLIC_URL", "example.org"),
            ("CONSULT_PUBLIC_URL", "ftp://example.org"), ("CONSULT_PUBLIC_URL", "https://example.org/?a"),
            ("CONSULT_PUBLIC_WEBSOCKET_URL", "https://example.org/ws"),
            ("CONSULT_ALLOWED_ORIGINS", "https://a.org/path"),
            ("CONSULT_ALLOWED_ORIGINS", "https://a.org,b:1"), ("CONSULT_RELAY", "maybe"),
            ("CONSULT_RELAY_WORKERS", "0"),
            ("CONSULT_RELAY_WORKERS", "two"), ("CONSULT_RELAY_PORTS", "40000"), ("CONSULT_RELAY_PORTS", "40000-39999"),
            ("CONSULT_RELAY_PORTS", "40000-40001"), ("CONSULT_RELAY_PORTS", "1-1000"),
            ("CONSULT_RELAY_ADDRESSES", "eth0"),
            ("CONSULT_RELAY_ADDRESSES", "fe80::1"),
            ("CONSULT_RELAY_ADDRESSES", "febf::1%eth0"),
            ("CONSULT_RELAY_ADDRESSES", "169.254.7.7"),
            ("CONSULT_RELAY_ADDRESSES", "::"),
            ("CONSULT_STUN_URLS", "turn:t.example"), ("CONSULT_STUN_URLS", "stun:"), ("CONSULT_STUN_URLS", "stun:a b"),
            ("CONSULT_STUN_URLS", "stun:a:0"), ("CONSULT_TURN_URLS", "turn:t?transport=sctp"),
            ("CONSULT_BILLING_THRESHOLD", "0"), ("CONSULT_BILLING_THRESHOLD", "ten"), ("CONSULT_BILLING_GRACE", "5x"),
            ("CONSULT_LOG_LEVEL", "loud"), ("CONSULT_LOG_FORMAT", "xml"), ("CONSULT_CONNECTIONS_PER_ADDRESS", "-1"),
            ("CONSULT_MAX_ROOMS", "99999999999999999999"),
        ])
    func malformed(name: String, value: String) {
        let found = problems(environment: [name: value])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("environment variable \(name): expected ") == true)
        #expect(found.first?.hasSuffix(", got '\(value)'") == true)
    }

    @Test("Everything that is wrong is told at once, a value that is overridden included")
    func allAtOnce() {
        let found = problems(
            flags: ["stray", "--signal-port=1", "--wibble"],
            environment: ["CONSULT_SIGNAL_PORT": "x", "CONSULT_Y": "1"],
            yaml: "ops-port: y\nmax-rooms: {a: b}\nbind: [[1]]")
        #expect(found.count == 7)
    }

    @Test("A secret's malformed value is not repeated")
    func hushed() {
        let found = problems(environment: ["CONSULT_JWT_KEY_FILE": "/k"], files: ["/k": ""])
        #expect(found == ["environment variable CONSULT_JWT_KEY_FILE: expected a text, got nothing"])
    }

    @Test("A flag without its value is refused")
    func missingValue() {
        #expect(problems(flags: ["--signal-port"]).count == 1)
        #expect(problems(flags: ["--bind", "--relay", "off"]).count == 1)
    }

    @Test("A setting given twice in one source is refused")
    func twice() {
        #expect(problems(flags: ["--max-rooms=1", "--max-rooms=2"]).count == 1)
        #expect(problems(yaml: "relay-ports: 20000-20009\nrelay: {ports: 20000-20009}").count == 1)
        #expect(
            problems(
                environment: ["CONSULT_JWT_KEY": "a", "CONSULT_JWT_KEY_FILE": "/k"], files: ["/k": "b"]) == [
                    "environment variable CONSULT_JWT_KEY_FILE: set twice, as CONSULT_JWT_KEY too: leave one out"
                ])
    }

    @Test("What does not go together is refused")
    func contradictions() {
        #expect(problems(flags: ["--tls-cert=/c"]).count == 1)
        #expect(problems(flags: ["--tls-key=/k"]).count == 1)
        #expect(problems(flags: ["--tls-cert=/c", "--tls-key=/k"]) == [])
        #expect(problems(flags: ["--turn-urls=turn:t.example"]).count == 1)
    }

    @Test("A secret's missing file is told by its name")
    func missingFile() {
        #expect(
            problems(environment: ["CONSULT_TURN_SECRET_FILE": "/none"]) == [
                "environment variable CONSULT_TURN_SECRET_FILE: cannot read '/none': no such file"
            ])
    }

    @Test(
        "What is no YAML, or no mapping, is one problem", arguments: ["a: [", "- a\n- b", "just words", "a: 1\na: 2"])
    func noYAML(yaml: String) {
        #expect(problems(yaml: yaml).count == 1)
    }

    @Test("Wrong words on the command line alone are a usage error, with anything configured wrongly they are not")
    func usage() {
        func isUsage(_ result: Result<Settings, SettingProblems>) -> Bool? {
            if case .failure(let problems) = result { problems.isUsageOnly } else { nil }
        }
        #expect(isUsage(resolve(flags: ["--wibble=1"])) == true)
        #expect(isUsage(resolve(flags: ["wobble"])) == true)
        #expect(isUsage(resolve(flags: ["--signal-port=x"])) == false)
        #expect(isUsage(resolve(flags: ["--wibble=1"], environment: ["CONSULT_X": "1"])) == false)
    }

    @Test(
        "Distance counts insertions, deletions, exchanges and swaps",
        arguments: [
            ("", "", 0), ("a", "", 1), ("abc", "abd", 1), ("abc", "acb", 1), ("port", "prot", 1),
            ("kitten", "sitting", 3),
        ])
    func distance(a: String, b: String, distance: Int) {
        #expect(editDistance(a, b) == distance)
        #expect(editDistance(b, a) == distance)
    }
}

@Suite("Values of settings")
struct SettingValueTests {
    @Test(
        "Durations are plain seconds or numbers with units",
        arguments: [
            ("0", 0), ("600", 600), ("600s", 600), ("10m", 600), ("1h", 3600), ("1h30m", 5400), ("1h0m5s", 3605),
        ])
    func durations(text: String, seconds: Int) {
        #expect(parseDuration(text) == seconds)
    }

    @Test(
        "What is no duration is refused",
        arguments: [
            "", "s", "-1", "1.5", "1d", "5s10m", "10m5", "1m1m", "99999999999999999999", "9223372036854775807h", "٣",
        ])
    func noDurations(text: String) {
        #expect(parseDuration(text) == nil)
    }

    @Test("STUN and TURN addresses have a host, a port and perhaps a transport")
    func iceServers() {
        let stun = ICEServerURL("stun:stun.example.org")
        #expect(stun?.host == "stun.example.org")
        #expect(stun?.port == 3478)
        #expect(ICEServerURL("turns:t.example")?.port == 5349)
        let turn = ICEServerURL("turn:[2001:db8::1]:99?transport=tcp")
        #expect(turn?.host == "2001:db8::1")
        #expect(turn?.port == 99)
        #expect(turn?.transport == "tcp")
        for wrong in [
            "", "stun", "http://x", "stun:[::1", "stun:[x]", "stun:a:b:c", "stun:a:70000", "stun:a?transport=udp",
        ] {
            #expect(ICEServerURL(wrong) == nil, "\(wrong)")
        }
    }

    @Test("A public address loses its last slash, a path gains the home folder")
    func normalised() throws {
        let settings = try resolve(flags: ["--public-url=https://c.example/", "--data-dir=~/x"]).get()
        #expect(settings.publicURL == "https://c.example")
        #expect(settings.dataFolder == "/home/ada/x")
    }

    @Test("The client is found beside the executable, above it, or in the current folder")
    func client() {
        func find(_ there: String) -> String? {
            Operations.find(Machine.client, executable: "/src/.build/x/release/consult", currentFolder: "/cwd") {
                $0 == there + "/index.html"
            }
        }
        #expect(find("/src/.build/x/release/web-client") == "/src/.build/x/release/web-client")
        #expect(find("/src/web-client/dist") == "/src/web-client/dist")
        #expect(find("/cwd/web-client/dist") == "/cwd/web-client/dist")
        #expect(find("/elsewhere") == nil)
    }
}
