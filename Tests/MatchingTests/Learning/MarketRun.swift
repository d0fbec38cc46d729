import Database
import Identifiers
import Money

@testable import Matching

/// One run: the clock, who is busy, and the counters that the platform would keep.
struct MarketRun {
    /// An outcome that is known later.
    struct Pending {
        let time: Double
        let person: Int
        let features: MatchFeatures
        let outcome: MatchOutcome
        let topic: Int
        let stars: Int?
    }

    /// What the platform knows of somebody.
    struct Known {
        var answers = MatchFeatures.Answers()
        var ratings = (sum: 0, count: 0)
        var sessions = MatchFeatures.Sessions()
        var seconds: Double?
        var answeredAt: Double?
        var past = [(sessions: Int, stars: Int)](repeating: (0, 0), count: Market.topics)
        var starts: [Double] = []
        var busyUntil = 0.0
        var busy = 0.0
    }

    let market: Market
    let policy: Market.Policy
    var result = Market.Result()
    var known: [Known]
    var pending: [Pending] = []
    var stars = (sum: 0, count: 0)

    init(market: Market, policy: Market.Policy) {
        self.market = market
        self.policy = policy
        known = market.people.map { _ in Known() }
    }

    mutating func ask(_ question: Int) {
        let now = Double(question) * market.rules.interval
        settle(until: now)
        let topic = Int(market.chance(question, 0, .topic) * Double(Market.topics))
        let free = known.indices.filter { person in
            known[person].busyUntil <= now
                && market.chance(question / 50, person, .online) < market.rules.online
        }
        let today = free.map { person in known[person].starts.count { $0 > now - 86_400 } }
        let mean = Double(today.reduce(0, +)) / Double(max(today.count, 1))
        var index: [UserID: Int] = [:]
        let candidates = zip(free, today).map { person, sessions in
            index[market.people[person].id] = person
            return Candidate(
                consultant: market.people[person].id,
                features: features(question, person, topic: topic, today: sessions, mean: mean, now: now))
        }
        if result.learner.modelGuard.usesModel { result.learned += 1 }
        var order = Ranker.order(candidates, learner: result.learner, seed: market.seed &+ UInt64(question))
            .compactMap { index[$0.consultant] }
        if policy == .oracle {
            order.sort { market.truth(question, $0, topic: topic) > market.truth(question, $1, topic: topic) }
        }
        let offered = Dictionary(uniqueKeysWithValues: zip(free, candidates.map(\.features)))
        for person in order.prefix(market.rules.attempts) {
            guard let features = offered[person] else { continue }
            if offer(question, person, topic: topic, features: features, now: now) { return }
        }
        result.unanswered += 1
    }

    /// - Returns: whether it was accepted.
    private mutating func offer(
        _ question: Int, _ person: Int, topic: Int, features: MatchFeatures, now: Double
    ) -> Bool {
        let truth = market.people[person]
        guard market.chance(question, person, .answers) < truth.reliability else {
            known[person].answers.expired += 1
            learn(person, features, .expired, at: now + 30)
            return false
        }
        known[person].seconds = ResponseTime.updated(
            mean: known[person].seconds, sample: truth.seconds, age: now - (known[person].answeredAt ?? now))
        known[person].answeredAt = now
        guard market.chance(question, person, .accepts) < market.acceptance(question, person) else {
            known[person].answers.declined += 1
            learn(person, features, .declined, at: now + truth.seconds)
            return false
        }
        known[person].answers.accepted += 1
        known[person].starts.removeAll { $0 <= now - 86_400 }
        known[person].starts.append(now)
        known[person].busyUntil = now + market.rules.session
        known[person].busy += market.rules.session
        let isGood = market.chance(question, person, .good) < market.quality(question, person, topic: topic)
        let isRated = market.chance(question, person, .rates) < 0.6
        let isBroken = market.chance(question, person, .breaks) < 0.03
        let outcome: MatchOutcome =
            isBroken ? .failed : !isRated ? .completed : isGood ? .completedWell : .completedBadly
        let stars = isRated && !isBroken ? (isGood ? 5 : 2) : nil
        pending.append(
            Pending(
                time: known[person].busyUntil, person: person, features: features, outcome: outcome, topic: topic,
                stars: stars))
        return true
    }

    /// What ended by now is counted and learnt.
    private mutating func settle(until now: Double) {
        for ended in pending where ended.time <= now {
            switch ended.outcome {
            case .completedWell: result.well += 1
            case .completedBadly: result.badly += 1
            case .completed: result.unrated += 1
            case .failed, .declined, .expired, .cancelled: break
            }
            if ended.outcome == .failed {
                known[ended.person].sessions.failed += 1
            } else {
                known[ended.person].sessions.completed += 1
            }
            if let given = ended.stars {
                known[ended.person].ratings.sum += given
                known[ended.person].ratings.count += 1
                stars = (stars.sum + given, stars.count + 1)
                if given >= 4 {
                    known[ended.person].past[ended.topic].sessions += 1
                    known[ended.person].past[ended.topic].stars += given
                }
            }
            learn(ended.person, ended.features, ended.outcome, at: ended.time)
        }
        pending.removeAll { $0.time <= now }
    }

    private mutating func learn(_ person: Int, _ features: MatchFeatures, _ outcome: MatchOutcome, at time: Double) {
        guard policy == .learned else { return }
        result.learner.learn(
            features, consultant: market.people[person].id, outcome: outcome,
            at: Timestamp(secondsSince1970: 1_700_000_000 + Int64(time)))
    }

    private func features(
        _ question: Int, _ person: Int, topic: Int, today: Int, mean: Double, now: Double
    ) -> MatchFeatures {
        let (known, truth) = (known[person], market.people[person])
        let past = known.past[topic]
        let isNoise = market.rules.isNoise
        let relevance = 0.3 + 0.6 * (isNoise ? market.chance(question, person, .noise) : truth.claimed[topic])
        let hasBudget = market.chance(question, 0, .budget) < 0.5
        return MatchFeatures(
            relevance: relevance,
            past: .init(
                sessions: past.sessions, stars: past.sessions > 0 ? Double(past.stars) / Double(past.sessions) : nil),
            answers: known.answers,
            ratings: .init(
                sum: known.ratings.sum, count: known.ratings.count,
                globalMean: stars.count > 20 ? Double(stars.sum) / Double(stars.count) : MatchConstants.ratingMean),
            response: .init(seconds: known.seconds, age: known.answeredAt.map { now - $0 }),
            sessions: known.sessions,
            price: .init(
                rate: Money(amount: truth.rate, currency: .usd),
                budget: hasBudget ? Money(amount: 9000, currency: .usd) : nil),
            load: .init(
                sessionsLastDay: today, peersMean: mean, sinceLastSession: known.starts.last.map { now - $0 },
                utilisation: now > 0 ? known.busy / now : nil))
    }
}
