/// What a consultant knows: one to fifty characters, as they wrote it, compared without case.
public struct ExpertiseTag: Sendable, CustomStringConvertible {
    /// The most characters (Unicode scalars, as PostgreSQL counts them).
    public static let longest = 50

    /// As written: trimmed, inner white space folded to single spaces.
    public let text: String
    /// What it is compared by.
    let folded: String

    /// - Returns: nil where nothing is left, it is too long, or it holds control characters.
    public init?(_ written: String) {
        let text = written.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard (1...Self.longest).contains(text.unicodeScalars.count), text.isPrintable() else { return nil }
        self.text = text
        folded = text.lowercased()
    }

    /// As written.
    public var description: String { text }
}

extension ExpertiseTag: Hashable {
    /// Whether two tags mean the same, whatever their case.
    public static func == (left: ExpertiseTag, right: ExpertiseTag) -> Bool { left.folded == right.folded }

    /// Of what equality sees.
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

/// The tags of a profile: in the consultant's order, none twice, at most twenty.
public struct ExpertiseTags: Sendable, Hashable {
    /// The most tags.
    public static let most = 20

    /// The tags in order.
    public private(set) var all: [ExpertiseTag] = []

    /// No tags.
    public init() {}

    /// These tags, the later ones of equal tags left out.
    ///
    /// - Returns: nil where more than twenty different ones are left.
    public init?(_ tags: [ExpertiseTag]) {
        if !merge(tags).isEmpty { return nil }
    }

    /// Adds what is not among them yet, as far as there is room.
    ///
    /// - Returns: the tags for which there was none.
    @discardableResult
    public mutating func merge(_ tags: [ExpertiseTag]) -> [ExpertiseTag] {
        var known = Set(all)
        var leftOut: [ExpertiseTag] = []
        for tag in tags where known.insert(tag).inserted {
            if all.count < Self.most { all.append(tag) } else { leftOut.append(tag) }
        }
        return leftOut
    }

    /// The tags as written.
    public var texts: [String] { all.map(\.text) }
}

extension String {
    /// Whether it holds no control characters, but for those of `allowed`.
    public func isPrintable(except allowed: Set<Unicode.Scalar> = []) -> Bool {
        unicodeScalars.allSatisfy { $0.properties.generalCategory != .control || allowed.contains($0) }
    }

    /// Without white space at its ends.
    public func trimmed() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
