import Database
import DatabaseTesting
import Testing

enum Colour: String, ParameterEncodable, ColumnDecodable { case red, green }

@Suite("Values", .timeLimit(.minutes(2))) struct TypeTests {
    let pool: DatabasePool

    init() async throws { pool = DatabasePool(try await TestCluster.database("types"), logger: .quiet) }

    private func trip<Value: ParameterEncodable & ColumnDecodable & Equatable>(_ values: [Value], _ type: SQL)
        async throws
    {
        for value in values {
            let rows = try await pool.query("SELECT \(value)::\(type) AS value")
            #expect(try rows[0].get("value", as: Value.self) == value)
            #expect(try rows[0].get(0, as: Value?.self) == value)
        }
        let none: Value? = nil
        let rows = try await pool.query("SELECT \(none)::\(type)")
        #expect(try rows[0].get(0, as: Value?.self) == nil)
    }

    @Test("come back as they went")
    func roundTrips() async throws {
        try await trip([0, 1, -1, Int.max, Int.min], "int8")
        try await trip([Int16.min, 0, Int16.max], "int2")
        try await trip([Int32.min, 0, Int32.max], "int4")
        try await trip([0, 1.5, -1e300, .leastNonzeroMagnitude, .infinity, 0.1 + 0.2], "float8")
        try await trip([true, false], "bool")
        try await trip(["", "plain", "quo'te \"\\ \n\t", "grüße 🎥", String(repeating: "x", count: 100_000)], "text")
        try await trip([Timestamp.now(), Timestamp(microseconds: 1), Timestamp(microseconds: -1)], "timestamptz")
        try await trip([UniqueID(), UniqueID()], "uuid")
        try await trip([[UInt8](), [0, 1, 0, 255], (0...255).map { UInt8($0) }], "bytea")
        try await trip([[String](), ["a"], ["a,b", "{}", "", "NULL", "q\"uo\\te", "ü"]], "text[]")
        try await trip([[Int](), [1, -2, Int.max]], "int8[]")
        try await trip([[true, false]], "bool[]")
        try await trip([[UniqueID(), UniqueID()]], "uuid[]")
        try await trip([[0.5, -1e9]], "float8[]")
        try await trip([JSONText(#"{"a": [1, null, "ü"]}"#)], "json")
        try await trip([Colour.red, .green], "text")
    }

    @Test("keep their microseconds and their zone")
    func moments() async throws {
        let moment = try #require(Timestamp("2026-03-29T00:59:59.654321Z"))
        let rows = try await pool.query("SELECT to_char(\(moment)::timestamptz, 'YYYY-MM-DD HH24:MI:SS.US TZ')")
        #expect(try rows[0].get(0, as: String.self) == "2026-03-29 00:59:59.654321 UTC")
    }

    @Test("of JSON are encoded and decoded")
    func json() async throws {
        struct Thing: Codable, Equatable { let name: String, sizes: [Int] }
        let thing = Thing(name: "n/ü", sizes: [1, 2])
        let rows = try await pool.query("SELECT \(try JSONText(encoding: thing))::jsonb AS it")
        #expect(try rows[0].get("it", as: JSONText.self).decode(as: Thing.self) == thing)
    }

    @Test("of any type can be read as text")
    func text() async throws {
        let rows = try await pool.query("SELECT 12345678901234567890.5::numeric AS n, '1 day'::interval AS i")
        #expect(try rows[0].get("n", as: String.self) == "12345678901234567890.5")
        #expect(try rows[0].get("i", as: String.self) == "P1D")
    }

    @Test("that are not of the wanted type are a decoding error that names the column")
    func decodingErrors() async throws {
        let rows = try await pool.query(
            "SELECT 'x' AS word, NULL::int AS nothing, 70000 AS number, ARRAY[NULL::text] AS holes")
        func failure<Value: ColumnDecodable>(_ name: String, _ type: Value.Type) -> DatabaseError? {
            do throws(DatabaseError) {
                _ = try rows[0].get(name, as: type)
                return nil
            } catch {
                return error
            }
        }
        #expect(failure("word", Int.self)?.message == "column 'word' is not a value of type Int")
        #expect(failure("nothing", Int.self)?.message == "column 'nothing' is NULL")
        #expect(failure("number", Int16.self)?.code == .decoding)
        #expect(failure("word", Bool.self)?.code == .decoding)
        #expect(failure("word", Timestamp.self)?.code == .decoding)
        #expect(failure("word", UniqueID.self)?.code == .decoding)
        #expect(failure("word", Colour.self)?.code == .decoding)
        #expect(failure("word", [UInt8].self)?.code == .decoding)
        #expect(failure("word", [String].self)?.code == .decoding)
        #expect(failure("holes", [String].self)?.code == .decoding)
        #expect(failure("absent", Int.self)?.message.contains("word, nothing, number, holes") == true)
        #expect(throws: DatabaseError.self) { try rows[0].get(7, as: Int.self) }
        #expect(throws: DatabaseError.self) { try rows[0].get(-1, as: Int?.self) }
    }

    @Test("say how many rows were affected")
    func affected() async throws {
        try await pool.query("CREATE TABLE things (n int)")
        #expect(try await pool.query("INSERT INTO things SELECT generate_series(1, 5)").affected == 5)
        #expect(try await pool.query("UPDATE things SET n = n WHERE n > \(3)").affected == 2)
        let rows = try await pool.query("SELECT n FROM things ORDER BY n")
        #expect(try rows.map { try $0.get("n", as: Int.self) } == [1, 2, 3, 4, 5])
        #expect(try await pool.query("DELETE FROM things WHERE n = ANY(\([1, 2])::int[])").affected == 2)
    }
}
