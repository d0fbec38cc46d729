internal import Database
internal import Events
internal import Money

/// A session with what is shown beside it.
struct ListedSession: Sendable {
    let session: Session
    let customerName: String
    let consultantName: String
    let title: String
    let stars: Int?
    let comment: String?
    let isCommentHidden: Bool
    /// Who has reported what of it.
    let reports: [SessionReportMark]

    static let columns: SQL = """
        \(Session.columns), customer.name AS customer_name, consultant.name AS consultant_name, questions.title,
        ratings.stars, ratings.comment, coalesce(ratings.hidden_at IS NOT NULL, false) AS comment_hidden,
        (SELECT coalesce(json_agg(json_build_object('reporter', reporter_id, 'kind', kind) ORDER BY reports.id), '[]')
            FROM reports WHERE session_id = sessions.id)::text AS reports
        FROM sessions JOIN users AS customer ON customer.id = sessions.customer_id
            JOIN users AS consultant ON consultant.id = sessions.consultant_id
            JOIN questions ON questions.id = sessions.question_id
            LEFT JOIN ratings ON ratings.session_id = sessions.id
        """

    init(_ row: Row) throws(DatabaseError) {
        session = try Session(row)
        customerName = try row.get("customer_name", as: String.self)
        consultantName = try row.get("consultant_name", as: String.self)
        title = try row.get("title", as: String.self)
        stars = try row.get("stars", as: Int?.self)
        comment = try row.get("comment", as: String?.self)
        isCommentHidden = try row.get("comment_hidden", as: Bool.self)
        guard let reports = try? row.get("reports", as: JSONText.self).decode(as: [SessionReportMark].self) else {
            throw DatabaseError(.decoding, "the reports of a session cannot be read")
        }
        self.reports = reports
    }

    static func find(_ id: UniqueID, on database: some Queryable) async throws(DatabaseError) -> ListedSession? {
        try await database.query("SELECT \(columns) WHERE sessions.id = \(id)").first
            .map { row throws(DatabaseError) in try ListedSession(row) }
    }
}

/// That somebody has reported a session, or the comment on it.
struct SessionReportMark: Sendable, Decodable {
    let reporter: String
    let kind: String
}

/// A session as its people read it.
struct SessionView: Encodable {
    private let listed: ListedSession
    private let reader: SessionSide?
    private let readerID: UniqueID
    private let billing: SessionBilling

    /// What `reader` sees; somebody who is none of its people sees the same in words about both.
    ///
    /// - Parameter billing: nil where nothing is charged.
    init(_ listed: ListedSession, for reader: UniqueID, billing: SessionBilling?) {
        self.listed = listed
        self.reader = listed.session.side(of: reader)
        readerID = reader
        self.billing = billing ?? SessionBilling(nothingIn: listed.session.rate.currency)
    }

    private enum Key: String, CodingKey {
        case id, state, questionId, title, customerId, customerName, consultantId, consultantName, room, mode, rate
        case thresholdSeconds, mediaSeconds, createdAt, startedAt, endedAt, endReason, endReasonText, quality, rating
        case billing, reported
    }

    /// With every field, an absent one as null.
    func encode(to encoder: any Encoder) throws {
        let session = listed.session
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(session.id.description, forKey: .id)
        try container.encode(session.state.rawValue, forKey: .state)
        try container.encode(session.question.description, forKey: .questionId)
        try container.encode(listed.title, forKey: .title)
        try container.encode(session.customer.description, forKey: .customerId)
        try container.encode(listed.customerName, forKey: .customerName)
        try container.encode(session.consultant.description, forKey: .consultantId)
        try container.encode(listed.consultantName, forKey: .consultantName)
        try container.encode(session.room, forKey: .room)
        try container.encode(session.mode, forKey: .mode)
        try container.encode(session.rate, forKey: .rate)
        try container.encode(session.thresholdSeconds, forKey: .thresholdSeconds)
        try container.encode(session.mediaSeconds, forKey: .mediaSeconds)
        try container.encode(session.createdAt.description, forKey: .createdAt)
        try container.encode(session.startedAt?.description, forKey: .startedAt)
        try container.encode(session.endedAt?.description, forKey: .endedAt)
        try container.encode(session.endReason, forKey: .endReason)
        try container.encode(words, forKey: .endReasonText)
        try container.encode(session.quality, forKey: .quality)
        try container.encode(
            listed.stars.map {
                SessionRatingView(
                    stars: $0, comment: readsComment ? listed.comment : nil, isCommentHidden: listed.isCommentHidden)
            }, forKey: .rating)
        try container.encode(billing, forKey: .billing)
        let mine = listed.reports.filter { UniqueID($0.reporter) == readerID }
        try container.encode(mine.map(\.kind), forKey: .reported)
    }

    /// A hidden comment is read by who wrote it, who knows it anyway, and by administrators.
    private var readsComment: Bool { !listed.isCommentHidden || reader != .consultant }

    private var words: String? {
        listed.session.endReason.map { SessionEnd(rawValue: $0)?.words(for: reader) ?? "The session has ended." }
    }
}

/// What the customer thought of a session.
struct SessionRatingView: Encodable {
    let stars: Int
    let comment: String?
    var isCommentHidden = false

    private enum Key: String, CodingKey { case stars, comment, commentHidden }

    /// With `comment` also where there is none.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(stars, forKey: .stars)
        try container.encode(comment, forKey: .comment)
        try container.encode(isCommentHidden, forKey: .commentHidden)
    }
}
