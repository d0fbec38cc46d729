import Database
import Foundation
import Testing

@testable import Matching

@Suite("Words")
struct WordTests {
    @Test("become stems, as Porter's second algorithm has them")
    func stems() {
        let samples = [
            "running": "run", "consistency": "consist", "relational": "relat", "hopping": "hop", "hoping": "hope",
            "ties": "tie", "cries": "cri", "happiness": "happi", "knightly": "knight", "sensational": "sensat",
            "databases": "databas", "generalization": "general", "gas": "gas", "this": "this", "kiwis": "kiwi",
        ]
        for (word, stem) in samples { #expect(Stemmer.stem(word) == stem, "\(word)") }
        for word in ["", "a", "'", "''s", "eed", "ing", "ß", "日本", "c++", "yyyy"] { _ = Stemmer.stem(word) }
    }

    @Test("are cut at punctuation, with names such as C++ and Node.js whole")
    func words() {
        #expect(Words.of("C++, C# and Node.js - don't!") == ["c++", "c#", "and", "node.js", "dont"])
        #expect(Words.of("…?!  \n").isEmpty)
    }
}

@Suite("Keywords")
struct KeywordTests {
    private func tags(_ title: String, _ body: String, in index: RelevanceIndex = RelevanceIndex()) -> [String] {
        KeywordExtractor().keywords(title: title, body: body, in: index).map(\.tag)
    }

    @Test("are found by synonyms, through slips of the pen, and by what people say instead")
    func found() {
        #expect(tags("postgres is down", "").contains("PostgreSQL"))
        #expect(tags("Help with kubernets", "").contains("Kubernetes"))
        let react = tags("My React app re-renders too often", "")
        #expect(react.contains("React") && react.contains("Performance"))
        #expect(tags("Hello", "Thank you very much").isEmpty)
    }

    @Test("weigh more where they are rare, and name tags that only the profiles have")
    func rarity() {
        var index = RelevanceIndex()
        for number in 0..<20 {
            index.set(
                person(number), ProfileText(headline: "", bio: "", tags: number == 0 ? ["Falconry", "SQL"] : ["SQL"]),
                vectors: [])
        }
        let keywords = KeywordExtractor().keywords(title: "SQL and falconry", body: "", in: index)
        #expect(keywords.first?.tag == "Falconry" && keywords.contains { $0.tag == "SQL" && $0.weight < 1 })
        #expect(keywords.allSatisfy { (0...1).contains($0.weight) })
    }
}

@Suite("A profile's passages")
struct PassageTests {
    @Test("begin with the whole, and cover all of a long bio in eight")
    func passages() {
        let bio = (1...30).map { "Sentence number \($0) is here." }.joined(separator: " ")
        let passages = ProfileText(headline: "Head", bio: bio, tags: ["A", "B"]).passages
        #expect(passages.count == 8 && passages[1] == "Head" && passages[2] == "A, B")
        for number in 1...30 { #expect(passages.dropFirst(3).contains { $0.contains("number \(number) is") }) }
        #expect(ProfileText(headline: "", bio: "", tags: []).passages == [""])
    }
}

@Suite("The index of profiles, by words alone")
struct RelevanceIndexTests {
    private static let people = [
        ProfileText(headline: "PostgreSQL tuning", bio: "Slow queries and vacuum.", tags: ["PostgreSQL", "SQL"]),
        ProfileText(headline: "Gardens", bio: "Soil, roses and shade.", tags: ["Gardening"]),
        ProfileText(headline: "Databases of all kinds", bio: "MySQL mostly.", tags: ["MySQL", "SQL"]),
    ]

    private func index() -> RelevanceIndex {
        var index = RelevanceIndex()
        for (number, text) in Self.people.enumerated() { index.set(person(number), text, vectors: []) }
        return index
    }

    private func rank(_ index: RelevanceIndex, _ title: String, excluding: Set<UniqueID> = []) -> [UniqueID] {
        index.rank(RelevanceQuery(title: title, body: "", tags: [], vector: nil), limit: 5, excluding: excluding)
            .map(\.id)
    }

    @Test("puts whoever has the rare words first, forgives a slip, and finds nobody for a stranger's question")
    func ranks() {
        let index = index()
        #expect(rank(index, "postgresql slow queries sql").first == person(0))
        #expect(rank(index, "postgresqll vacuum").first == person(0))
        #expect(rank(index, "falconry").isEmpty)
        #expect(rank(index, "sql", excluding: [person(0)]) == [person(2)])
    }

    @Test("looks at those alone who are named")
    func among() {
        func rank(_ among: Set<UniqueID>?, excluding: Set<UniqueID> = []) -> [UniqueID] {
            let query = RelevanceQuery(title: "sql", body: "", tags: [], vector: nil)
            return index().rank(query, limit: 5, excluding: excluding, among: among).map(\.id)
        }
        #expect(Set(rank(nil)) == [person(0), person(2)])
        #expect(rank([person(1), person(2), person(9)]) == [person(2)])
        #expect(rank([person(0), person(2)], excluding: [person(2)]) == [person(0)])
        #expect(rank([]).isEmpty)
    }

    @Test("keeps the greatest of many numbers")
    func greatest() {
        var chance = SystemRandomNumberGenerator()
        for count in [1, 2, 7, 64, 500] {
            // Many of them equal.
            let numbers = (0..<count).map { _ in Float(Int.random(in: 0...100, using: &chance)) }
            for limit in [1, 3, 64] {
                var greatest = Greatest(limit)
                for number in numbers { greatest.offer(number) }
                #expect(greatest.least == (count >= limit ? numbers.sorted(by: >)[limit - 1] : nil))
            }
        }
    }

    @Test("finds after many changes what a new index finds")
    func changes() {
        let words = ["sql", "roses", "bees", "taxes", "vacuum", "hives"]
        var chance = SystemRandomNumberGenerator()
        var index = RelevanceIndex()
        var kept: [Int: ProfileText] = [:]
        for _ in 0..<300 {
            let number = Int.random(in: 0..<20, using: &chance)
            if Bool.random(using: &chance) {
                let bio = words.shuffled(using: &chance).prefix(3).joined(separator: " ")
                let text = ProfileText(headline: "", bio: bio, tags: [words.randomElement(using: &chance) ?? ""])
                kept[number] = text
                index.set(person(number), text, vectors: [])
            } else {
                kept[number] = nil
                index.remove(person(number))
            }
        }
        var fresh = RelevanceIndex()
        for (number, text) in kept { fresh.set(person(number), text, vectors: []) }
        for word in words + ["vacum"] {
            let query = RelevanceQuery(title: word, body: "", tags: [], vector: nil)
            #expect(index.rank(query, limit: 20).map(\.id) == fresh.rank(query, limit: 20).map(\.id))
        }
    }

    @Test("forgets and replaces profiles, and nothing else")
    func keeps() {
        var index = index()
        index.remove(person(0))
        index.remove(person(9))
        #expect(index.count == 2 && rank(index, "postgresql vacuum").isEmpty)
        #expect(rank(index, "roses") == [person(1)] && rank(index, "mysql") == [person(2)])
        index.set(person(1), ProfileText(headline: "Bees", bio: "", tags: ["Beekeeping"]), vectors: [])
        #expect(rank(index, "roses").isEmpty && rank(index, "beekeeping") == [person(1)])
        #expect(index.tag("gardening") == nil && index.tag("sql")?.count == 1)
    }

    @Test("does on the labelled set what words alone can do")
    func labelled() throws {
        let place = Bundle.module.url(forResource: "questions", withExtension: "json", subdirectory: "Sets")
        let file = try #require(place)
        let set = try LabelledSet(json: Array(Data(contentsOf: file)))
        #expect(set.questions.count >= 200 && Set(set.consultants.flatMap(\.tags)).count >= 40)
        let figures = RankingFigures(RankingEvaluation.engine(set, model: nil).mapValues { $0.map(\.id) }, of: set)
        // Words alone; `consult match evaluate` prints what the model adds.
        #expect(figures.precisionAt3 > 0.35 && figures.mrr > 0.42)
    }

    @Test("refuses a set that names somebody twice, or somebody who is not there")
    func malformed() {
        let person = #"{"id": "a", "headline": "", "bio": "", "tags": []}"#
        let twice = #"{"consultants": [\#(person), \#(person)], "questions": []}"#
        #expect(throws: LabelledSet.Malformed.self) { try LabelledSet(json: Array(twice.utf8)) }
        let stranger = #"{"consultants": [], "questions": [{"id": "q", "title": "", "body": "", "relevant": ["b"]}]}"#
        #expect(throws: LabelledSet.Malformed.self) { try LabelledSet(json: Array(stranger.utf8)) }
        #expect(throws: LabelledSet.Malformed.self) { try LabelledSet(json: Array(#"{"questions": []}"#.utf8)) }
    }
}
