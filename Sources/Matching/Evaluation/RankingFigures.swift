/// How good rankings are, against who should have been found.
public struct RankingFigures: Sendable, Hashable, Encodable {
    /// Of the first three, the share who should be there; of three who should be there, or of as many as there are.
    public private(set) var precisionAt3 = 0.0
    /// One over the place of the first who should be there, on average (mean reciprocal rank).
    public private(set) var mrr = 0.0
    /// Questions for which nobody should be found, and how many of them found nobody.
    public private(set) var nobody = Nobody()

    /// Questions for which nobody should be found.
    public struct Nobody: Sendable, Hashable, Encodable {
        /// How many there are.
        public var questions = 0
        /// How many of them found nobody.
        public var empty = 0
    }

    /// The figures of rankings by question.
    public init(_ rankings: [String: [String]], of set: LabelledSet) {
        var measured = 0.0
        for question in set.questions {
            let ranking = rankings[question.id] ?? []
            guard !question.relevant.isEmpty else {
                nobody.questions += 1
                if ranking.isEmpty { nobody.empty += 1 }
                continue
            }
            measured += 1
            let relevant = Set(question.relevant)
            precisionAt3 += Double(ranking.prefix(3).count { relevant.contains($0) }) / Double(min(3, relevant.count))
            if let place = ranking.firstIndex(where: relevant.contains) { mrr += 1 / Double(place + 1) }
        }
        if measured > 0 {
            precisionAt3 /= measured
            mrr /= measured
        }
    }
}
