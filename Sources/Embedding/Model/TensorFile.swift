internal import Foundation

/// The tensors of a file in the safetensors format: eight bytes with the length of a JSON header, the header, the numbers.
/// Whatever the file says is checked before it is believed.
struct TensorFile {
    private struct Entry: Decodable {
        var dtype: String
        var shape: [Int]
        var data_offsets: [Int]
    }

    /// A member of the header: a tensor's entry, or something else, such as `__metadata__`.
    private struct MaybeEntry: Decodable {
        let entry: Entry?

        init(from decoder: any Decoder) { entry = try? Entry(from: decoder) }
    }

    private let path: String
    private let data: Data
    private let base: Int
    private let entries: [String: Entry]

    /// Reads a file's header.
    init(path: String) throws(EmbeddingError) {
        guard let data = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else {
            throw EmbeddingError(.unreadable, path)
        }
        guard data.count >= 8 else { throw EmbeddingError(.malformed, "\(path) is too short") }
        let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length <= UInt64(data.count - 8), length < 100 << 20 else {
            throw EmbeddingError(.malformed, "\(path): the header is longer than the file")
        }
        base = 8 + Int(length)
        let header = data.subdata(in: 8..<base)
        guard let entries = try? JSONDecoder().decode([String: MaybeEntry].self, from: header) else {
            throw EmbeddingError(.malformed, "\(path): the header is no JSON object")
        }
        self.path = path
        self.data = data
        self.entries = entries.compactMapValues(\.entry)
    }

    /// A tensor of 32-bit floats of this shape.
    func floats(_ name: String, _ shape: [Int]) throws(EmbeddingError) -> [Float] {
        guard let entry = entries[name] else { throw EmbeddingError(.malformed, "\(path) lacks \(name)") }
        let count = shape.reduce(1, *)
        guard entry.dtype == "F32", entry.shape == shape else {
            throw EmbeddingError(.malformed, "\(path): \(name) is \(entry.dtype) \(entry.shape), not F32 \(shape)")
        }
        guard entry.data_offsets.count == 2, entry.data_offsets[0] >= 0,
            entry.data_offsets[1] <= data.count - base, entry.data_offsets[1] - entry.data_offsets[0] == count * 4
        else { throw EmbeddingError(.malformed, "\(path): the numbers of \(name) are not in the file") }
        let start = base + entry.data_offsets[0]
        return data.withUnsafeBytes { bytes in
            [Float](unsafeUninitializedCapacity: count) { buffer, size in
                for index in 0..<count {
                    let bits = bytes.loadUnaligned(fromByteOffset: start + index * 4, as: UInt32.self)
                    buffer[index] = Float(bitPattern: UInt32(littleEndian: bits))
                }
                size = count
            }
        }
    }
}
