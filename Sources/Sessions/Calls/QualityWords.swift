internal import Events

/// A quality in plain words.
enum QualityWords {
    /// Whose connection was weak.
    enum Weak: String {
        case customer, consultant, both
    }

    /// Below this score a connection is called weak.
    static let limit = 3.0

    /// Whose connection was weak; nil where neither was, or nothing is known.
    static func weak(_ quality: SessionQuality?) -> Weak? {
        func isWeak(_ sides: SessionQuality.Sides?) -> Bool {
            [sides?.up, sides?.down].contains { $0.map { $0.score < limit } ?? false }
        }
        return switch (isWeak(quality?.customer), isWeak(quality?.consultant)) {
        case (true, true): .both
        case (true, false): .customer
        case (false, true): .consultant
        case (false, false): nil
        }
    }

    /// What it was like, in a sentence for one of its sides; nil: for anybody else.
    static func text(_ quality: SessionQuality?, for reader: SessionSide?) -> String {
        let directions =
            [quality?.customer?.up, quality?.customer?.down, quality?.consultant?.up]
            + [quality?.consultant?.down]
        guard let worst = directions.compactMap({ $0?.score }).min() else {
            return "Nothing is known of the connections."
        }
        switch (weak(quality), reader) {
        case (.both, _): return "Both connections were weak."
        case (.customer, .customer), (.consultant, .consultant): return "Your connection was weak."
        case (.customer, _): return "The customer's connection was weak."
        case (.consultant, _): return "The consultant's connection was weak."
        case (nil, _): return worst < 4 ? "Both connections were fair." : "Both connections were good."
        }
    }

    /// A score in a word.
    static func grade(_ score: Double) -> String {
        switch score {
        case ..<2: "bad"
        case ..<3: "poor"
        case ..<4: "fair"
        case ..<4.5: "good"
        default: "excellent"
        }
    }
}

/// The quality of the four directions, an unknown one as null, with whose connection was weak, and all of it in words:
/// `{"customer": {"up", "down"}, "consultant": {"up", "down"}, "weak", "text"}`.
struct SessionQualityView: Encodable {
    private let quality: SessionQuality?
    private let reader: SessionSide?

    init(_ quality: SessionQuality?, for reader: SessionSide?) {
        self.quality = quality
        self.reader = reader
    }

    private struct Direction: Encodable {
        let direction: SessionQuality.Direction

        enum Key: String, CodingKey { case grade }

        func encode(to encoder: any Encoder) throws {
            try direction.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(QualityWords.grade(direction.score), forKey: .grade)
        }
    }

    private struct Sides: Encodable {
        let sides: SessionQuality.Sides?

        enum Key: String, CodingKey { case up, down }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode((sides?.up).map { Direction(direction: $0) }, forKey: .up)
            try container.encode((sides?.down).map { Direction(direction: $0) }, forKey: .down)
        }
    }

    private enum Key: String, CodingKey { case customer, consultant, weak, text }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Sides(sides: quality?.customer), forKey: .customer)
        try container.encode(Sides(sides: quality?.consultant), forKey: .consultant)
        try container.encode(QualityWords.weak(quality)?.rawValue, forKey: .weak)
        try container.encode(QualityWords.text(quality, for: reader), forKey: .text)
    }
}
