import CLinux
import Glibc
import Synchronization

public import RTP

/// A thread with its own epoll set that is also the executor of one actor.
///
/// The actor that returns this loop as its executor runs on the loop's thread, between two waits; so what the loop
/// calls back may enter the actor with `assumeIsolated`, and the packet path neither locks nor awaits.
///
/// The life of a loop: `init` → `start` → any number of jobs and events → `shutdown`, which joins the thread: what the thread
/// held is freed by then, so that the process may end. Jobs that arrive after the shutdown still run, one at a time, on the
/// thread that brings them: an `await` on the actor always comes back.
public final class EventLoop: SerialExecutor, Sendable {
    /// What a wait found ready: the tokens given to `watch`.
    public typealias Service = @Sendable (_ ready: [UInt64]) -> NanosecondCount

    private enum Work {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    private struct Queue {
        var waiting: [Work] = []
        /// The thread has ended; whoever enqueues runs the work.
        var closed = false
        var draining = false
        var woken = false
        var ended: [CheckedContinuation<Void, Never>] = []
    }

    private let queue = Mutex(Queue())
    private let stopping = Atomic<Bool>(false)
    private let thread = Atomic<UInt>(0)
    /// The thread as long as nobody has joined it; 0 before it starts and afterwards.
    private let joinable = Atomic<UInt>(0)
    private let epoll: Int32
    private let wake: Int32
    private let name: String

    /// The token of the loop's own wake-up; not available to `watch`.
    private static let wakeToken = UInt64.max
    /// Sockets reported by one wait.
    private static let batch = 256

    /// A loop that has not started.
    ///
    /// - Parameter name: the thread's name, at most 15 bytes.
    /// - Throws: `SystemError` where the kernel gives no epoll set or event counter.
    public init(name: String) throws(SystemError) {
        self.name = name
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError(call: "epoll_create1") }
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wake >= 0 else {
            close(epoll)
            throw SystemError(call: "eventfd")
        }
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: Self.wakeToken))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) == 0 else {
            close(epoll)
            close(wake)
            throw SystemError(call: "epoll_ctl")
        }
    }

    deinit {
        close(epoll)
        close(wake)
    }

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - prepare: runs first on the new thread.
    ///   - slice: how long the thread wants to be run at a time; a short one has it run soon after it has something to do, also where others
    ///     keep the processors busy. Nil leaves that to the system, as does a kernel before Linux 6.12 or a real-time priority.
    ///   - service: called after every wait with the tokens that are ready; returns how long the next wait may last.
    ///   - finish: runs after the last job that came before the shutdown, and before ``shutdown()`` returns.
    /// - Throws: `SystemError` where no thread can be had.
    public func start(
        slice: NanosecondCount? = nil, prepare: @escaping @Sendable () -> Void, service: @escaping Service,
        finish: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let start = Unmanaged.passRetained(
            ThreadStart { [self] in
                cl_name_thread(name)
                if let slice, sched_getscheduler(0) == SCHED_OTHER { _ = cl_run_in_slices(UInt64(max(0, slice))) }
                thread.store(UInt(pthread_self()), ordering: .relaxed)
                prepare()
                run(service)
                finish()
                end()
            })
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        guard status == 0 else {
            start.release()
            throw SystemError(call: "pthread_create", code: status)
        }
        joinable.store(UInt(handle), ordering: .releasing)
    }

    /// Ends the thread after the work that is queued, and waits until it has ended. Idempotent; not before `start` has returned.
    public func shutdown() async {
        stopping.store(true, ordering: .releasing)
        signal()
        await withCheckedContinuation { continuation in
            let closed = queue.withLock { queue in
                if !queue.closed { queue.ended.append(continuation) }
                return queue.closed
            }
            if closed { continuation.resume() }
        }
        // All it still does is to leave: its own libraries' memory goes with it.
        let handle = pthread_t(joinable.exchange(0, ordering: .acquiringAndReleasing))
        guard handle != 0 else { return }
        if pthread_equal(handle, pthread_self()) != 0 { pthread_detach(handle) } else { pthread_join(handle, nil) }
    }

    // MARK: Work from other threads

    /// Runs `body` on the loop's thread, in order with the actor's jobs.
    public func perform(_ body: @escaping @Sendable () -> Void) { accept(.body(body)) }

    /// Takes a job of the actor.
    public func enqueue(_ job: consuming ExecutorJob) { accept(.job(UnownedJob(job))) }

    /// The loop as an actor's `unownedExecutor`.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Stops the process where the caller is not on the loop's thread.
    public func checkIsolated() {
        // Only our own code can be on the wrong thread, and then what the loop owns is no longer safe.
        precondition(isCurrent, "code of the \(name) loop runs on another thread")
    }

    /// Whether the caller is on the loop's thread.
    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    private var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    private func accept(_ work: Work) {
        let (wakeUp, drain) = queue.withLock { queue -> (Bool, Bool) in
            queue.waiting.append(work)
            if queue.closed {
                let first = !queue.draining
                queue.draining = true
                return (false, first)
            }
            let first = !queue.woken
            queue.woken = true
            return (first, false)
        }
        if drain { drainAfterEnd() }
        if wakeUp { signal() }
    }

    private func signal() {
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }

    // MARK: On the loop's thread

    /// Reports `token` whenever `descriptor` becomes readable (edge-triggered).
    ///
    /// - Parameter whileReadable: reports it after every wait as long as something is left to read (level-triggered).
    /// - Returns: false where the kernel refuses the descriptor.
    @discardableResult
    public func watch(_ descriptor: Int32, token: UInt64, whileReadable: Bool = false) -> Bool {
        var event = epoll_event(
            events: EPOLLIN.rawValue | (whileReadable ? 0 : EPOLLET.rawValue), data: epoll_data_t(u64: token))
        if epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 { return true }
        return errno == EEXIST && epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) == 0
    }

    /// Stops reporting `descriptor`; a closed one is forgotten by itself.
    public func unwatch(_ descriptor: Int32) {
        var event = epoll_event()
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    }

    private func run(_ service: Service) {
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.batch)
        defer { events.deallocate() }
        var ready: [UInt64] = []
        ready.reserveCapacity(Self.batch)
        var wait: NanosecondCount = 0
        while !stopping.load(ordering: .acquiring) {
            let milliseconds = Int32(clamping: (max(0, wait) + 999_999) / 1_000_000)
            let count = epoll_wait(epoll, events, Int32(Self.batch), milliseconds)
            ready.removeAll(keepingCapacity: true)
            for index in 0..<max(0, Int(count)) {
                let token = events[index].data.u64
                if token == Self.wakeToken {
                    var counter: UInt64 = 0
                    _ = read(wake, &counter, 8)
                } else {
                    ready.append(token)
                }
            }
            runJobs()
            wait = service(ready)
        }
        while runJobs() {}
    }

    @discardableResult
    private func runJobs() -> Bool {
        let work = queue.withLock { queue in
            queue.woken = false
            defer { queue.waiting = [] }
            return queue.waiting
        }
        for item in work { run(item) }
        return !work.isEmpty
    }

    private func run(_ work: Work) {
        switch work {
        case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
        case .body(let body): body()
        }
    }

    private func end() {
        let ended = queue.withLock { queue in
            queue.closed = true
            queue.draining = true
            defer { queue.ended = [] }
            return queue.ended
        }
        drainAfterEnd()
        for continuation in ended { continuation.resume() }
    }

    /// Runs late work on the caller's thread; `draining` keeps it one at a time.
    private func drainAfterEnd() {
        while true {
            let work = queue.withLock { queue -> [Work] in
                defer { queue.waiting = [] }
                if queue.waiting.isEmpty { queue.draining = false }
                return queue.waiting
            }
            if work.isEmpty { return }
            for item in work { run(item) }
        }
    }
}

/// Carries a closure into a new thread.
private final class ThreadStart: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

extension MonotonicInstant {
    /// The present moment of `CLOCK_MONOTONIC`.
    public static func now() -> MonotonicInstant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }
}

/// The wall clock, as the kernel stamps datagrams with it: nanoseconds since 1970.
public func wallClockNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
