internal import CPostgreSQL

extension Wire {
    /// One statement on its way: whether it is prepared first.
    private struct Sent {
        let text: String
        let prepares: Bool
    }

    /// Runs statements in one round trip. Outside a transaction they are one together: all take effect, or none.
    func execute(_ batch: [SQL], _ limits: Limits) throws(DatabaseError) -> [Rows] {
        try checkIdle()
        if limits.interruption?.isRequested == true { throw .taskCancelled }
        try makeRoom(limits)
        for statement in batch { try checkParameters(statement) }
        var sent: [Sent] = []
        for statement in batch { sent.append(try send(statement)) }
        guard PQpipelineSync(connection) == 1 else { throw fail() }
        return try receive(sent, limits)
    }

    /// Deallocates prepared statements where there are too many.
    private func makeRoom(_ limits: Limits) throws(DatabaseError) {
        guard statements.isFull, transactionStatus != PQTRANS_INERROR else { return }
        let names = statements.evict()
        for name in names {
            guard PQsendQueryParams(connection, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0) == 1 else {
                throw fail()
            }
        }
        guard PQpipelineSync(connection) == 1 else { throw fail() }
        _ = try receive(names.map { _ in Sent(text: "", prepares: false) }, limits)
    }

    private func checkParameters(_ statement: SQL) throws(DatabaseError) {
        guard statement.parameters.count <= Int(UInt16.max) else {
            throw DatabaseError(.invalidParameter, "more parameters than the protocol can carry")
        }
        for parameter in statement.parameters {
            if case .text(let text) = parameter, text.utf8.contains(0) {
                throw DatabaseError(
                    .invalidParameter, "text with a NUL character", sqlState: .characterNotInRepertoire)
            }
        }
    }

    private func send(_ statement: SQL) throws(DatabaseError) -> Sent {
        let text = statement.text
        let known = statements.name(of: text)
        let name = known ?? statements.add(text)
        if known == nil, PQsendPrepare(connection, name, text, 0, nil) != 1 { throw fail() }
        let sent = statement.withParameters { values, lengths, formats in
            PQsendQueryPrepared(connection, name, Int32(values.count), values, lengths, formats, 0)
        }
        guard sent == 1 else { throw fail() }
        return Sent(text: text, prepares: known == nil)
    }

    private func receive(_ sent: [Sent], _ limits: Limits) throws(DatabaseError) -> [Rows] {
        var rows: [Rows] = []
        var failure: DatabaseError?
        for item in sent {
            if item.prepares {
                let prepared = try nextResult(limits)
                if PQresultStatus(prepared.pointer) != PGRES_COMMAND_OK {
                    statements.remove(item.text)
                    failure = failure ?? error(of: prepared)
                }
            }
            let result = try nextResult(limits)
            switch PQresultStatus(result.pointer) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: rows.append(Rows(result))
            case PGRES_PIPELINE_ABORTED: break
            case PGRES_FATAL_ERROR:
                let error = error(of: result)
                if error.isStalePlan { statements.removeAll() }
                failure = failure ?? error
            default: throw fail("a statement that copies or streams")
            }
            if isBroken { break }
        }
        if isBroken { throw failure ?? fail() }
        let refused = try receiveSync(limits)
        guard var failure = failure ?? refused else { return rows }
        if failure.sqlState == .queryCancelled, limits.interruption?.isRequested == true { failure = .taskCancelled }
        throw failure
    }

    /// Awaits the end of a round trip.
    ///
    /// - Returns: why it was not committed, where a constraint that is deferred was violated.
    private func receiveSync(_ limits: Limits) throws(DatabaseError) -> DatabaseError? {
        let first = try takeResult(limits)
        if PQresultStatus(first.pointer) == PGRES_PIPELINE_SYNC { return nil }
        guard PQresultStatus(first.pointer) == PGRES_FATAL_ERROR, !isBroken else {
            throw fail("the protocol is out of step")
        }
        let refused = error(of: first)
        try awaitResult(limits)
        // The NULL that ends the error's results, and then the end itself.
        var sync = PQgetResult(connection).map(ResultHandle.init(owned:))
        if sync == nil { sync = try takeResult(limits) }
        guard let sync, PQresultStatus(sync.pointer) == PGRES_PIPELINE_SYNC else {
            throw fail("the protocol is out of step")
        }
        return refused
    }

    private func error(of result: ResultHandle) -> DatabaseError {
        if PQresultStatus(result.pointer) == PGRES_PIPELINE_ABORTED {
            return DatabaseError(.refused, "an earlier statement failed")
        }
        return serverError(result) ?? fail()
    }

    /// The result of one statement, and the NULL that ends it.
    private func nextResult(_ limits: Limits) throws(DatabaseError) -> ResultHandle {
        let result = try takeResult(limits)
        if PQstatus(connection) == CONNECTION_BAD { return result }
        try awaitResult(limits)
        if let more = PQgetResult(connection) {
            PQclear(more)
            throw fail("the protocol is out of step")
        }
        return result
    }

    private func takeResult(_ limits: Limits) throws(DatabaseError) -> ResultHandle {
        try awaitResult(limits)
        guard let result = PQgetResult(connection) else { throw fail() }
        return ResultHandle(owned: result)
    }

    /// Runs a script of several statements without parameters, by the simple protocol.
    func executeScript(_ text: String, _ limits: Limits) throws(DatabaseError) {
        try checkIdle()
        guard PQexitPipelineMode(connection) == 1, PQsendQuery(connection, text) == 1 else { throw fail() }
        var failure: DatabaseError?
        while true {
            try awaitResult(limits)
            guard let result = PQgetResult(connection).map(ResultHandle.init(owned:)) else { break }
            switch PQresultStatus(result.pointer) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
            case PGRES_FATAL_ERROR: failure = failure ?? error(of: result)
            default: throw fail("a statement that copies or streams")
            }
        }
        if isBroken { throw failure ?? fail() }
        guard PQenterPipelineMode(connection) == 1 else { throw fail() }
        if let failure { throw failure }
    }

    /// The notifications that have arrived, in order.
    func takeNotifications() -> [Notification] {
        var taken: [Notification] = []
        while let notification = PQnotifies(connection) {
            taken.append(
                Notification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra)))
            PQfreemem(notification)
        }
        return taken
    }
}

extension SQL {
    /// Calls `body` with the parameters as libpq wants them.
    fileprivate func withParameters<Value>(
        _ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> Value
    ) -> Value {
        var storage: [UInt8] = []
        var offsets: [Int?] = []
        var lengths: [Int32] = []
        var formats: [Int32] = []
        for parameter in parameters {
            switch parameter {
            case .null:
                offsets.append(nil)
                lengths.append(0)
                formats.append(0)
            case .text(let text):
                offsets.append(storage.count)
                storage += text.utf8
                storage.append(0)
                lengths.append(0)
                formats.append(0)
            case .bytes(let bytes):
                offsets.append(storage.count)
                storage += bytes
                storage.append(0)
                lengths.append(Int32(clamping: bytes.count))
                formats.append(1)
            }
        }
        return storage.withUnsafeBytes { buffer in
            let pointers = offsets.map { offset in
                offset.flatMap { buffer.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
            }
            return body(pointers, lengths, formats)
        }
    }
}
