public import Database

/// Where a page ended: what the next one starts after. It travels as an opaque cursor.
public protocol CursorKey: Sendable {
    /// The key as texts.
    var cursorParts: [String] { get }
    /// - Returns: nil where these texts are no such key.
    init?(cursorParts: [String])
}

extension UniqueID: CursorKey {
    /// The id.
    public var cursorParts: [String] { [description] }

    /// The id of one text.
    public init?(cursorParts: [String]) {
        guard cursorParts.count == 1 else { return nil }
        self.init(cursorParts[0])
    }
}
