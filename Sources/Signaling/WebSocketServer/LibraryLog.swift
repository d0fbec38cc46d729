internal import CWebSockets
internal import Logging
internal import Synchronization

/// Where libwebsockets' own log lines go: to ours, at debug level, never to standard error.
///
/// The library has one log for the whole process, so the newest server's logger takes all lines.
enum LibraryLog {
    private struct State {
        var logger: Logger?
        var errors: [String] = []
    }

    private static let state = Mutex(State())
    private static let maximumErrors = 4

    static func attach(_ logger: Logger) {
        state.withLock { $0 = State(logger: logger) }
        lws_set_log_level(LLL_ERR | LLL_WARN) { level, line in
            guard let line else { return }
            LibraryLog.take(String(cString: line), isError: level == LLL_ERR)
        }
    }

    private static func take(_ line: String, isError: Bool) {
        let text = String(line.split(whereSeparator: \.isNewline).joined(separator: " "))
        let logger = state.withLock { state in
            if isError, state.errors.count < maximumErrors { state.errors.append(text) }
            return state.logger
        }
        logger?.debug("libwebsockets: \(text)")
    }

    /// The library's words on what went wrong; asking clears them.
    static func takeErrors() -> String? {
        state.withLock { state in
            defer { state.errors = [] }
            return state.errors.isEmpty ? nil : state.errors.joined(separator: "; ")
        }
    }
}
