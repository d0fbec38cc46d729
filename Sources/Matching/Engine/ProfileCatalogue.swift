public import Database
public import Embedding
internal import Events
internal import Synchronization

public import Logging
public import ServiceLifecycle

/// Every consultant's profile as it is searched: in memory, with its vectors, kept up with the database.
///
/// A profile is read when it changes (`NOTIFY`), and all of them are compared once in a while, for what was missed. What a
/// profile means is computed once for a text and kept in `profile_vectors`; a server that starts only reads it.
public final class ProfileCatalogue: Service, CustomStringConvertible {
    /// What it is called in the log.
    public let description = "profiles"
    private let pool: DatabasePool
    private let embedder: Embedder?
    private let interval: Duration
    private let logger: Logger
    private let extractor = KeywordExtractor()
    private let state: Mutex<State>
    /// Profiles that have changed, and were not read again yet.
    private let changed = Mutex<Set<UniqueID>>([])
    private let bell = Wakeup()

    /// How many profiles are read at a time.
    private static let batch = 200

    private struct State {
        var index = RelevanceIndex()
        /// Of what text each profile in the index was made.
        var digests: [UniqueID: [UInt8]] = [:]
        var meanRating = MatchConstants.ratingMean
        var isLoaded = false

        mutating func set(_ id: UniqueID, _ text: ProfileText, vectors: [SentenceVector], digest: [UInt8]) {
            index.set(id, text, vectors: vectors)
            digests[id] = digest
        }

        mutating func remove(_ id: UniqueID) {
            index.remove(id)
            digests[id] = nil
        }
    }

    /// A catalogue that is empty until it runs.
    ///
    /// - Parameter embedder: nil: profiles are found by their words alone.
    public init(pool: DatabasePool, embedder: Embedder?, interval: Duration = .seconds(60), logger: Logger) {
        self.pool = pool
        self.embedder = embedder
        self.interval = interval
        self.logger = logger
        state = Mutex(State())
    }

    /// Whether every profile has been read once.
    public var isLoaded: Bool { state.withLock { $0.isLoaded } }

    /// How many profiles are in it.
    public var count: Int { state.withLock { $0.index.count } }

    /// Whether profiles are found by what they mean, and not by their words alone.
    public var hasMeaning: Bool { embedder != nil }

    /// The mean of all ratings of the platform.
    var meanRating: Double { state.withLock { $0.meanRating } }

    /// The profiles that fit, the best first.
    ///
    /// - Parameter among: only these; nil: all.
    func rank(
        _ query: RelevanceQuery, limit: Int, excluding: Set<UniqueID>, among: Set<UniqueID>?
    ) -> [Relevance] {
        // Under the lock: a copy would have to be a copy of everything as soon as a profile changes meanwhile.
        state.withLock { $0.index.rank(query, limit: limit, excluding: excluding, among: among) }
    }

    /// What a question is about.
    func keywords(title: String, body: String) -> [Keyword] {
        state.withLock { extractor.keywords(title: title, body: body, in: $0.index) }
    }

    // MARK: Running

    /// Keeps up with the database until it is told to stop.
    public func run() async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.listen() }
                group.addTask { await self.follow() }
                group.addTask {
                    while !Task.isCancelled {
                        let pause = await self.attempt { try await self.compare() } ? self.interval : .seconds(1)
                        try? await Task.sleep(for: pause)
                    }
                }
            }
        }
    }

    private func listen() async {
        for await event in NotificationStream(pool.configuration, channels: ["profiles"], logger: logger) {
            switch event {
            case .notification(let notification):
                guard let id = UniqueID(notification.payload) else { continue }
                changed.withLock { _ = $0.insert(id) }
                bell.ring()
            case .listening, .disconnected: break
            }
        }
    }

    /// Reads what has changed: all that came while the last were read, together. What cannot be read now is found by the next
    /// comparison.
    private func follow() async {
        while !Task.isCancelled {
            let rings = bell.rings
            let ids = changed.withLock { changed in
                let ids = Array(changed.prefix(Self.batch))
                changed.subtract(ids)
                return ids
            }
            if ids.isEmpty {
                await bell.sleep(since: rings, atMost: interval)
            } else {
                _ = await attempt { try await self.refresh(ids) }
            }
        }
    }

    private func attempt(_ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch {
            if !Task.isCancelled {
                logger.warning("profiles cannot be read", metadata: ["error": "\(error)"])
            }
            return false
        }
    }

    /// Compares every profile with what is in memory, and reads those that differ.
    func compare() async throws {
        let rows = try await pool.query("SELECT user_id, \(Self.digest) AS digest FROM \(Self.listed)")
        var kept: [UniqueID: [UInt8]] = [:]
        for row in rows { kept[try row.get("user_id", as: UniqueID.self)] = try row.get("digest", as: [UInt8].self) }
        let known = state.withLock { $0.digests }
        let gone = known.keys.filter { kept[$0] == nil }
        state.withLock { state in for id in gone { state.remove(id) } }
        let changed = kept.filter { known[$0.key] != $0.value }.keys.sorted()
        for start in stride(from: 0, to: changed.count, by: Self.batch) {
            try await refresh(Array(changed[start..<min(start + Self.batch, changed.count)]))
        }
        let ratings = try await pool.query(
            """
            SELECT coalesce(sum(rating_sum), 0)::int8 AS sum, coalesce(sum(rating_count), 0)::int8 AS count
            FROM consultant_profiles
            """)
        let average = BayesianAverage(priorMean: MatchConstants.ratingMean).value(
            sum: try ratings[0].get("sum", as: Int.self), count: try ratings[0].get("count", as: Int.self))
        state.withLock { state in
            state.meanRating = average
            state.isLoaded = true
        }
    }

    /// Reads these profiles, and works out what they mean where that is not known yet.
    func refresh(_ ids: [UniqueID]) async throws {
        let rows = try await pool.query(
            """
            SELECT listed.user_id, headline, bio, tags, \(Self.digest) AS digest, vectors, model,
                profile_vectors.digest AS vectors_digest
            FROM \(Self.listed) LEFT JOIN profile_vectors USING (user_id)
            WHERE listed.user_id = ANY(\(ids)::uuid[])
            """)
        var missing = Set(ids)
        for row in rows {
            let id = try row.get("user_id", as: UniqueID.self)
            missing.remove(id)
            let digest = try row.get("digest", as: [UInt8].self)
            if state.withLock({ $0.digests[id] == digest }) { continue }
            let text = ProfileText(
                headline: try row.get("headline", as: String.self), bio: try row.get("bio", as: String.self),
                tags: try row.get("tags", as: JSONText.self).decode(as: [String].self))
            var vectors: [SentenceVector] = []
            if let embedder {
                let isKnown =
                    try row.get("vectors_digest", as: [UInt8]?.self) == digest
                    && row.get("model", as: String?.self) == SentenceModel.name
                let kept = isKnown ? try row.get("vectors", as: [UInt8].self) : []
                if let known = Self.vectors(kept), known.count == text.passages.count {
                    vectors = known
                } else {
                    for passage in text.passages { vectors.append(try await embedder.embed(passage, for: .profile)) }
                    try await store(vectors, of: id, digest: digest)
                }
            }
            state.withLock { $0.set(id, text, vectors: vectors, digest: digest) }
        }
        state.withLock { state in for id in missing { state.remove(id) } }
    }

    private func store(
        _ vectors: [SentenceVector], of id: UniqueID, digest: [UInt8]
    ) async throws(DatabaseError) {
        // Nobody to keep it for where the profile has gone meanwhile.
        try await pool.query(
            """
            INSERT INTO profile_vectors (user_id, digest, model, vectors)
            SELECT user_id, \(digest), \(SentenceModel.name), \(vectors.flatMap(\.bytes)) FROM consultant_profiles
            WHERE user_id = \(id)
            ON CONFLICT (user_id) DO UPDATE SET digest = excluded.digest, model = excluded.model,
                vectors = excluded.vectors, updated_at = clock_timestamp()
            """)
    }

    private static func vectors(_ bytes: [UInt8]) -> [SentenceVector]? {
        let size = SentenceVector.dimension * 4
        guard !bytes.isEmpty, bytes.count.isMultiple(of: size) else { return nil }
        var vectors: [SentenceVector] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            guard let vector = SentenceVector(bytes: Array(bytes[start..<start + size])) else { return nil }
            vectors.append(vector)
        }
        return vectors
    }

    private static let digest: SQL = "sha256(convert_to(concat_ws(E'\\n', headline, tags::text, bio), 'UTF8'))"

    /// Who can be found at all.
    private static let listed: SQL = """
        (SELECT user_id, headline, bio, tags FROM consultant_profiles JOIN users ON users.id = user_id
            WHERE hourly_rate_amount IS NOT NULL AND users.email_verified_at IS NOT NULL
                AND users.erased_at IS NULL AND users.suspended_at IS NULL) AS listed
        """
}
