public import Database
public import Events
internal import FoundationEssentials
public import REST

/// `/ops/outbox`: the events between the halves, and those that failed too often.
public struct OutboxHandlers: Sendable {
    private let pool: DatabasePool
    private let queues: [EventQueue]

    /// Handlers on a database.
    public init(pool: DatabasePool, queues: [EventQueue] = [.sidecar, .signaling]) {
        self.pool = pool
        self.queues = queues
    }

    private struct View: Encodable {
        let queues: [QueueView]
        let parked: [ParkedView]
    }

    private struct QueueView: Encodable {
        let queue: String
        let pending: Int
        let parked: Int
        let delivered: Int
        let oldestSeconds: Double?
    }

    private struct ParkedView: Encodable {
        let id: String
        let queue: String
        let key: String
        let kind: String
        let failures: Int
        let lastError: String
        let createdAt: String
        let parkedAt: String
    }

    /// `GET /ops/outbox`: 200 with each queue's numbers and the parked events, the longest parked first.
    public func show(_ call: Call) async throws -> Reply {
        var numbers: [QueueView] = []
        var parked: [ParkedView] = []
        for queue in queues {
            let metrics = try await Outbox.metrics(of: queue, on: pool)
            let age = metrics.oldestAge.map { Double($0.components.seconds) + Double($0.components.attoseconds) / 1e18 }
            numbers.append(
                QueueView(
                    queue: queue.name, pending: metrics.pending, parked: metrics.parked, delivered: metrics.delivered,
                    oldestSeconds: age))
            parked += try await Outbox.parked(in: queue, on: pool).map { event in
                ParkedView(
                    id: event.event.id.description, queue: queue.name, key: event.event.key, kind: event.event.kind,
                    failures: event.failures, lastError: event.lastError, createdAt: event.createdAt.description,
                    parkedAt: event.parkedAt.description)
            }
        }
        return .json(View(queues: numbers, parked: parked))
    }

    /// `POST /ops/outbox/{id}/retry`: 204; the event is pending again with all its attempts. 404 where no event of this id
    /// is parked.
    public func retry(_ call: Call) async throws -> Reply {
        let id = try call.id(of: "parked event")
        let found = try await pool.withTransaction { try await Outbox.unpark(EventID(id), in: $0) }
        guard found else { throw Problem.notFound("parked event") }
        return .noContent
    }
}
