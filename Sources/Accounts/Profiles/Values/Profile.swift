public import Money

/// A consultant's profile as it is stored.
public struct Profile: Sendable, Hashable {
    /// One line; empty where nothing was said yet.
    public var headline = ""
    /// More lines.
    public var bio = ""
    /// What they know.
    public var tags = ExpertiseTags()
    /// What an hour costs; nil where it was not said yet.
    public var rate: Money?
    /// Whether they can be asked.
    public var availability = Availability.offline
    /// Their stars.
    public var rating = RatingSummary()
    /// How many sessions took place.
    public var sessions = 0

    /// A profile that says nothing yet.
    public init() {}

    /// What must still be said before they can be available: `headline`, `tags`, `hourlyRate`.
    public var missing: [String] {
        (headline.isEmpty ? ["headline"] : []) + (tags.all.isEmpty ? ["tags"] : [])
            + (rate == nil ? ["hourlyRate"] : [])
    }
}

/// The stars of all ratings.
public struct RatingSummary: Sendable, Hashable {
    /// All stars together.
    public var sum: Int64
    /// How many ratings.
    public var count: Int

    /// A summary.
    public init(sum: Int64 = 0, count: Int = 0) {
        self.sum = sum
        self.count = count
    }

    /// To two decimals; nil without a rating.
    public var average: Double? {
        count > 0 ? (Double(sum) / Double(count) * 100).rounded() / 100 : nil
    }
}
