public import Money
public import REST

/// What a consultant says about themselves, checked.
public struct ProfileContent: Sendable, Hashable {
    /// One line; 1 to 200 characters.
    public let headline: String
    /// At most 10,000 characters, lines allowed.
    public let bio: String
    /// What they know.
    public let tags: ExpertiseTags
    /// What an hour costs.
    public let rate: Money

    /// The content of `PUT /me/profile`.
    public struct Body: Sendable, Decodable {
        var headline: String
        var bio: String?
        var tags: [String]
        var hourlyRate: Money
    }

    /// Checks a request's content.
    ///
    /// - Throws: ``Problem`` of status 422 with every field that is not as it must be.
    public init(_ body: Body, bounds: RateBounds) throws(Problem) {
        var fields = Fields()
        let headline = fields.check("/headline", body.headline, "1 to 200 printable characters", Self.headline)
        let bio = fields.check("/bio", body.bio ?? "", "at most 10000 printable characters", Self.bio)
        var tags: [ExpertiseTag] = []
        for (index, text) in body.tags.enumerated() {
            guard let tag = ExpertiseTag(text) else {
                fields.refuse("/tags/\(index)", "expected 1 to \(ExpertiseTag.longest) printable characters")
                // One word for each wrong tag of a sane list, not for each of a thousand.
                if index >= ExpertiseTags.most { break }
                continue
            }
            tags.append(tag)
        }
        let list = fields.check("/tags", tags, "at most \(ExpertiseTags.most) tags") { ExpertiseTags($0) }
        do throws(RateBounds.Miss) {
            try bounds.check(body.hourlyRate)
        } catch {
            fields.refuse("/hourlyRate", error.words)
        }
        try fields.finish()
        self.headline = headline ?? ""
        self.bio = bio ?? ""
        self.tags = list ?? ExpertiseTags()
        rate = body.hourlyRate
    }

    static func headline(_ text: String) -> String? {
        let text = text.trimmed()
        return (1...200).contains(text.unicodeScalars.count) && text.isPrintable() ? text : nil
    }

    static func bio(_ text: String) -> String? {
        let text = text.trimmed()
        return text.unicodeScalars.count <= 10_000 && text.isPrintable(except: ["\n", "\r", "\t"]) ? text : nil
    }
}
