/// One setting: what it is called everywhere, what a value of it looks like, and what holds without one.
///
/// The name of the environment variable is the one name; flag and YAML key follow from it:
/// `CONSULT_SIGNAL_PORT`, `--signal-port`, `signal-port:`.
public struct Setting<Value: Sendable>: Sendable {
    /// The environment variable's name.
    public let name: String
    /// One line for a reader who has never seen it.
    public let summary: String
    /// Whether its value is hidden wherever settings are shown, and may come from a file named by `NAME_FILE`.
    public let isSecret: Bool
    /// How a value is read, and what is expected of it.
    let kind: SettingKind<Value>
    /// What holds where no source names it.
    let fallback: Fallback

    /// What holds where no source names a setting.
    enum Fallback: Sendable {
        /// This text, read like any other.
        case text(String)
        /// A text that depends on the machine, described in words; nil leaves it unset.
        case computed(String, @Sendable (Machine) -> String?)
        /// Nothing is set, and what that means.
        case absent(String)
    }

    init(
        _ name: String, _ kind: SettingKind<Value>, _ fallback: Fallback, isSecret: Bool = false, _ summary: String
    ) {
        self.name = name
        self.kind = kind
        self.fallback = fallback
        self.isSecret = isSecret
        self.summary = summary
    }
}

/// A setting of whatever type, for everything that treats them alike.
public protocol AnySetting: Sendable {
    /// The environment variable's name.
    var name: String { get }
    /// One line for a reader who has never seen it.
    var summary: String { get }
    /// Whether its value is hidden wherever settings are shown.
    var isSecret: Bool { get }
    /// What a value must look like, as words that follow "expected".
    var expectation: String { get }
    /// What holds without a value, in words.
    var fallbackText: String { get }
    /// Reads `text`, or the fallback where it is nil.
    ///
    /// - Returns: nil where `text` is not what the setting expects.
    func settle(_ text: String?, machine: Machine) -> SettledValue?
}

/// A setting's value, read: its text, and a box of the setting's own type.
public struct SettledValue: Sendable {
    /// The value as text; nil where nothing is set.
    public let text: String?
    let box: any Sendable
}

/// Carries a value of exactly this type through an existential, an optional's nil included.
struct ValueBox<Value: Sendable>: Sendable {
    let value: Value
}

extension Setting: AnySetting {
    /// What a value must look like, as words that follow "expected".
    public var expectation: String { kind.expectation }

    /// What holds without a value, in words.
    public var fallbackText: String {
        switch fallback {
        case .text(let text): text
        case .computed(let words, _): words
        case .absent(let words): words
        }
    }

    /// Reads `text`, or the fallback where it is nil.
    public func settle(_ text: String?, machine: Machine) -> SettledValue? {
        let source: String? =
            switch (text, fallback) {
            case (.some(let given), _): given
            case (nil, .text(let standard)): standard
            case (nil, .computed(_, let compute)): compute(machine)
            case (nil, .absent): nil
            }
        guard let source else {
            return kind.absent.map { SettledValue(text: nil, box: ValueBox(value: $0)) }
        }
        return kind.parse(source, machine).map { SettledValue(text: source, box: ValueBox(value: $0)) }
    }
}

extension AnySetting {
    /// The command line's flag: `--signal-port`.
    public var flag: String { "--" + key }

    /// The key in a YAML file: `signal-port`.
    public var key: String { settingKey(name) }
}

/// `CONSULT_SIGNAL_PORT` as `signal-port`.
func settingKey(_ name: String) -> String {
    String(name.dropFirst(settingPrefix.count).map { $0 == "_" ? "-" : Character($0.lowercased()) })
}

/// What every variable of ours begins with.
let settingPrefix = "CONSULT_"
