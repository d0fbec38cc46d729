/// What a text means, as a direction: a vector of length one.
public struct SentenceVector: Sendable, Hashable {
    /// The coordinates.
    public let values: [Float]

    /// The vector of these coordinates, which have length one.
    public init(_ values: [Float]) { self.values = values }
}
