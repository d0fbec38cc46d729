internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization

/// One thread that runs an event loop, and at the same time the jobs of whoever takes it for executor.
///
/// The loop belongs to the body given to ``start(_:)``: it waits for its own events, and calls ``runPending()`` after
/// each wait. What is enqueued from elsewhere wakes it through the closure given to ``setWake(_:)``.
///
/// After the body's end the thread is gone, but jobs may still come: a task that was awaiting something, a late
/// question from another actor. They run one by one on a dispatch queue, so that nobody waits for ever.
final class ServiceThread: SerialExecutor {
    private enum Work {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    private struct State {
        var pending: [Work] = []
        var wake: (@Sendable () -> Void)?
        var hasEnded = false
        var thread: pthread_t?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// The thread's `pthread_self()`, 0 before its start and after its end.
    private let identity = Atomic<UInt>(0)
    private let afterlife = DispatchQueue(label: "consult.signaling.afterlife")
    private static let isAfterlife = DispatchSpecificKey<ObjectIdentifier>()

    init() { afterlife.setSpecific(key: Self.isAfterlife, value: ObjectIdentifier(self)) }

    /// Starts the thread; to be called once. The thread ends when `body` returns.
    ///
    /// - Returns: the error number of `pthread_create`, 0 where it went well.
    func start(_ body: @escaping @Sendable () -> Void) -> Int32 {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Start(thread: self, body: body))
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Start>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        if result == 0 {
            state.withLock { $0.thread = thread }
        } else {
            context.release()
            end()
        }
        return result
    }

    private final class Start {
        let thread: ServiceThread
        let body: @Sendable () -> Void

        init(thread: ServiceThread, body: @escaping @Sendable () -> Void) {
            self.thread = thread
            self.body = body
        }

        func run() {
            cl_name_thread("signaling")
            thread.identity.store(UInt(pthread_self()), ordering: .releasing)
            body()
            thread.end()
        }
    }

    /// What interrupts the loop's wait. Called under a lock, so that it never outlives `setWake(nil)`.
    func setWake(_ wake: (@Sendable () -> Void)?) {
        state.withLock { state in
            state.wake = wake
            if !state.pending.isEmpty { state.wake?() }
        }
    }

    /// Runs `body` on the thread, in order with everything enqueued.
    func perform(_ body: @escaping @Sendable () -> Void) { enqueue(.body(body)) }

    func enqueue(_ job: consuming ExecutorJob) { enqueue(.job(UnownedJob(job))) }

    private func enqueue(_ work: Work) {
        let ended = state.withLock { state in
            guard !state.hasEnded else { return true }
            state.pending.append(work)
            if state.pending.count == 1 { state.wake?() }
            return false
        }
        if ended { afterlife.async { self.run(work) } }
    }

    /// Runs what was enqueued so far; what these enqueue comes next time, after the loop has looked at its events.
    func runPending() {
        let work = state.withLock { state in
            let work = state.pending
            state.pending.removeAll()
            return work
        }
        for item in work { run(item) }
    }

    private func run(_ work: Work) {
        switch work {
        case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
        case .body(let body): body()
        }
    }

    /// The thread's last act: whatever is left runs here, the rest goes to the dispatch queue.
    private func end() {
        while true {
            let isDone = state.withLock { state in
                guard state.pending.isEmpty else { return false }
                state.hasEnded = true
                state.wake = nil
                return true
            }
            if isDone { break }
            runPending()
        }
        identity.store(0, ordering: .releasing)
        let waiters = state.withLock { state in
            let waiters = state.waiters
            state.waiters.removeAll()
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits for the thread's end and joins it.
    func join() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
        let thread = state.withLock { state in
            defer { state.thread = nil }
            return state.thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    // MARK: Being an executor

    func isIsolatingCurrentContext() -> Bool? {
        identity.load(ordering: .acquiring) == UInt(pthread_self())
            || DispatchQueue.getSpecific(key: Self.isAfterlife) == ObjectIdentifier(self)
    }

    func checkIsolated() {
        // Only our own code can be on the wrong thread, and then libwebsockets is no longer safe.
        guard isIsolatingCurrentContext() == true else { fatalError("not on the signaling thread") }
    }
}
