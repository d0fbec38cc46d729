/// A profile in the JSON that LinkedIn's interfaces use: `headline`, `summary`, `positions` with `title`, `companyName` and
/// dates of `{year, month}`, `skills` as names or `{name}`. Other fields are passed over.
struct LinkedInDocument: Decodable, Sendable {
    /// More positions are not read.
    static let mostPositions = 100

    private struct When: Decodable {
        let year: Int?
        let month: Int?
    }

    private struct Position: Decodable {
        let title: String
        let companyName: String?
        let company: String?
        let startDate: When?
        let endDate: When?
        let from: String?
        let to: String?
    }

    /// A name, or an object with one.
    private struct Skill: Decodable {
        let name: String

        private enum Key: String, CodingKey { case name }

        init(from decoder: any Decoder) throws {
            if let name = try? decoder.singleValueContainer().decode(String.self) {
                self.name = name
            } else {
                name = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .name)
            }
        }
    }

    private enum Key: String, CodingKey { case headline, summary, positions, skills }

    /// What it says.
    let profile: LinkedInProfile

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        var profile = LinkedInProfile()
        profile.headline = try container.decodeIfPresent(String.self, forKey: .headline) ?? ""
        profile.summary = try container.decodeIfPresent(String.self, forKey: .summary) ?? ""
        let positions = try container.decodeIfPresent([Position].self, forKey: .positions) ?? []
        profile.positions = positions.prefix(Self.mostPositions).map { position in
            func date(_ when: When?, _ text: String?) -> String? {
                linkedInDate(year: when?.year, month: when?.month) ?? text.flatMap(Self.date)
            }
            return .init(
                title: position.title.trimmed(), company: (position.companyName ?? position.company ?? "").trimmed(),
                from: date(position.startDate, position.from), to: date(position.endDate, position.to))
        }
        profile.skills = (try container.decodeIfPresent([Skill].self, forKey: .skills) ?? []).map(\.name)
        self.profile = profile
    }

    /// A date in words, or as we write it ourselves: `2019-03`.
    private static func date(_ text: String) -> String? {
        let parts = text.split(separator: "-", maxSplits: 1).map { Int($0) }
        if parts.count == 2, let year = parts[0], let month = parts[1] { return linkedInDate(year: year, month: month) }
        return linkedInDate(text)
    }
}
