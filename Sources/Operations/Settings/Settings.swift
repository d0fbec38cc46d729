/// The settings a process runs with, each with where it came from.
///
/// A setting is read by the name it has in the table:
///
///     let settings = try Settings.resolve(flags: ["--signal-port", "9000"], …).get()
///     settings.signalPort   // 9000
@dynamicMemberLookup
public struct Settings: Sendable {
    /// One setting as it came out.
    public struct Entry: Sendable {
        /// Which setting.
        public let setting: any AnySetting
        /// Its value as text; nil where it is not set.
        public let text: String?
        /// Who said so.
        public let source: SettingSource
        /// The name the source used: the flag, the variable (perhaps one that ends in `_FILE`) or the key.
        public let key: String
        let settled: SettledValue
    }

    /// Every setting, in the table's order.
    public let entries: [Entry]
    /// Names that were given and are known, but mean nothing to this build.
    public let unused: [String]
    private let byName: [String: SettledValue]

    init(entries: [Entry], unused: [String]) {
        self.entries = entries
        self.unused = unused
        byName = Dictionary(entries.map { ($0.setting.name, $0.settled) }) { first, _ in first }
    }

    /// A setting's value.
    public subscript<Value: Sendable>(dynamicMember path: KeyPath<SettingTable, Setting<Value>>) -> Value {
        let setting = SettingTable.standard[keyPath: path]
        guard let box = byName[setting.name]?.box as? ValueBox<Value> else {
            // resolve() settles every setting of the same table, in its own type.
            fatalError("\(setting.name) was not resolved")
        }
        return box.value
    }

    /// Where a setting's value came from.
    public func source<Value>(of path: KeyPath<SettingTable, Setting<Value>>) -> SettingSource {
        let name = SettingTable.standard[keyPath: path].name
        return entries.first { $0.setting.name == name }?.source ?? .standard
    }
}
