import Testing

@testable import Database

@Suite("A statement") struct SQLTests {
    @Test("turns what is interpolated into parameters, whatever it holds")
    func parameters() {
        let name = "x'; DROP TABLE users; --"
        let missing: Int? = nil
        let statement: SQL = "SELECT * FROM users WHERE name = \(name) AND age > \(42) AND city = \(missing)"
        #expect(statement.text == "SELECT * FROM users WHERE name = $1 AND age > $2 AND city = $3")
        #expect(statement.parameters == [.text(name), .text("42"), .null])
    }

    @Test("takes another statement in, its parameters renumbered")
    func fragments() {
        let condition: SQL = "a = \(1) OR b = \("two")"
        let statement: SQL = "SELECT \(0) WHERE (\(condition)) AND c = \(true) AND (\(condition))"
        #expect(statement.text == "SELECT $1 WHERE (a = $2 OR b = $3) AND c = $4 AND (a = $5 OR b = $6)")
        #expect(
            statement.parameters == [.text("0"), .text("1"), .text("two"), .text("t"), .text("1"), .text("two")])
    }

    @Test("quotes names")
    func names() {
        let statement: SQL = "LISTEN \(identifier: "a\"b; c")"
        #expect(statement.text == "LISTEN \"a\"\"b; c\"")
        #expect(statement.parameters.isEmpty)
    }

    @Test("carries no Swift type that would let a string in as text")
    func literals() {
        let statement: SQL = "SELECT 1"
        #expect(statement.text == "SELECT 1")
        #expect(SQL.StringLiteralType.self == StaticString.self)
    }
}

@Suite("A timestamp") struct TimestampTests {
    @Test(
        "reads and writes RFC 3339",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-22T19:26:27.123456Z", 1_795_375_587_123_456),
            ("2000-02-29T23:59:59Z", 951_868_799_000_000), ("1969-12-31T23:59:59.999999Z", -1),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000), ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
        ])
    func known(text: String, microseconds: Int64) {
        #expect(Timestamp(text)?.microseconds == microseconds)
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test("understands offsets and PostgreSQL's form")
    func offsets() {
        let noon = Timestamp("2026-01-01T12:00:00Z")
        #expect(Timestamp("2026-01-01 12:00:00+00") == noon)
        #expect(Timestamp("2026-01-01T17:30:00+05:30") == noon)
        #expect(Timestamp("2026-01-01t09:00:00.0000009-03") == noon)
    }

    @Test(
        "refuses what is no moment",
        arguments: [
            "", "infinity", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00", "2026-01-01T00:00:00Zx", "0044-03-15 00:00:00+00 BC", "2026-01-01T00:00:00.Z",
            "10000-01-01T00:00:00Z",
        ])
    func refused(text: String) { #expect(Timestamp(text) == nil) }

    @Test("is the same after a thousand random round trips")
    func random() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let moment = Timestamp(
                microseconds: .random(in: -62_135_596_800_000_000...253_402_300_799_000_000, using: &random))
            #expect(Timestamp(moment.description) == moment)
        }
    }
}

@Suite("A unique id") struct UniqueIDTests {
    @Test("is a version 7 UUID that sorts by its moment")
    func form() throws {
        let early = UniqueID(at: Timestamp(secondsSince1970: 1_700_000_000))
        let late = UniqueID(at: Timestamp(secondsSince1970: 1_700_000_001))
        #expect(early < late && early.description < late.description)
        let characters = Array(early.description)
        #expect(characters.count == 36 && characters[14] == "7" && "89ab".contains(characters[19]))
        #expect(early.description.hasPrefix("018bcfe5-6800-7"))
        #expect(UniqueID(early.description) == early && UniqueID(early.description.uppercased()) == early)
    }

    @Test("is not read from other text", arguments: ["", "018bcfe568007", "018bcfe5-6800-7000-8000-00000000000g"])
    func refused(text: String) { #expect(UniqueID(text) == nil) }

    @Test("does not occur twice")
    func unique() {
        let moment = Timestamp.now()
        #expect(Set((0..<10_000).map { _ in UniqueID(at: moment) }).count == 10_000)
    }
}
