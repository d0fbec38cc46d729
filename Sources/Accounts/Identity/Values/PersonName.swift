/// A name that others see: one line of 1 to 80 characters.
public struct PersonName: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The name, without the white space around it.
    public let text: String

    /// Unicode scalars a name may have at most: what a room token takes.
    public static let maximumLength = 80

    /// - Returns: nil where `text` is empty, too long, or has control characters or such that turn the line around.
    public init?(_ text: String) {
        let trimmed = text.trimmed()
        let scalars = trimmed.unicodeScalars
        guard (1...Self.maximumLength).contains(scalars.count), scalars.allSatisfy(Self.isHarmless) else { return nil }
        self.text = trimmed
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
        // Bidirectional overrides and isolates can make one name look like another.
        case .format: scalar.value == 0x200D || scalar.value == 0x200C
        default: true
        }
    }

    /// Not the name: it is personal.
    public var description: String { "a name" }
    /// Not the name: it is personal.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
