internal import CPostgreSQL
internal import Glibc

/// The owner of one libpq connection, always in pipeline mode. Everything blocks the calling thread, which is the
/// connection's own; deadlines and interruptions end the waits.
final class Wire {
    let connection: OpaquePointer
    let thread: BlockingThread
    var statements = StatementCache(limit: 256)
    /// Set once nothing can be sent or received any more.
    private(set) var isBroken = false
    private let notices = NoticeSink()

    /// What an operation may take.
    struct Limits {
        var deadline: ContinuousClock.Instant?
        /// How long the server may send nothing while something is awaited.
        var silence: Duration?
        var interruption: Interruption?

        /// When to give up, if nothing arrives from now on.
        fileprivate var end: ContinuousClock.Instant? {
            let silent = silence.map { ContinuousClock.now + $0 }
            guard let deadline, let silent else { return deadline ?? silent }
            return min(deadline, silent)
        }
    }

    /// Connects.
    init(to configuration: DatabaseConfiguration, on thread: BlockingThread, interruption: Interruption)
        throws(DatabaseError)
    {
        // The URL comes first: what follows it wins, except the fallback.
        let keywords = ["dbname", "fallback_application_name", "client_encoding"]
        let values = [configuration.url, configuration.applicationName, "UTF8"]
        let started = withCStrings(keywords) { keywords in
            withCStrings(values) { values in PQconnectStartParams(keywords, values, 1) }
        }
        guard let started else { throw DatabaseError(.unavailable, "out of memory") }
        connection = started
        self.thread = thread
        PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue().receive(result)
            }, Unmanaged.passUnretained(notices).toOpaque())
        let limits = Limits(deadline: .now + configuration.connectTimeout, interruption: interruption)
        try handshake(limits)
        guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
            throw DatabaseError(.unavailable, lastMessage)
        }
        try prepareSession(configuration, limits)
    }

    deinit { PQfinish(connection) }

    private func handshake(_ limits: Limits) throws(DatabaseError) {
        var events = POLLOUT
        while PQstatus(connection) != CONNECTION_BAD {
            // Before each wait: what was requested before the thread came here has poked it then, and does not again.
            if limits.interruption?.isRequested == true { throw .taskCancelled }
            switch thread.wait(for: PQsocket(connection), events, until: limits.deadline) {
            case .timedOut: throw DatabaseError(.unavailable, "no connection in time")
            case .poked: continue
            case .ready: break
            }
            switch PQconnectPoll(connection) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: events = Int32(POLLIN)
            case PGRES_POLLING_WRITING: events = Int32(POLLOUT)
            default: throw connectionRefused()
            }
        }
        throw connectionRefused()
    }

    /// libpq does not keep the SQLSTATE of a refused connection; its words tell what waiting would not change.
    private func connectionRefused() -> DatabaseError {
        let message = lastMessage
        let lasting = [
            "authentication failed", "no pg_hba.conf entry", "password", "certificate", "does not support SSL",
            "is not permitted to log in",
        ]
        let unknownName = message.hasSuffix("does not exist") && !message.contains("No such file")
        if unknownName || lasting.contains(where: { message.contains($0) }) {
            return DatabaseError(.configuration, message)
        }
        return DatabaseError(.unavailable, message)
    }

    private func prepareSession(_ configuration: DatabaseConfiguration, _ limits: Limits) throws(DatabaseError) {
        _ = try execute(
            [
                """
                SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false),
                    set_config('IntervalStyle', 'iso_8601', false), set_config('bytea_output', 'hex', false),
                    set_config('client_min_messages', 'warning', false),
                    set_config('statement_timeout', \(configuration.statementTimeout.milliseconds), false),
                    set_config('lock_timeout', \(configuration.lockTimeout.milliseconds), false),
                    set_config('idle_in_transaction_session_timeout',
                        \(configuration.idleInTransactionTimeout.milliseconds), false)
                """
            ], limits)
    }

    // MARK: State

    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(connection) }

    /// libpq's words, on one line.
    var lastMessage: String {
        let message = String(cString: PQerrorMessage(connection))
        return message.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Marks the connection as ended.
    func fail(_ message: String? = nil) -> DatabaseError {
        isBroken = true
        return DatabaseError(.connectionLost, message ?? lastMessage)
    }

    /// Notices, without a round trip, that the server has ended an idle connection.
    func checkIdle() throws(DatabaseError) {
        var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        if !isBroken, poll(&descriptor, 1, 0) > 0, PQconsumeInput(connection) == 0 { isBroken = true }
        _ = PQisBusy(connection)
        if isBroken || notices.sawFatal || PQstatus(connection) == CONNECTION_BAD {
            isBroken = true
            var error = DatabaseError(.connectionLost, "the server has ended the connection")
            error.nothingWasSent = true
            throw error
        }
    }

    // MARK: Waiting

    /// Sends what is queued and waits until the next result can be taken without blocking.
    func awaitResult(_ limits: Limits) throws(DatabaseError) {
        var deadline = limits.end
        var cancellation: Cancellation?
        while true {
            let flushed = PQflush(connection)
            if flushed < 0 { throw lost() }
            if flushed == 0, PQisBusy(connection) == 0 { return }
            let events = flushed == 1 ? Int32(POLLIN) | Int32(POLLOUT) : Int32(POLLIN)
            switch thread.wait(for: PQsocket(connection), events, until: deadline) {
            case .ready:
                if PQconsumeInput(connection) == 0 { throw lost() }
                if cancellation == nil { deadline = limits.end }
            case .timedOut:
                guard let cancellation else { throw fail("no answer in time") }
                guard .now < cancellation.end else { throw fail("no answer after a cancellation") }
                // One that came before the server began with the statement has stopped nothing.
                sendCancellation()
                deadline = cancellation.next
            case .poked:
                if cancellation == nil, limits.interruption?.isRequested == true {
                    sendCancellation()
                    let begun = Cancellation(before: deadline)
                    cancellation = begun
                    deadline = begun.next
                }
            }
        }
    }

    /// A running statement is to stop: asked for again and again, until it has, or the connection is given up.
    private struct Cancellation {
        let end: ContinuousClock.Instant

        init(before deadline: ContinuousClock.Instant?) {
            let longest = ContinuousClock.now + .seconds(5)
            end = min(deadline ?? longest, longest)
        }

        /// When to ask again.
        var next: ContinuousClock.Instant { min(end, .now + .milliseconds(250)) }
    }

    /// Waits until the socket has something to read, or until the deadline or an interruption.
    ///
    /// - Returns: false at the deadline.
    func awaitInput(_ limits: Limits) throws(DatabaseError) -> Bool {
        while true {
            if limits.interruption?.isRequested == true { throw .taskCancelled }
            switch thread.wait(for: PQsocket(connection), Int32(POLLIN), until: limits.deadline) {
            case .ready:
                if PQconsumeInput(connection) == 0 { throw lost() }
                return true
            case .timedOut: return false
            case .poked: break
            }
        }
    }

    /// Asks the server to stop the running statement, over a connection of libpq's own.
    private func sendCancellation() {
        guard let cancel = PQgetCancel(connection) else { return }
        defer { PQfreeCancel(cancel) }
        var words = [CChar](repeating: 0, count: 256)
        _ = PQcancel(cancel, &words, Int32(words.count))
    }

    /// The end of a connection; the server's last words, where it had any, say why.
    private func lost() -> DatabaseError {
        isBroken = true
        while let result = PQgetResult(connection) {
            let handle = ResultHandle(owned: result)
            let state = PQresultStatus(handle.pointer)
            if state == PGRES_FATAL_ERROR, let error = serverError(handle), error.code == .connectionLost {
                return error
            }
            if state != PGRES_TUPLES_OK, state != PGRES_COMMAND_OK { break }
        }
        return DatabaseError(.connectionLost, lastMessage)
    }

    /// The error in a result; nil where libpq and not the server made it.
    func serverError(_ result: ResultHandle) -> DatabaseError? {
        func field(_ code: cp_field) -> String? { cp_result_field(result.pointer, code).map { String(cString: $0) } }
        guard let state = field(cp_field_sqlstate).map(SQLState.init(rawValue:)) else { return nil }
        let ending: [SQLState] = [.adminShutdown, .crashShutdown, .cannotConnectNow, .idleInTransactionTimeout]
        let code: DatabaseError.Code = ending.contains(state) ? .connectionLost : .refused
        if code == .connectionLost { isBroken = true }
        var error = DatabaseError(code, field(cp_field_message) ?? lastMessage, sqlState: state)
        error.detail = field(cp_field_detail)
        error.constraint = field(cp_field_constraint)
        error.table = field(cp_field_table)
        error.column = field(cp_field_column)
        error.isStalePlan =
            state == .invalidStatementName
            || state == .featureNotSupported && field(cp_field_source_function) == "RevalidateCachedQuery"
        return error
    }
}

/// Watches what the server says unasked: a FATAL announces the connection's end.
private final class NoticeSink {
    private(set) var sawFatal = false

    func receive(_ result: OpaquePointer) {
        guard let severity = cp_result_field(result, cp_field_severity) else { return }
        if String(cString: severity) == "FATAL" { sawFatal = true }
    }
}

/// Calls `body` with a NULL-terminated array of C strings.
func withCStrings<Value>(_ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
    let bytes = strings.flatMap { Array($0.utf8CString) }
    return bytes.withUnsafeBufferPointer { buffer in
        var pointers: [UnsafePointer<CChar>?] = []
        var offset = 0
        for string in strings {
            pointers.append(buffer.baseAddress.map { $0 + offset })
            offset += string.utf8.count + 1
        }
        return body(pointers + [nil])
    }
}
