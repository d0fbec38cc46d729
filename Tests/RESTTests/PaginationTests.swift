import Database
import DatabaseTesting
import Foundation
import HTTPTypes
import REST
import Testing

@Suite("Pagination") struct PaginationTests {
    private struct Place: CursorKey, Equatable {
        var name: String
        var number: Int

        init(name: String, number: Int) {
            self.name = name
            self.number = number
        }

        var cursorParts: [String] { [name, "\(number)"] }

        init?(cursorParts: [String]) {
            guard cursorParts.count == 2, let number = Int(cursorParts[1]) else { return nil }
            self.init(name: cursorParts[0], number: number)
        }
    }

    private func call(_ query: [String: String]) -> Call {
        Call(route: "GET /x", query: query, address: "1.2.3.4", requestID: "r", logger: .quiet)
    }

    private let rows = (0..<45).map { Place(name: "ü/\"\(String(repeating: "?", count: $0 % 4))", number: $0) }

    /// What a database would give.
    private func list(_ query: [String: String]) throws -> (numbers: [Int], next: String?) {
        let page = try call(query).page(after: Place.self)
        let start = page.after.map { after in rows.firstIndex(of: after).map { $0 + 1 } ?? rows.count } ?? 0
        let listing = page.listing(of: Array(rows[start...].prefix(page.fetched)), key: { $0 }) { $0.number }
        return (listing.items, listing.next)
    }

    @Test("leads through the whole list, each item once", arguments: [1, 7, 20, 44, 45, 46, 100])
    func walk(limit: Int) throws {
        var seen: [Int] = []
        var cursor: String?
        repeat {
            var query = ["limit": "\(limit)"]
            query["cursor"] = cursor
            let page = try list(query)
            #expect(page.numbers.count <= limit)
            seen += page.numbers
            cursor = page.next
            if let cursor {
                let isPlain = cursor.allSatisfy {
                    $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_")
                }
                #expect(isPlain)
            }
        } while cursor != nil
        #expect(seen == Array(0..<45))
    }

    @Test("gives 20 items where nothing is said, and null behind the last")
    func defaults() throws {
        let page = try list([:])
        #expect(page.numbers.count == 20)
        let last = String(decoding: Reply.json(Listing(items: [1])).body, as: UTF8.self)
        #expect(last == #"{"items":[1],"next":null}"#)
    }

    @Test("refuses limits out of range", arguments: ["0", "-1", "101", "x", "", "1.5", "+5", "99999999999999999999"])
    func limits(text: String) {
        let problem = #expect(throws: Problem.self) { try call(["limit": text]).page(after: Place.self) }
        #expect(problem?.status == .badRequest && problem?.code == "invalid_limit")
    }

    @Test("refuses cursors that it did not give")
    func cursors() throws {
        let foreign = try #require(
            Page<UniqueID>(limit: 1).listing(of: [UniqueID(), UniqueID()], key: { $0 }, \.description).next)
        let long = String(repeating: "A", count: 513)
        for text in ["", "x", "====", "bm9uc2Vuc2U", "W10", "WzFd", "WyJhIiwiYiJd", foreign, long, "ü", "a+b/"] {
            let problem = #expect(throws: Problem.self, "\(text)") {
                try call(["cursor": text]).page(after: Place.self)
            }
            #expect(problem?.status == .badRequest && problem?.code == "invalid_cursor")
        }
        #expect(try call(["cursor": foreign]).page(after: UniqueID.self).after != nil)
    }
}
