internal import Database
internal import Money

/// A profile as its owner reads it.
struct ProfileView: Encodable {
    let headline: String
    let bio: String
    let tags: [String]
    let hourlyRate: Money?
    let availability: String
    /// During a call: whether they are available again after it.
    let availableAfterCall: Bool?
    let isComplete: Bool
    let missing: [String]
    let rating: RatingView
    let sessions: Int

    init(_ profile: Profile) {
        headline = profile.headline
        bio = profile.bio
        tags = profile.tags.texts
        hourlyRate = profile.rate
        availability = profile.availability.name
        availableAfterCall = if case .busy(let after) = profile.availability { after == .available } else { nil }
        missing = profile.missing
        isComplete = profile.missing.isEmpty
        rating = RatingView(profile.rating)
        sessions = profile.sessions
    }

    private enum Key: String, CodingKey {
        case headline, bio, tags, hourlyRate, availability, availableAfterCall, isComplete, missing, rating, sessions
    }

    /// With `hourlyRate` also where there is none.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(headline, forKey: .headline)
        try container.encode(bio, forKey: .bio)
        try container.encode(tags, forKey: .tags)
        try container.encode(hourlyRate, forKey: .hourlyRate)
        try container.encode(availability, forKey: .availability)
        try container.encodeIfPresent(availableAfterCall, forKey: .availableAfterCall)
        try container.encode(isComplete, forKey: .isComplete)
        try container.encode(missing, forKey: .missing)
        try container.encode(rating, forKey: .rating)
        try container.encode(sessions, forKey: .sessions)
    }
}

/// Stars: `{"average": 4.67, "count": 3}`, without a rating `{"average": null, "count": 0}`.
struct RatingView: Encodable {
    let average: Double?
    let count: Int

    init(_ summary: RatingSummary) {
        average = summary.average
        count = summary.count
    }

    private enum Key: String, CodingKey { case average, count }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(average, forKey: .average)
        try container.encode(count, forKey: .count)
    }
}

/// A consultant as everybody reads them.
struct ConsultantView: Encodable {
    let id: String
    let name: String
    let headline: String
    let bio: String
    let tags: [String]
    let hourlyRate: Money?
    let availability: String
    let rating: RatingView
    let sessions: Int
    let memberSince: String

    init(_ consultant: ListedConsultant) {
        id = consultant.id.description
        name = consultant.name
        headline = consultant.profile.headline
        bio = consultant.profile.bio
        tags = consultant.profile.tags.texts
        hourlyRate = consultant.profile.rate
        availability = consultant.profile.availability.name
        rating = RatingView(consultant.profile.rating)
        sessions = consultant.profile.sessions
        memberSince = consultant.memberSince.description
    }
}

/// A rating as everybody reads it.
struct ListedRatingView: Encodable {
    let stars: Int
    let comment: String?
    let createdAt: String

    init(_ rating: ListedRating) {
        stars = rating.stars
        comment = rating.comment
        createdAt = rating.place.createdAt.description
    }

    private enum Key: String, CodingKey { case stars, comment, createdAt }

    /// With `comment` also where there is none.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(stars, forKey: .stars)
        try container.encode(comment, forKey: .comment)
        try container.encode(createdAt, forKey: .createdAt)
    }
}
