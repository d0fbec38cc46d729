internal import Money

/// Why somebody is asked, in words that both sides see.
///
/// A reason is said only where the data says so. What was done on such questions comes first, then what is known, then
/// the rest by its weight in the score and by how much evidence there is.
enum MatchReasons {
    static func texts(_ features: MatchFeatures) -> [String] {
        var reasons: [(strength: Double, text: String)] = expertise(features)
        reasons += standing(features)
        if let budget = features.price.budget, budget.currency == features.price.rate.currency,
            features.price.rate.amount <= budget.amount
        {
            reasons.append((0.1, "within budget"))
        }
        if features.ratings.count <= 0, features.sessions.completed <= 0 { reasons.append((0.05, "new here")) }
        return reasons.sorted { $0.strength > $1.strength }.prefix(MatchConstants.reasonLimit).map(\.text)
    }

    private static func expertise(_ features: MatchFeatures) -> [(Double, String)] {
        let tags = features.matchedTags
        var reasons: [(Double, String)] = []
        if features.past.sessions > 0 {
            let topic = (1...2).contains(tags.count) ? list(tags, joinedBy: "or") : "this topic"
            reasons.append((2, "\(counted(features.past.sessions, "session")) on \(topic)"))
        }
        if !tags.isEmpty, features.past.sessions <= 0 || tags.count > 2 {
            reasons.append((1, "knows \(list(tags, joinedBy: "and"))"))
        } else if tags.isEmpty, features.relevance >= 0.5 {
            reasons.append((1, "the profile fits the question"))
        }
        return reasons
    }

    private static func standing(_ features: MatchFeatures) -> [(Double, String)] {
        var reasons: [(Double, String)] = []
        let ratings = Double(count: features.ratings.count)
        let mean = Double(count: features.ratings.sum) / ratings
        if (4...5).contains(mean) {
            let evidence = ratings / (ratings + MatchConstants.ratingPriorWeight)
            reasons.append(
                (
                    MatchConstants.ratingWeight * MatchScore.rating(features) * evidence,
                    "\(stars(mean)) from \(counted(features.ratings.count, "rating"))"
                ))
        }
        if let seconds = features.response.seconds, (0...120).contains(seconds),
            ResponseTime.freshness(age: features.response.age ?? 0) > 0.25
        {
            reasons.append(
                (MatchConstants.responseWeight * MatchScore.response(features), "answers in \(time(seconds))"))
        }
        let accepted = Double(count: features.answers.accepted)
        let asked =
            accepted + Double(count: features.answers.declined) + Double(count: features.answers.expired)
        if asked >= 5, accepted >= 0.8 * asked {
            let tenths = Int(10 * accepted / asked)
            reasons.append(
                (
                    MatchConstants.acceptanceWeight * MatchScore.acceptance(features) / 2,
                    tenths == 10 ? "accepted all \(Int(asked)) requests" : "accepts \(tenths) of 10 requests"
                ))
        }
        let completed = Double(count: features.sessions.completed)
        let held = completed + Double(count: features.sessions.failed)
        if completed >= 5, completed >= 0.95 * held {
            reasons.append(
                (
                    MatchConstants.successWeight * MatchScore.success(features) / 2,
                    "\(Int(completed)) of \(Int(held)) sessions completed"
                ))
        }
        return reasons
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// `a`, `a and b`, `a, b and c`, `a, b, c and 2 more`.
    private static func list(_ tags: [String], joinedBy word: String) -> String {
        guard tags.count > 1, let last = tags.last else { return tags.first ?? "" }
        if tags.count > 3 { return tags.prefix(3).joined(separator: ", ") + " and \(tags.count - 3) more" }
        return tags.dropLast().joined(separator: ", ") + " \(word) \(last)"
    }

    /// To one place; 5.0 only where every rating has five.
    private static func stars(_ mean: Double) -> String {
        let tenths = Int((10 * mean).rounded().bounded(40...(mean < 5 ? 49 : 50)))
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func time(_ seconds: Double) -> String {
        seconds < 90 ? "\(max(Int(seconds.rounded()), 1)) s" : "\(Int((seconds / 60).rounded())) min"
    }
}
