import Foundation
import Testing

@testable import Embedding

/// The model's folder, which scripts/setup fills.
let modelFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("models/all-MiniLM-L6-v2").path

@Suite("The sentence model, against its reference implementation")
struct ReferenceTests {
    private struct Reference: Decodable {
        struct Case: Decodable {
            var text: String
            var tokens: [Int]
            var vector: [Float]
        }
        var cases: [Case]
    }

    private static func cases() throws -> [Reference.Case] {
        let file = try #require(
            Bundle.module.url(forResource: "minilm-reference", withExtension: "json", subdirectory: "Reference"))
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file)).cases
    }

    @Test("cuts texts into the same word pieces")
    func tokens() throws {
        let model = try SentenceModel(folder: modelFolder)
        let cases = try Self.cases()
        #expect(cases.count == 20)
        for entry in cases { #expect(model.tokens(of: entry.text) == entry.tokens, "\(entry.text.prefix(60))") }
    }

    @Test("gives the same vectors, to a ten-thousandth")
    func vectors() throws {
        let model = try SentenceModel(folder: modelFolder)
        for entry in try Self.cases() {
            let vector = model.embed(entry.text)
            let distance = zip(vector.values, entry.vector).map { abs($0 - $1) }.max() ?? 1
            #expect(vector.values.count == entry.vector.count)
            #expect(distance < 1e-4, "\(entry.text.prefix(60)): \(distance)")
        }
    }

    @Test("gives them for several texts at once, too")
    func together() throws {
        let model = try SentenceModel(folder: modelFolder)
        let cases = try Self.cases()
        let vectors = model.embed(cases.map(\.text))
        #expect(vectors.count == cases.count)
        for (entry, vector) in zip(cases, vectors) {
            let distance = zip(vector.values, entry.vector).map { abs($0 - $1) }.max() ?? 1
            #expect(distance < 1e-4, "\(entry.text.prefix(60)): \(distance)")
        }
        #expect(model.embed([]).isEmpty)
    }
}
