public import Money

/// What is known of one consultant when one question is put in line: everything the score and the learner see.
///
/// Stored with each request as JSON, so that what was learnt from it can be computed again. A figure that is no number,
/// negative or out of its range counts as its nearest sensible value, never as a reason to fail.
public struct MatchFeatures: Sendable, Codable, Hashable {
    /// How well the profile fits the question, 0 to 1, as the relevance engine says.
    public var relevance: Double
    /// The part of it that comes from meaning, 0 to 1.
    public var meaning: Double
    /// The part of it that comes from words, 0 to 1.
    public var words: Double
    /// The question's tags that the profile has, as the profile writes them.
    public var matchedTags: [String]
    /// Sessions on such questions that went well.
    public var past: Past
    /// Whether they can be asked now.
    public var isAvailable: Bool
    /// What became of the requests put to them.
    public var answers: Answers
    /// What customers said.
    public var ratings: Ratings
    /// How quickly they answer.
    public var response: Response
    /// How their sessions ended.
    public var sessions: Sessions
    /// What they cost, and what the customer would pay.
    public var price: Price
    /// How much they have had to do.
    public var load: Load

    /// A candidate; what is left out counts as not known.
    public init(
        relevance: Double, meaning: Double = 0, words: Double = 0, matchedTags: [String] = [], past: Past = Past(),
        isAvailable: Bool = true, answers: Answers = Answers(), ratings: Ratings = Ratings(),
        response: Response = Response(), sessions: Sessions = Sessions(), price: Price, load: Load = Load()
    ) {
        self.relevance = relevance
        self.meaning = meaning
        self.words = words
        self.matchedTags = matchedTags
        self.past = past
        self.isAvailable = isAvailable
        self.answers = answers
        self.ratings = ratings
        self.response = response
        self.sessions = sessions
        self.price = price
        self.load = load
    }

    /// Sessions on questions with one of the matched tags.
    public struct Past: Sendable, Codable, Hashable {
        /// Completed and rated four stars or more.
        public var sessions: Int
        /// The mean of their stars, 1 to 5; nil where there are none.
        public var stars: Double?

        /// None, or so many with this mean.
        public init(sessions: Int = 0, stars: Double? = nil) {
            self.sessions = sessions
            self.stars = stars
        }
    }

    /// Requests that they had the time to answer; withdrawn ones say nothing about them and are not in it.
    public struct Answers: Sendable, Codable, Hashable {
        /// Taken.
        public var accepted: Int
        /// Refused.
        public var declined: Int
        /// Left without an answer until the deadline.
        public var expired: Int

        /// Counts since they joined.
        public init(accepted: Int = 0, declined: Int = 0, expired: Int = 0) {
            self.accepted = accepted
            self.declined = declined
            self.expired = expired
        }
    }

    /// Ratings of all their sessions.
    public struct Ratings: Sendable, Codable, Hashable {
        /// All stars together.
        public var sum: Int
        /// How many ratings.
        public var count: Int
        /// The mean of all ratings of the platform, 1 to 5: what a newcomer is taken for.
        public var globalMean: Double

        /// Counts since they joined.
        public init(sum: Int = 0, count: Int = 0, globalMean: Double = MatchConstants.ratingMean) {
            self.sum = sum
            self.count = count
            self.globalMean = globalMean
        }
    }

    /// How quickly they answer.
    public struct Response: Sendable, Codable, Hashable {
        /// Seconds until they answer, as `ResponseTime` keeps it; nil before the first answer.
        public var seconds: Double?
        /// Seconds since their last answer; nil before the first.
        public var age: Double?

        /// Not known yet, or this mean of this age.
        public init(seconds: Double? = nil, age: Double? = nil) {
            self.seconds = seconds
            self.age = age
        }
    }

    /// How their sessions ended.
    public struct Sessions: Sendable, Codable, Hashable {
        /// As they should.
        public var completed: Int
        /// Because of something that was not to happen.
        public var failed: Int

        /// Counts since they joined.
        public init(completed: Int = 0, failed: Int = 0) {
            self.completed = completed
            self.failed = failed
        }
    }

    /// What they cost, and what the customer would pay, both per hour.
    public struct Price: Sendable, Codable, Hashable {
        /// The consultant's rate.
        public var rate: Money
        /// The customer's budget; nil where none was given.
        public var budget: Money?

        /// A rate and a budget, in whatever currencies.
        public init(rate: Money, budget: Money? = nil) {
            self.rate = rate
            self.budget = budget
        }
    }

    /// How much they have had to do.
    public struct Load: Sendable, Codable, Hashable {
        /// Their sessions of the last 24 hours.
        public var sessionsLastDay: Int
        /// The same for the others who can be asked, on average.
        public var peersMean: Double
        /// Seconds since their last session; nil where there was none.
        public var sinceLastSession: Double?
        /// The share of today's time online that was spent in calls, 0 to 1; nil where there was no such time.
        public var utilisation: Double?
        /// Requests that wait for their answer now.
        public var pending: Int

        /// Nothing yet, or these figures.
        public init(
            sessionsLastDay: Int = 0, peersMean: Double = 0, sinceLastSession: Double? = nil,
            utilisation: Double? = nil, pending: Int = 0
        ) {
            self.sessionsLastDay = sessionsLastDay
            self.peersMean = peersMean
            self.sinceLastSession = sinceLastSession
            self.utilisation = utilisation
            self.pending = pending
        }
    }
}

extension Double {
    /// The nearest value of the range; what is no number is its lower end.
    func bounded(_ range: ClosedRange<Double>) -> Double {
        self > range.lowerBound ? min(self, range.upperBound) : range.lowerBound
    }

    /// A count as a number: whole, not negative, and small enough that sums of a few stay exact.
    init(count: Int) { self = Double(min(max(count, 0), 1 << 50)) }
}
