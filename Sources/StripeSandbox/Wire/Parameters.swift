internal import Stripe

/// The parameters of one request, by their full names (`transfer_data[destination]`).
struct Parameters {
    private var single: [String: String] = [:]
    private var lists: [String: [String]] = [:]
    /// The same parameters as one text, whatever their order: what an idempotency key is bound to.
    let fingerprint: String

    /// - Parameter allowed: full names; `metadata[*]` allows any key, `expand[]` a list.
    init(_ form: String, allowed: Set<String>) throws(Failure) {
        guard let form = Form(encoded: form) else { throw .invalid("The parameters cannot be read.") }
        var all: [String] = []
        for (name, value) in form.parameters {
            let plain = Self.withoutIndexes(name)
            guard Self.isAllowed(plain, by: allowed) else {
                throw .invalid(
                    "Received unknown parameter: \(name)", code: "parameter_unknown", parameter: name)
            }
            all.append("\(plain)\u{0}\(value)")
            if plain.hasSuffix("[]") {
                lists[plain, default: []].append(value)
            } else {
                single[plain] = value
            }
        }
        fingerprint = all.sorted().joined(separator: "\u{1}")
    }

    /// `expand[0]` is `expand[]`.
    private static func withoutIndexes(_ name: String) -> String {
        guard name.hasSuffix("]"), let bracket = name.lastIndex(of: "[") else { return name }
        let key = name[name.index(after: bracket)...].dropLast()
        return !key.isEmpty && key.utf8.count < 5 && key.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            ? name[..<bracket] + "[]" : name
    }

    private static func isAllowed(_ name: String, by allowed: Set<String>) -> Bool {
        if allowed.contains(name) { return true }
        guard let bracket = name.firstIndex(of: "[") else { return allowed.contains("\(name)[*]") }
        return allowed.contains("\(name[..<bracket])[*]")
    }

    /// A text, where one was given; an empty one unsets and is nil here.
    func text(_ name: String) -> String? {
        guard let value = single[name], !value.isEmpty else { return nil }
        return value
    }

    /// Whether the parameter is there, empty or not.
    func has(_ name: String) -> Bool { single[name] != nil }

    func required(_ name: String) throws(Failure) -> String {
        guard let value = text(name) else {
            throw .invalid("Missing required param: \(name).", code: "parameter_missing", parameter: name)
        }
        return value
    }

    func choice(_ name: String, _ choices: [String]) throws(Failure) -> String? {
        guard let value = text(name) else { return nil }
        guard choices.contains(value) else {
            throw .invalid("Invalid \(name): must be one of \(choices.joined(separator: ", "))", parameter: name)
        }
        return value
    }

    func int(_ name: String) throws(Failure) -> Int64? {
        guard let value = text(name) else { return nil }
        guard let number = Int64(value) else {
            throw .invalid("Invalid integer: \(value)", code: "parameter_invalid_integer", parameter: name)
        }
        return number
    }

    /// An amount of at most eight digits, as Stripe takes them.
    func amount(_ name: String, least: Int64 = 1) throws(Failure) -> Int64? {
        guard let number = try int(name) else { return nil }
        guard number >= least else {
            throw .invalid(
                "This value must be greater than or equal to \(least).", code: "parameter_invalid_integer",
                parameter: name)
        }
        guard number <= 99_999_999 else {
            throw .invalid("Amount must be no more than 99999999.", code: "amount_too_large", parameter: name)
        }
        return number
    }

    func bool(_ name: String) throws(Failure) -> Bool? {
        guard let value = text(name) else { return nil }
        guard let flag = Bool(value) else { throw .invalid("Invalid boolean: \(value)", parameter: name) }
        return flag
    }

    func list(_ name: String) -> [String] { lists["\(name)[]", default: []] }

    /// The entries below `name`: `metadata[a]=1` is `a: 1`; an empty value takes its key away.
    func entries(_ name: String) -> [String: String] {
        var entries: [String: String] = [:]
        for (full, value) in single where full.hasPrefix("\(name)[") && full.hasSuffix("]") {
            entries[String(full.dropFirst(name.count + 1).dropLast())] = value
        }
        return entries
    }

    /// `old` with the given metadata merged in.
    func metadata(over old: [String: String] = [:]) throws(Failure) -> [String: String] {
        if single["metadata"] == "" { return [:] }
        let merged = old.merging(entries("metadata")) { $1 }.filter { !$0.value.isEmpty }
        guard merged.count <= 50, merged.allSatisfy({ $0.key.count <= 40 && $0.value.count <= 500 }) else {
            throw .invalid(
                "Metadata has at most 50 keys of at most 40 characters, with values of at most 500.",
                parameter: "metadata")
        }
        return merged
    }
}
