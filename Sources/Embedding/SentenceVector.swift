/// What a text means, as a direction: a vector of length one.
public struct SentenceVector: Sendable, Hashable {
    /// How many coordinates there are.
    public static let dimension = 384

    /// The coordinates.
    public let values: [Float]

    /// The vector of these coordinates, which have length one.
    public init(_ values: [Float]) { self.values = values }

    /// The vector of little-endian floats.
    ///
    /// - Returns: nil where there are not ``dimension`` of them, or one is no number.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.dimension * 4 else { return nil }
        values = bytes.withUnsafeBytes { buffer in
            (0..<Self.dimension).map { index in
                Float(
                    bitPattern: UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
            }
        }
        guard values.allSatisfy(\.isFinite) else { return nil }
    }

    /// The coordinates as little-endian floats.
    public var bytes: [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    }

    /// How alike two meanings are: the cosine of the angle between them, -1 to 1.
    public func dot(_ other: SentenceVector) -> Float {
        zip(values, other.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
