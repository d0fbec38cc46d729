internal import Dispatch
internal import Synchronization

/// Works out what texts mean, one after the other on a thread of its own, with a bounded queue before it.
///
/// Questions go before profiles: somebody waits for them. Short questions that wait at the same time are read together,
/// which takes less than one after the other.
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
        let result = await withCheckedContinuation { continuation in
            let job = Job(text: text, continuation: continuation)
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
        while let (jobs, length) = next() {
            for (job, vector) in zip(jobs, model.embed(jobs.map(\.text), limit: length)) {
                job.continuation.resume(returning: .success(vector))
            }
        }
    }

    /// What is read next, and how many word pieces of each text count.
    private func next() -> (jobs: [Job], length: Int)? {
        state.withLock { state in
            if !state.questions.isEmpty {
                let count = Self.together(state.questions.map(\.text))
                defer { state.questions.removeFirst(count) }
                return (Array(state.questions.prefix(count)), SentenceModel.longestQuestion)
            }
            if !state.profiles.isEmpty { return ([state.profiles.removeFirst()], SentenceModel.longestText) }
            state.isWorking = false
            return nil
        }
    }

    /// How many of these are read at once: no more than are as long as one long question, so that whoever comes next does not
    /// wait longer either.
    private static func together(_ texts: [String]) -> Int {
        var bytes = 0
        for (count, text) in texts.enumerated() {
            bytes += text.utf8.count
            if bytes > longest { return max(1, count) }
        }
        return texts.count
    }

    /// UTF-8 bytes of a long question.
    private static let longest = 4 * SentenceModel.longestQuestion
}
