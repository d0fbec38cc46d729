internal import Dispatch
internal import Synchronization

/// Works out what texts mean, one after the other on a thread of its own, with a bounded queue before it.
///
/// Questions go before profiles: somebody waits for them.
public final class Embedder: Sendable {
    /// What a text is.
    public enum Purpose: Sendable {
        /// Somebody waits for it.
        case question
        /// It can wait.
        case profile
    }

    private struct Job {
        let text: String
        let limit: Int
        let continuation: CheckedContinuation<Result<SentenceVector, EmbeddingError>, Never>
    }

    private struct State {
        var questions: [Job] = []
        var profiles: [Job] = []
        var isWorking = false
    }

    private let model: SentenceModel
    private let limit: Int
    private let queue = DispatchQueue(label: "embedding", qos: .userInitiated)
    private let state = Mutex(State())

    /// An embedder of this model.
    ///
    /// - Parameter limit: how many texts of each purpose may wait; one more is refused.
    public init(_ model: SentenceModel, limit: Int = 64) {
        self.model = model
        self.limit = limit
    }

    /// How many texts wait.
    public var waiting: Int { state.withLock { $0.questions.count + $0.profiles.count } }

    /// What a text means, when its turn has come.
    ///
    /// - Throws: ``EmbeddingError`` of code `busy` where too many wait already.
    public func embed(_ text: String, for purpose: Purpose) async throws(EmbeddingError) -> SentenceVector {
        let length = purpose == .question ? SentenceModel.longestQuestion : SentenceModel.longestText
        let result = await withCheckedContinuation { continuation in
            let job = Job(text: text, limit: length, continuation: continuation)
            let (isTaken, starts) = state.withLock { state -> (Bool, Bool) in
                switch purpose {
                case .question:
                    guard state.questions.count < limit else { return (false, false) }
                    state.questions.append(job)
                case .profile:
                    guard state.profiles.count < limit else { return (false, false) }
                    state.profiles.append(job)
                }
                defer { state.isWorking = true }
                return (true, !state.isWorking)
            }
            if !isTaken {
                continuation.resume(returning: .failure(EmbeddingError(.busy, "\(limit) texts wait to be embedded")))
            }
            if starts { queue.async { self.work() } }
        }
        return try result.get()
    }

    private func work() {
        while let job = next() { job.continuation.resume(returning: .success(model.embed(job.text, limit: job.limit))) }
    }

    private func next() -> Job? {
        state.withLock { state in
            if !state.questions.isEmpty { return state.questions.removeFirst() }
            if !state.profiles.isEmpty { return state.profiles.removeFirst() }
            state.isWorking = false
            return nil
        }
    }
}
