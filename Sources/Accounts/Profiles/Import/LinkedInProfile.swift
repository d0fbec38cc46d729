/// What a LinkedIn profile says, wherever it was read from.
public struct LinkedInProfile: Sendable, Hashable {
    /// Work that somebody does or did.
    public struct Position: Sendable, Hashable, Encodable {
        /// What they were called.
        public let title: String
        /// Where.
        public let company: String
        /// Since when: `2019-03` or `2019`; nil where it is not said or cannot be read.
        public let from: String?
        /// Until when; nil where it goes on, is not said or cannot be read.
        public let to: String?

        private enum Key: String, CodingKey { case title, company, from, to }

        /// With every field, also those that are not known.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(title, forKey: .title)
            try container.encode(company, forKey: .company)
            try container.encode(from, forKey: .from)
            try container.encode(to, forKey: .to)
        }
    }

    /// One line about them.
    public var headline = ""
    /// More lines about them.
    public var summary = ""
    /// Their work, in the order it was found.
    public var positions: [Position] = []
    /// What they say they know.
    public var skills: [String] = []

    /// Nothing.
    public init() {}

    /// What there is to show before it is applied: texts cut to what a profile takes, skills as tags without those that
    /// the profile has.
    func preview(besides tags: ExpertiseTags) -> Preview {
        let known = Set(tags.all)
        var suggested: [ExpertiseTag] = []
        var seen = known
        for tag in skills.compactMap({ ExpertiseTag($0) }) where seen.insert(tag).inserted { suggested.append(tag) }
        return Preview(
            headline: ProfileContent.headline(Self.cut(Self.printable(headline, lines: false), to: 200)) ?? "",
            bio: ProfileContent.bio(Self.cut(Self.printable(summary, lines: true), to: 10_000)) ?? "",
            positions: positions, suggestedTags: Array(suggested.prefix(50)))
    }

    /// What an import would bring.
    struct Preview: Sendable, Hashable {
        let headline: String
        let bio: String
        let positions: [Position]
        let suggestedTags: [ExpertiseTag]
    }

    private static func cut(_ text: String, to length: Int) -> String {
        String(text.unicodeScalars.prefix(length))
    }

    private static func printable(_ text: String, lines: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            let isLine = scalar == "\n" || scalar == "\t" || scalar == "\r"
            if !isControl || (isLine && lines) { result.append(scalar) } else if isLine { result.append(" ") }
        }
        return String(result)
    }
}

/// A month or a year as LinkedIn writes it, as `2019-03` or `2019`.
func linkedInDate(_ text: String) -> String? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard let year = words.last.flatMap({ Int($0) }), (1900...2200).contains(year) else { return nil }
    if words.count == 1 { return String(year) }
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    guard words.count == 2, words[0].count >= 3,
        let month = months.firstIndex(of: words[0].prefix(3).lowercased())
    else { return nil }
    return linkedInDate(year: year, month: month + 1)
}

/// The same from numbers.
func linkedInDate(year: Int?, month: Int?) -> String? {
    guard let year, (1900...2200).contains(year) else { return nil }
    guard let month, (1...12).contains(month) else { return String(year) }
    return "\(year)-" + (month < 10 ? "0" : "") + String(month)
}
