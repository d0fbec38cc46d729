internal import AsyncHTTPClient
internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Stripe

/// Sends events to their receiver, signed, one after the other, and again later where they were not taken.
///
/// What is not taken after the last attempt stays undelivered and is sent again after a restart.
struct Deliverer: Sendable {
    let url: String
    let secret: String
    let firstRetry: Duration
    let client: HTTPClient
    let logger: Logger
    /// Is told of each event that arrived.
    let delivered: @Sendable (_ id: String) async -> Void

    static let attempts = 12

    /// What there is to do.
    enum Work: Sendable {
        case event(EventRow)
        /// What was held back was held long enough.
        case release
    }

    /// Delivers what comes until the stream ends or the task is cancelled.
    func run(_ works: AsyncStream<Work>, _ more: AsyncStream<Work>.Continuation) async {
        await withDiscardingTaskGroup { group in
            var held: [EventRow] = []
            for await work in works {
                let event: EventRow? = if case .event(let event) = work { event } else { nil }
                if let event, event.mishap?.kind == .reordered {
                    held.append(event)
                    group.addTask { await release(after: event.mishap?.milliseconds ?? 0, more) }
                    continue
                }
                if let event { await deliverFirst(event, &group) }
                // What was held back comes now, the last first.
                for late in held.reversed() { await deliver(late, &group) }
                held = []
            }
        }
    }

    private func release(after milliseconds: Int64, _ more: AsyncStream<Work>.Continuation) async {
        if (try? await Task.sleep(for: .milliseconds(milliseconds))) != nil { more.yield(.release) }
    }

    private func deliverFirst(_ event: EventRow, _ group: inout DiscardingTaskGroup) async {
        switch event.mishap?.kind {
        case .lost: return
        case .late: group.addTask { await deliverLate(event) }
        case .doubled:
            await deliver(event, &group)
            await deliver(event, &group)
        case .reordered, nil: await deliver(event, &group)
        }
    }

    private func deliver(_ event: EventRow, _ group: inout DiscardingTaskGroup) async {
        if await send(event) {
            await delivered(event.id)
        } else {
            group.addTask { await deliverAgain(event) }
        }
    }

    private func deliverLate(_ event: EventRow) async {
        guard (try? await Task.sleep(for: .milliseconds(event.mishap?.milliseconds ?? 0))) != nil else { return }
        if await send(event) { await delivered(event.id) } else { await deliverAgain(event) }
    }

    private func deliverAgain(_ event: EventRow) async {
        var wait = firstRetry
        for _ in 1..<Self.attempts {
            guard (try? await Task.sleep(for: wait)) != nil else { return }
            if await send(event) {
                await delivered(event.id)
                return
            }
            wait = min(wait * 2, .seconds(60))
        }
        logger.warning("an event was not taken", metadata: ["event": "\(event.id)", "type": "\(event.type)"])
    }

    /// One attempt; each is signed anew.
    private func send(_ event: EventRow) async -> Bool {
        let body = Array(event.body.utf8)
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json; charset=utf-8")
        request.headers.add(name: "user-agent", value: "Stripe/1.0 (stand-in)")
        request.headers.add(
            name: "stripe-signature",
            value: WebhookSignature.header(body, secret: secret, at: Int64(Date().timeIntervalSince1970)))
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await client.execute(request, timeout: .seconds(10))
            _ = try await response.body.collect(upTo: 1 << 20)
            return (200..<300).contains(response.status.code)
        } catch {
            return false
        }
    }
}
