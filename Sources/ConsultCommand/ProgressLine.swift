import Foundation
import Load
import Operations
import Synchronization

/// Shows how far a load is, on standard error: one line that changes on a terminal, a line every few seconds elsewhere.
final class ProgressLine: Sendable {
    private struct State {
        var phase: LoadProgress.Phase?
        var shownAt = -Double.infinity
        var isOpen = false
    }

    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    /// Seconds between two lines where they stay.
    private static let interval = 5.0

    /// Shows a state.
    func show(_ progress: LoadProgress) {
        state.withLock { state in
            if isTerminal {
                // Back to the start, and clear what was there (ECMA-48).
                writeToStandardError("\r\u{1B}[K" + progress.line)
                state.isOpen = true
                return
            }
            guard progress.phase != state.phase || progress.seconds - state.shownAt >= Self.interval else { return }
            state.phase = progress.phase
            state.shownAt = progress.seconds
            writeToStandardError(progress.line + "\n")
        }
    }

    /// Ends the line.
    func end() {
        state.withLock { state in
            if state.isOpen { writeToStandardError("\n") }
            state.isOpen = false
        }
    }
}
