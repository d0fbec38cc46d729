internal import Events
public import Tokens

/// What is wrong with a receipt.
public struct ReceiptFinding: Hashable, Sendable, Encodable {
    /// The kinds of findings.
    public enum Rule: String, Sendable, Encodable {
        /// It is no receipt of a version that is known.
        case malformed
        /// A record's figures are not those that were hashed, or its predecessor is not the one it was chained to.
        case recordAltered = "record_altered"
        /// Records are missing.
        case recordMissing = "record_missing"
        /// Records are not in their order.
        case recordReordered = "record_reordered"
        /// A record claims what cannot be.
        case recordImplausible = "record_implausible"
        /// The head is not the hash of the last record.
        case head
        /// The totals are not what the records come to.
        case totals
        /// The terms contradict the receipt.
        case terms
        /// It names a key that is not among the published ones.
        case keyUnknown = "key_unknown"
        /// The signature is not the key's over this receipt.
        case signature
    }

    /// Which kind.
    public let rule: Rule
    /// Where: `record 3`, `totals.mediaSeconds`, `signature`.
    public let place: String
    /// In words.
    public let words: String
}

/// What a receipt says, and what is wrong with it.
public struct ReceiptReport: Hashable, Sendable {
    /// The receipt; what is missing in it is nil.
    public let receipt: CanonicalJSON
    /// What is wrong; empty where it is genuine.
    public let findings: [ReceiptFinding]

    /// Whether it is as it was signed, by a published key.
    public var isGenuine: Bool { findings.isEmpty }
}

/// Checks receipts without asking anybody: the chain of records, the totals, and the signature (docs/receipts.md).
public struct ReceiptVerifier: Sendable {
    private let keys: [VerificationKey]

    /// - Parameter keys: the published keys that receipts may be signed with.
    public init(keys: [VerificationKey]) { self.keys = keys }

    /// Checks a receipt.
    public func check(_ receipt: CanonicalJSON) -> ReceiptReport {
        var findings: [ReceiptFinding] = []
        guard receipt["version"]?.integer == 1, let terms = receipt["terms"], let head = receipt["head"]?.string,
            let totals = receipt["totals"], let records = receipt["records"]?.elements
        else {
            findings.append(
                .init(rule: .malformed, place: "receipt", words: "it is no receipt of version 1, or a part is missing"))
            return ReceiptReport(receipt: receipt, findings: findings)
        }
        if receipt["session"] == nil || receipt["session"] != terms["session"] {
            findings.append(
                .init(rule: .terms, place: "terms.session", words: "the terms are those of another session"))
        }
        let order = checkOrder(records, claimed: totals["records"]?.integer)
        findings += order
        findings += checkChain(records, terms: terms, head: head, isComplete: order.isEmpty)
        findings += checkTotals(totals, records: records)
        findings += checkSignature(receipt)
        return ReceiptReport(receipt: receipt, findings: findings)
    }

    // MARK: Records

    private func checkOrder(_ records: [CanonicalJSON], claimed: Int?) -> [ReceiptFinding] {
        let numbers = records.map { $0["number"]?.integer ?? 0 }
        let sorted = numbers.sorted()
        var findings: [ReceiptFinding] = []
        let last = min(max(sorted.last ?? 0, claimed ?? 0), 1_000_000)
        let present = Set(numbers)
        let missing = last > 0 ? (1...last).filter { !present.contains($0) } : []
        if let first = missing.first {
            let others = missing.count > 1 ? " and \(missing.count - 1) more" : ""
            findings.append(
                .init(rule: .recordMissing, place: "record \(first)", words: "record \(first)\(others) is missing"))
        }
        for (index, number) in numbers.enumerated() where index > 0 && number <= numbers[index - 1] {
            findings.append(
                .init(
                    rule: .recordReordered, place: "record \(number)",
                    words: "record \(number) stands behind record \(numbers[index - 1])"))
        }
        return findings
    }

    private func checkChain(
        _ records: [CanonicalJSON], terms: CanonicalJSON, head: String, isComplete: Bool
    ) -> [ReceiptFinding] {
        var findings: [ReceiptFinding] = []
        func find(_ rule: ReceiptFinding.Rule, _ number: Int, _ words: String) {
            findings.append(.init(rule: rule, place: "record \(number)", words: "record \(number) \(words)"))
        }
        var chain = HashChain(terms: terms)
        var second = 0
        var previous = 0
        for (index, record) in records.enumerated() {
            let number = record["number"]?.integer ?? index + 1
            defer { previous = number }
            guard let hash = record["hash"]?.string.flatMap(HashChain.bytes(of:)), let flow = SessionFlow(record)
            else {
                find(.recordAltered, number, "is no record")
                continue
            }
            // What stands behind a gap is judged by its own predecessor, which is not here.
            if number == previous + 1 {
                chain.append(record.without("hash"))
                if chain.head != hash {
                    find(.recordAltered, number, "is not the one that was chained to \(Self.name(previous))")
                }
                if flow.startSecond != second {
                    find(.recordImplausible, number, "begins at media second \(flow.startSecond), not \(second)")
                }
            }
            if flow.mediaSeconds > flow.seconds {
                find(.recordImplausible, number, "claims more media seconds than passed")
            }
            chain = HashChain(head: hash)
            second = flow.startSecond + flow.mediaSeconds
        }
        if isComplete, chain.text != head {
            let words = "the head is not the hash of \(Self.name(previous))"
            findings.append(.init(rule: .head, place: "head", words: words))
        }
        return findings
    }

    private static func name(_ number: Int) -> String { number == 0 ? "the terms" : "record \(number)" }

    private func checkTotals(_ totals: CanonicalJSON, records: [CanonicalJSON]) -> [ReceiptFinding] {
        let expected = ReceiptTotals(records.compactMap { SessionFlow($0) }).canonical
        return Self.differences(totals, expected, at: "totals").map { place, said, found in
            ReceiptFinding(
                rule: .totals, place: place, words: "\(place) says \(said), and the records come to \(found)")
        }
    }

    private static func differences(
        _ said: CanonicalJSON?, _ found: CanonicalJSON?, at place: String
    ) -> [(String, String, String)] {
        guard said != found else { return [] }
        if case .object(let one)? = said, case .object(let other)? = found {
            return Set(one.keys).union(other.keys).sorted().flatMap {
                differences(one[$0], other[$0], at: "\(place).\($0)")
            }
        }
        return [(place, said?.text ?? "nothing", found?.text ?? "nothing")]
    }

    // MARK: The signature

    private func checkSignature(_ receipt: CanonicalJSON) -> [ReceiptFinding] {
        guard let id = receipt["keyId"]?.string, let signature = receipt["signature"]?.string else {
            return [.init(rule: .signature, place: "signature", words: "it is not signed")]
        }
        guard let key = keys.first(where: { $0.id == id }) else {
            return [.init(rule: .keyUnknown, place: "keyId", words: "the key \(id) is not among the published ones")]
        }
        guard key.isSignature(signature, over: receipt.without("records", "signature").bytes) else {
            return [
                .init(
                    rule: .signature, place: "signature", words: "the signature is not that of \(id) over this receipt")
            ]
        }
        return []
    }
}
