import ArgumentParser
import Foundation

/// The two ends of the event queue as processes that a test can kill: `Tests/Live/test_events.py`.
@main
struct EventProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event-probe", abstract: "Writes and reads numbered events, and says what it did.",
        subcommands: [ServeDatabase.self, Write.self, Read.self])
}

/// Returns when whoever started us closes our input, or ends.
func inputEnds() async {
    await withCheckedContinuation { continuation in
        // On a thread of its own, since it blocks.
        Thread.detachNewThread {
            while readLine() != nil {}
            continuation.resume()
        }
    }
}
