internal import CLinux
internal import Glibc
internal import Synchronization

/// A thread that may block, as the executor of one actor: libpq, the processes of a cluster and mail servers
/// are waited for on it, and not on the threads that all tasks share.
///
/// It starts with its first job and ends with `finish`. Jobs that arrive later still run, one at a time, on the thread
/// that brings them: an `await` on the actor always comes back.
package final class BlockingThread: SerialExecutor, Sendable {
    /// What a wait ended with.
    enum Wakening { case ready, timedOut, poked }

    private struct Queue {
        var waiting: [UnownedJob] = []
        var started = false
        /// The thread has ended; whoever enqueues runs the job.
        var closed = false
        var draining = false
        var woken = false
    }

    private let queue = Mutex(Queue())
    private let stopping = Atomic<Bool>(false)
    private let thread = Atomic<UInt>(0)
    private let wake: Int32
    private let name: String

    /// A thread that starts with its first job.
    package init(name: String) throws(DatabaseError) {
        self.name = name
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wake >= 0 else { throw DatabaseError(.unavailable, "eventfd: \(String(cString: strerror(errno)))") }
    }

    deinit { close(wake) }

    /// Ends the thread after the jobs that are queued.
    package func finish() {
        stopping.store(true, ordering: .releasing)
        poke()
    }

    // MARK: From other threads

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        enum Duty { case none, start, wake, drain }
        let duty = queue.withLock { queue -> Duty in
            queue.waiting.append(job)
            if queue.closed {
                defer { queue.draining = true }
                return queue.draining ? .none : .drain
            }
            if !queue.started {
                queue.started = true
                queue.woken = true
                return .start
            }
            defer { queue.woken = true }
            return queue.woken ? .none : .wake
        }
        switch duty {
        case .none: break
        case .start: start()
        case .wake: poke()
        case .drain: drain()
        }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    // Only our own code can be on the wrong thread, and then the C library behind it is no longer safe.
    package func checkIsolated() { precondition(isCurrent, "code of the thread \(name) runs on another one") }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// Ends a present or the next `wait` early.
    func poke() {
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }

    private var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    // MARK: On the thread

    /// Waits until a descriptor is ready, the deadline (nil: never) has passed, or somebody pokes.
    ///
    /// - Parameter events: poll's events.
    func wait(for descriptor: Int32, _ events: Int32, until deadline: ContinuousClock.Instant?) -> Wakening {
        var descriptors = [
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0),
        ]
        let timeout = deadline.map { Int32(clamping: max(0, ContinuousClock.now.duration(to: $0).milliseconds)) } ?? -1
        let count = poll(&descriptors, nfds_t(descriptors.count), timeout)
        if count == 0 { return .timedOut }
        if descriptors[1].revents != 0 { return .ready }
        clearWake()
        return .poked
    }

    private func clearWake() {
        var counter: UInt64 = 0
        _ = read(wake, &counter, 8)
    }

    private func start() {
        let context = Unmanaged.passRetained(self)
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { context in
                if let context { Unmanaged<BlockingThread>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context.toOpaque())
        if status == 0 {
            pthread_detach(handle)
        } else {
            // No thread is to be had: the jobs run where they come from, blocking as they must.
            context.release()
            end()
        }
    }

    private func run() {
        cl_name_thread(name)
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        while !stopping.load(ordering: .acquiring) {
            if runJobs() { continue }
            _ = wait(for: -1, 0, until: nil)
        }
        while runJobs() {}
        end()
    }

    private func runJobs() -> Bool {
        let jobs = queue.withLock { queue in
            queue.woken = false
            defer { queue.waiting = [] }
            return queue.waiting
        }
        for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
        return !jobs.isEmpty
    }

    private func end() {
        queue.withLock { queue in
            queue.closed = true
            queue.draining = true
        }
        drain()
    }

    /// Runs late jobs on the caller's thread; `draining` keeps it one at a time.
    private func drain() {
        while true {
            let jobs = queue.withLock { queue -> [UnownedJob] in
                defer { queue.waiting = [] }
                if queue.waiting.isEmpty { queue.draining = false }
                return queue.waiting
            }
            if jobs.isEmpty { return }
            thread.store(UInt(pthread_self()), ordering: .relaxed)
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            thread.store(0, ordering: .relaxed)
        }
    }
}

/// Says to a blocking wait that its task was cancelled.
final class Interruption: Sendable {
    private let flag = Atomic<Bool>(false)

    var isRequested: Bool { flag.load(ordering: .acquiring) }

    func request() { flag.store(true, ordering: .releasing) }
}
