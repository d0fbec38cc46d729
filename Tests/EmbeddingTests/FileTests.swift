import Foundation
import Testing

@testable import Embedding

@Suite("A file of tensors")
struct FileTests {
    private func error(_ bytes: [UInt8]) throws -> EmbeddingError.Code? {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("tensors-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        do throws(EmbeddingError) {
            _ = try TensorFile(path: file.path).floats("x", [2])
            return nil
        } catch {
            return error.code
        }
    }

    private func file(_ header: String, numbers: Int) -> [UInt8] {
        let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
        return length + Array(header.utf8) + [UInt8](repeating: 0, count: numbers * 4)
    }

    @Test("is read where it is what it says, and refused where it is not")
    func refused() throws {
        #expect(try error(file(#"{"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#, numbers: 2)) == nil)
        let wrong = [
            [], [1, 2, 3], [255, 255, 255, 255, 255, 255, 255, 127], file("{", numbers: 0), file("[]", numbers: 2),
            file("{}", numbers: 2), file(#"{"x": 7}"#, numbers: 2),
            file(#"{"x": {"dtype": "F16", "shape": [2], "data_offsets": [0, 8]}}"#, numbers: 2),
            file(#"{"x": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}}"#, numbers: 3),
            file(#"{"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#, numbers: 1),
            file(#"{"x": {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}}"#, numbers: 2),
            file(#"{"x": {"dtype": "F32", "shape": [2], "data_offsets": [0]}}"#, numbers: 2),
            file(#"{"x": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}"#, numbers: 2),
        ]
        for bytes in wrong { #expect(try error(bytes) == .malformed, "\(bytes.count) bytes") }
        #expect(throws: EmbeddingError.self) { try SentenceModel(folder: "/nowhere") }
    }

    @Test("vectors survive as bytes, and only as whole ones")
    func bytes() {
        let vector = SentenceVector((0..<SentenceVector.dimension).map { Float($0) / 1000 })
        #expect(SentenceVector(bytes: vector.bytes) == vector)
        #expect(SentenceVector(bytes: Array(vector.bytes.dropLast())) == nil)
        #expect(SentenceVector(bytes: [UInt8](repeating: 0xFF, count: vector.bytes.count)) == nil)
    }

    @Test("an embedder refuses what does not fit into its queue, and answers all else")
    func bounded() async throws {
        let embedder = Embedder(try SentenceModel(folder: modelFolder), limit: 2)
        let answers = await withTaskGroup(of: EmbeddingError.Code?.self) { group in
            for number in 0..<40 {
                group.addTask {
                    do throws(EmbeddingError) {
                        let text = String(repeating: "words ", count: 200) + "\(number)"
                        _ = try await embedder.embed(text, for: .question)
                        return nil
                    } catch {
                        return error.code
                    }
                }
            }
            var answers: [EmbeddingError.Code?] = []
            for await answer in group { answers.append(answer) }
            return answers
        }
        #expect(answers.contains(.busy) && answers.contains(nil) && answers.allSatisfy { $0 == nil || $0 == .busy })
        #expect(embedder.waiting == 0)
    }
}
