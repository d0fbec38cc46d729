public import Database

/// All about a session's money is decided: what invoice, credit note and receipt are made from. It comes again where a refund,
/// or a fact that was late, changed something afterwards.
/// `charge.settled {sessionId, mediaSeconds, billableSeconds, captured, refunded, fee, waived, forgone}`
public struct ChargeSettled: Sendable, Hashable {
    /// The session.
    public let session: UniqueID
    /// Whole media seconds.
    public let mediaSeconds: Int
    /// Of these, billable.
    public let billableSeconds: Int
    /// Captured, in minor units of the session's currency, as all that follow.
    public let captured: Int64
    /// Given back of it.
    public let refunded: Int64
    /// The platform's part of what was not given back.
    public let fee: Int64
    /// Not asked for, being below the smallest charge.
    public let waived: Int64
    /// Used and not paid, because no money was held.
    public let forgone: Int64

    /// What a session came to.
    public init(
        session: UniqueID, mediaSeconds: Int, billableSeconds: Int, captured: Int64, refunded: Int64 = 0, fee: Int64,
        waived: Int64 = 0, forgone: Int64 = 0
    ) {
        self.session = session
        self.mediaSeconds = mediaSeconds
        self.billableSeconds = billableSeconds
        self.captured = captured
        self.refunded = refunded
        self.fee = fee
        self.waived = waived
        self.forgone = forgone
    }

    static let kind = "charge.settled"

    private struct Payload: Codable {
        var sessionId: String
        var mediaSeconds: Int
        var billableSeconds: Int
        var captured: Int64
        var refunded: Int64
        var fee: Int64
        var waived: Int64
        var forgone: Int64
    }

    /// The event for the sidecar's queue. Those of one session are handled in the order of their commits.
    public func event(id: EventID = EventID()) throws -> Event {
        Event(
            id: id, queue: .sidecar, key: "session \(session)", kind: Self.kind,
            payload: try JSONText(
                encoding: Payload(
                    sessionId: session.description, mediaSeconds: mediaSeconds, billableSeconds: billableSeconds,
                    captured: captured, refunded: refunded, fee: fee, waived: waived, forgone: forgone)))
    }

    /// What an event says; nil where it is about something else.
    ///
    /// - Throws: ``UnreadableEvent``, or a `DecodingError`, where its payload is not as it must be.
    public init?(_ event: Event) throws {
        guard event.kind == Self.kind else { return nil }
        let payload = try event.payload.decode(as: Payload.self)
        guard payload.billableSeconds >= 0, payload.mediaSeconds >= payload.billableSeconds, payload.refunded >= 0,
            payload.captured >= payload.refunded, payload.waived >= 0, payload.forgone >= 0
        else { throw UnreadableEvent(description: "a settled charge whose figures contradict each other") }
        self.init(
            session: try eventID(payload.sessionId, of: "session"), mediaSeconds: payload.mediaSeconds,
            billableSeconds: payload.billableSeconds, captured: payload.captured, refunded: payload.refunded,
            fee: payload.fee, waived: payload.waived, forgone: payload.forgone)
    }
}
