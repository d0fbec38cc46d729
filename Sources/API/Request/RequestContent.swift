internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTP1
internal import REST

/// A request's content, read once and up to a limit.
struct RequestContent {
    private enum State {
        case none
        case unread(length: Int?)
        /// Read to its end.
        case read
        /// Its rest is still to come, or never will: the connection cannot carry another request.
        case abandoned
    }

    private let request: Request
    private let deadline: Duration
    private var state: State

    init(_ request: Request, deadline: Duration) {
        self.request = request
        self.deadline = deadline
        let length = request.headers[.contentLength].flatMap { Int($0) }
        if length ?? 0 > 0 || request.headers.contains(.transferEncoding) {
            state = .unread(length: length)
        } else {
            state = .none
        }
    }

    /// Whether the connection may carry another request.
    var isAtEnd: Bool {
        switch state {
        case .none, .read: true
        case .unread, .abandoned: false
        }
    }

    /// The content.
    ///
    /// - Throws: ``Problem``: 413 where it is longer than `limit`, 408 where it takes too long.
    mutating func read(upTo limit: Int) async throws -> [UInt8] {
        guard case .unread(let length) = state else { return [] }
        state = .abandoned
        guard length ?? 0 <= limit else { throw Self.tooLarge(limit) }
        let body = request.body
        let late = Problem(.requestTimeout, code: "content_timeout", "The content took too long to arrive.")
        do {
            let buffer = try await withDeadline(deadline, otherwise: late) { try await body.collect(upTo: limit) }
            guard length == nil || length == buffer.readableBytes else {
                throw Problem(.badRequest, code: "incomplete_content", "The content ended early.")
            }
            state = .read
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Self.tooLarge(limit)
        }
    }

    /// Reads a short content away, so that the connection can go on after a refusal.
    mutating func discard() async {
        guard case .unread(.some(0...Self.discarded)) = state else { return }
        _ = try? await read(upTo: Self.discarded)
    }

    private static let discarded = 64 << 10

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(.contentTooLarge, code: "content_too_large", "At most \(limit) bytes of content are read.")
    }
}

/// What `body` returns, unless it takes longer than `time`: then it is cancelled, and `problem` thrown once it has ended.
func withDeadline<Value: Sendable>(
    _ time: Duration, otherwise problem: Problem, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: time)
            return nil
        }
        defer { group.cancelAll() }
        guard case .some(.some(let value)) = try await group.next() else { throw problem }
        return value
    }
}
