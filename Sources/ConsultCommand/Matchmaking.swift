import Database
import Embedding
import Events
import Foundation
import Logging
import Matching
import Operations
import ServiceLifecycle
import Sessions
import SignalingEvents

/// The hand-out of questions in a process with the sidecar, put together.
struct Matchmaking: Sendable {
    let engine: MatchEngine
    let desk: RequestDesk
    let terms: HandoutTerms
    private let catalogue: ProfileCatalogue
    private let learner: Learner
    private let dispatcher: Dispatcher
    private let events: MatchingEvents

    init(settings: Settings, store: DataStore, sessions: SessionStore, logger: Logger) {
        let pool = store.pool
        let embedder = settings.embedder(logger: logger)
        catalogue = ProfileCatalogue(pool: pool, embedder: embedder, logger: logger)
        learner = Learner(pool: pool, logger: logger)
        engine = MatchEngine(catalogue: catalogue, embedder: embedder, learner: learner)
        terms = settings.handoutTerms
        desk = RequestDesk(pool: pool, terms: terms, sessions: sessions)
        dispatcher = Dispatcher(pool: pool, engine: engine, terms: terms, logger: logger)
        events = MatchingEvents(desk: desk, terms: terms)
    }

    /// What runs.
    var services: [any Service] { [catalogue, learner, dispatcher] }

    /// Handles an event of the sidecar's queue.
    ///
    /// - Returns: false where it is about something else.
    func handle(_ delivery: Delivery, in transaction: Transaction) async throws -> Bool {
        try await events.handle(delivery, in: transaction)
    }

    /// What matching has done.
    var metrics: [MetricFamily] {
        let looks = dispatcher.metrics
        let engine = engine.metrics
        let progress = learner.progress
        return [
            .counter("consult_match_looks_total", help: "Questions looked at.", looks.looks),
            .counter("consult_match_requests_total", help: "Live requests made.", looks.asked),
            .counter("consult_match_failures_total", help: "Looks that failed.", looks.failures),
            .counter(
                "consult_match_unread_total", help: "Questions matched by words alone because the model was busy.",
                engine.unread),
            .histogram(
                "consult_match_ranking_seconds", help: "Finding and ordering who can be asked about a question.",
                Buckets(bounds: Timings.bounds, counts: engine.ranking.counts, sum: engine.ranking.sum)),
            .histogram(
                "consult_match_embedding_seconds", help: "Working out what a question means, with its wait.",
                Buckets(bounds: Timings.bounds, counts: engine.embedding.counts, sum: engine.embedding.sum)),
            .gauge("consult_match_profiles", help: "Profiles that can be found.", catalogue.count),
            .gauge(
                "consult_match_meaning", help: "1 where questions are matched by meaning, 0 by words alone.",
                catalogue.hasMeaning ? 1 : 0),
            .gauge("consult_match_model_outcomes", help: "Outcomes that the model has learnt.", progress.outcomes),
            MetricFamily(
                "consult_match_model_weight", .gauge, help: "How much the learnt model counts, 0 to 1.",
                series: [.init(.number(progress.weight))]),
        ]
    }
}

extension Settings {
    /// How questions are handed out.
    var handoutTerms: HandoutTerms {
        var terms = HandoutTerms()
        terms.width = self.requestWidth
        terms.answer = .seconds(self.requestDeadline)
        terms.lifetime = .seconds(self.questionLifetime)
        return terms
    }

    /// The model of meaning; nil where there is none, and the log says so.
    fileprivate func embedder(logger: Logger) -> Embedder? {
        guard let folder = self.modelFolder else {
            logger.warning("no sentence-embedding model: questions are matched by their words alone")
            return nil
        }
        do {
            return Embedder(try SentenceModel(folder: folder))
        } catch {
            logger.warning(
                "the sentence-embedding model cannot be read: questions are matched by their words alone",
                metadata: ["error": "\(error)"])
            return nil
        }
    }
}

extension LiveRequests {
    /// The hand-out of questions, as the signaling core reaches it.
    init(_ desk: RequestDesk) {
        self.init(
            accept: { request, consultant in
                do {
                    let accepted = try await desk.accept(request, by: consultant)
                    return Accepted(
                        session: accepted.session.id, room: accepted.session.room, mode: accepted.session.mode,
                        thresholdSeconds: accepted.session.thresholdSeconds, consultantName: accepted.consultantName)
                } catch let refusal as Handout.Refusal {
                    throw Refusal(refusal)
                }
            },
            decline: { request, consultant, reason in
                do {
                    try await desk.decline(request, by: consultant, reason: reason)
                } catch let refusal as Handout.Refusal {
                    throw Refusal(refusal)
                }
            },
            pending: { try await desk.pending(for: $0) })
    }
}

extension LiveRequests.Refusal {
    init(_ refusal: Handout.Refusal) {
        switch refusal {
        case .notFound: self = .notFound
        case .closed: self = .closed
        }
    }
}
