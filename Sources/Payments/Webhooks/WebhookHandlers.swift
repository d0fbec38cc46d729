public import Database
internal import Foundation
internal import HTTPTypes
public import REST
internal import Stripe

/// `POST /webhooks/stripe`: what Stripe tells, kept before it is acted on.
public struct WebhookHandlers: Sendable {
    private let pool: DatabasePool
    private let secrets: [String]

    /// Wakes whoever acts on what was kept.
    static let channel = "stripe_events"

    /// - Parameter secrets: what Stripe signs with; two while one replaces the other. Without one everything is refused.
    public init(pool: DatabasePool, secrets: [String]) {
        self.pool = pool
        self.secrets = secrets
    }

    /// 200 for an event that is kept now, or was before. 400 for anything that Stripe has not signed in the last five minutes.
    public func receive(_ call: Call) async throws -> Reply {
        guard !secrets.isEmpty else {
            throw Problem(
                .serviceUnavailable, code: "webhooks_unavailable", "No secret of Stripe's webhooks is set here.")
        }
        let event: StripeEvent
        do throws(WebhookError) {
            let field = HTTPField.Name("Stripe-Signature").flatMap { call.headers[$0] }
            try WebhookSignature.verify(
                call.body, header: field, secrets: secrets, now: Int64(Date().timeIntervalSince1970))
            event = try StripeEvent(json: call.body)
        } catch {
            throw Problem(.badRequest, code: "invalid_signature", error.words)
        }
        _ = try await pool.pipeline([
            """
            INSERT INTO stripe_events (id, type, object_kind, object_id, account, is_live, created_at)
            VALUES (\(event.id.text), \(event.type), \(event.subject.kind), \(event.subject.id), \(event.account?.text),
                \(event.livemode), \(Timestamp(secondsSince1970: event.created)))
            ON CONFLICT (id) DO NOTHING
            """,
            "SELECT pg_notify(\(Self.channel), '')",
        ])
        return .json(Received(received: true))
    }

    private struct Received: Encodable { let received: Bool }
}

extension WebhookError {
    fileprivate var words: String {
        switch self {
        case .unsigned: "There is no Stripe-Signature with a time and a signature."
        case .forged: "The signature is none of Stripe's for this content."
        case .stale: "It was signed more than five minutes ago, or will be."
        case .malformed: "The content is no event of Stripe's."
        }
    }
}
