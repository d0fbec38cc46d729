/// Why a load cannot be made, or a caller cannot call; for the operator's eyes.
package struct LoadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reason.
    package let description: String

    /// A reason.
    package init(_ description: String) { self.description = description }
}
