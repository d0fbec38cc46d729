/// What a question is about, and how much that tells.
public struct Keyword: Sendable, Hashable, Codable {
    /// The tag.
    public let tag: String
    /// From 0 to 1: rare ones that the text names tell most.
    public let weight: Double

    /// A tag and its weight.
    public init(tag: String, weight: Double) {
        self.tag = tag
        self.weight = weight
    }
}
