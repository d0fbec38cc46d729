internal import Database

/// A report as administrators read it, every field there, an absent one as null.
struct QueuedReportView: Encodable {
    private let report: QueuedReport

    init(_ report: QueuedReport) { self.report = report }

    private enum Key: String, CodingKey {
        case id, kind, state, reason, text, createdAt, session, reporter, subject, rating, ruling, earlier, othersOpen
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(report.id.description, forKey: .id)
        try container.encode(report.kind, forKey: .kind)
        try container.encode(report.ruling == nil ? "open" : "decided", forKey: .state)
        try container.encode(report.reason, forKey: .reason)
        try container.encode(report.text, forKey: .text)
        try container.encode(report.createdAt.description, forKey: .createdAt)
        try container.encode(SessionPart(report), forKey: .session)
        try container.encode(PersonPart(report.reporter), forKey: .reporter)
        try container.encode(PersonPart(report.subject), forKey: .subject)
        try container.encode(RatingPart(report), forKey: .rating)
        try container.encode(report.ruling.map { RulingPart($0) }, forKey: .ruling)
        try container.encode(report.earlier.map { EarlierPart($0) }, forKey: .earlier)
        try container.encode(report.othersOpen, forKey: .othersOpen)
    }
}

private struct SessionPart: Encodable {
    let id: String
    let title: String
    let state: String
    let createdAt: String

    init(_ report: QueuedReport) {
        id = report.session.description
        title = report.title
        state = report.sessionState
        createdAt = report.sessionAt.description
    }
}

private struct PersonPart: Encodable {
    private let person: QueuedReport.Person

    init(_ person: QueuedReport.Person) { self.person = person }

    private enum Key: String, CodingKey { case id, name, role, isErased, suspendedAt }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(person.id.description, forKey: .id)
        try container.encode(person.name, forKey: .name)
        try container.encode(person.role, forKey: .role)
        try container.encode(person.isErased, forKey: .isErased)
        try container.encode(person.suspendedAt?.description, forKey: .suspendedAt)
    }
}

private struct RatingPart: Encodable {
    private let stars: Int
    private let comment: String?
    private let hiddenAt: String?

    init?(_ report: QueuedReport) {
        guard let stars = report.stars else { return nil }
        self.stars = stars
        comment = report.comment
        hiddenAt = report.commentHiddenAt?.description
    }

    private enum Key: String, CodingKey { case stars, comment, hiddenAt }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(stars, forKey: .stars)
        try container.encode(comment, forKey: .comment)
        try container.encode(hiddenAt, forKey: .hiddenAt)
    }
}

private struct RulingPart: Encodable {
    private let ruling: QueuedReport.Ruling

    init(_ ruling: QueuedReport.Ruling) { self.ruling = ruling }

    private enum Key: String, CodingKey {
        case decision, note, message, decidedBy, decidedByName, decidedAt, liftedAt, liftedByName, liftNote
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(ruling.decision, forKey: .decision)
        try container.encode(ruling.note, forKey: .note)
        try container.encode(ruling.message, forKey: .message)
        try container.encode(ruling.by?.description, forKey: .decidedBy)
        try container.encode(ruling.byName, forKey: .decidedByName)
        try container.encode(ruling.at.description, forKey: .decidedAt)
        try container.encode(ruling.liftedAt?.description, forKey: .liftedAt)
        try container.encode(ruling.liftedByName, forKey: .liftedByName)
        try container.encode(ruling.liftNote, forKey: .liftNote)
    }
}

private struct EarlierPart: Encodable {
    private let earlier: QueuedReport.Earlier

    init(_ earlier: QueuedReport.Earlier) { self.earlier = earlier }

    private enum Key: String, CodingKey { case id, kind, reason, decision, decidedAt, liftedAt }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(earlier.id, forKey: .id)
        try container.encode(earlier.kind, forKey: .kind)
        try container.encode(earlier.reason, forKey: .reason)
        try container.encode(earlier.decision, forKey: .decision)
        try container.encode(earlier.decidedAt, forKey: .decidedAt)
        try container.encode(earlier.liftedAt, forKey: .liftedAt)
    }
}
