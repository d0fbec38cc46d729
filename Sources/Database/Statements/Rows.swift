internal import CPostgreSQL

/// The answer to one statement: its rows, and how many rows it affected.
public struct Rows: Sendable, RandomAccessCollection {
    private let result: ResultHandle
    /// The columns' names.
    public let columns: [String]
    /// The rows that INSERT, UPDATE, DELETE or SELECT affected or returned.
    public let affected: Int
    /// The number of rows.
    public let count: Int
    /// PostgreSQL's words for what was done, such as `COMMIT`.
    let tag: String

    init(_ result: ResultHandle) {
        self.result = result
        count = Int(PQntuples(result.pointer))
        columns = (0..<PQnfields(result.pointer)).map { PQfname(result.pointer, $0).map { String(cString: $0) } ?? "" }
        affected = PQcmdTuples(result.pointer).flatMap { Int(String(cString: $0)) } ?? 0
        tag = PQcmdStatus(result.pointer).map { String(cString: $0) } ?? ""
    }

    /// The first row's index.
    public var startIndex: Int { 0 }
    /// The index after the last row.
    public var endIndex: Int { count }
    /// The row at `index`.
    public subscript(index: Int) -> Row {
        // As for any collection: an index comes from our own code, never from a row's contents.
        precondition((0..<count).contains(index), "row \(index) of \(count)")
        return Row(rows: self, index: index)
    }

    fileprivate func position(of name: String) throws(DatabaseError) -> Int {
        guard let position = columns.firstIndex(of: name) else {
            throw DatabaseError(.decoding, "no column '\(name)' among \(columns.joined(separator: ", "))")
        }
        return position
    }

    fileprivate func value<Value: ColumnDecodable>(
        row: Int, column: Int, as type: Value.Type
    ) throws(DatabaseError) -> Value? {
        guard columns.indices.contains(column) else {
            throw DatabaseError(.decoding, "no column \(column) among \(columns.count)")
        }
        let (row, index) = (Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
        if PQgetisnull(result.pointer, row, index) == 1 { return nil }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result.pointer, row, index), count: Int(PQgetlength(result.pointer, row, index)))
        guard let value = Value(columnText: bytes.bytes) else {
            throw DatabaseError(.decoding, "column '\(columns[column])' is not a value of type \(type)")
        }
        return value
    }
}

/// One row. A column is read by name or position, as the type that is wanted:
///
///     let name = try row.get("name", as: String.self)
///     let endedAt = try row.get("ended_at", as: Timestamp?.self)
public struct Row: Sendable {
    private let rows: Rows
    private let index: Int

    fileprivate init(rows: Rows, index: Int) {
        self.rows = rows
        self.index = index
    }

    /// The value of a column that is not NULL.
    ///
    /// - Throws: `DatabaseError` with the code `decoding`.
    public func get<Value: ColumnDecodable>(_ name: String, as type: Value.Type) throws(DatabaseError) -> Value {
        try get(rows.position(of: name), as: type)
    }

    /// The value of a column, nil for NULL.
    ///
    /// - Throws: `DatabaseError` with the code `decoding`.
    public func get<Value: ColumnDecodable>(_ name: String, as type: Value?.Type) throws(DatabaseError) -> Value? {
        try get(rows.position(of: name), as: type)
    }

    /// The value at a position that is not NULL.
    ///
    /// - Throws: `DatabaseError` with the code `decoding`.
    public func get<Value: ColumnDecodable>(_ column: Int, as type: Value.Type) throws(DatabaseError) -> Value {
        guard let value = try rows.value(row: index, column: column, as: type) else {
            throw DatabaseError(.decoding, "column '\(rows.columns[column])' is NULL")
        }
        return value
    }

    /// The value at a position, nil for NULL.
    ///
    /// - Throws: `DatabaseError` with the code `decoding`.
    public func get<Value: ColumnDecodable>(_ column: Int, as type: Value?.Type) throws(DatabaseError) -> Value? {
        try rows.value(row: index, column: column, as: Value.self)
    }
}

/// Owns a result of libpq.
///
/// Unchecked: the pointer never changes, and libpq documents a result as read-only once it is made, to be read by any
/// thread ("PGresult objects are normally read-only after creation, and so can be passed around freely between
/// threads", manual, section 34.21); only the readers of `Rows` and the `deinit` touch it.
final class ResultHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owned pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }
}
