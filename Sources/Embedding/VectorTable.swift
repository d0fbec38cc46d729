internal import COpenBLAS

/// Vectors in one block of memory, so that one question is compared with all of them in one product.
public struct VectorTable: Sendable {
    private var block: [Float] = []

    /// No vectors.
    public init() {}

    /// How many there are.
    public var count: Int { block.count / SentenceVector.dimension }

    /// Appends a vector.
    public mutating func append(_ vector: SentenceVector) { block += vector.values }

    /// Replaces a vector.
    public mutating func replace(_ index: Int, with vector: SentenceVector) {
        guard (0..<count).contains(index) else { return }
        let start = index * SentenceVector.dimension
        block.replaceSubrange(start..<start + SentenceVector.dimension, with: vector.values)
    }

    /// Removes the last vector.
    public mutating func removeLast() { block.removeLast(min(block.count, SentenceVector.dimension)) }

    /// The vector at a place.
    public subscript(index: Int) -> SentenceVector {
        let start = index * SentenceVector.dimension
        return SentenceVector(Array(block[start..<start + SentenceVector.dimension]))
    }

    /// How alike a vector is to each of the table's: their cosines, in the table's order.
    public func cosines(with vector: SentenceVector) -> [Float] {
        guard count > 0, vector.values.count == SentenceVector.dimension else { return [] }
        return [Float](unsafeUninitializedCapacity: count) { result, size in
            block.withUnsafeBufferPointer { block in
                vector.values.withUnsafeBufferPointer { vector in
                    cblas_sgemv(
                        CblasRowMajor, CblasNoTrans, numericCast(count), numericCast(SentenceVector.dimension), 1,
                        block.baseAddress, numericCast(SentenceVector.dimension), vector.baseAddress, 1, 0,
                        result.baseAddress, 1)
                }
            }
            size = count
        }
    }
}
