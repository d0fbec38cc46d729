public import Identifiers

/// What the signaling core tells the marketplace behind it.
///
/// The core knows no database and waits for none: it calls these outside its own thread, for each user one after the
/// other, in the order in which things happened. A call returns once what it says is durable; the same may be said
/// twice.
public protocol Marketplace: Sendable {
    /// A consultant wishes to be available, or not.
    ///
    /// - Throws: where it could not be kept. The consultant is told so, and may ask again.
    func setAvailable(_ user: UserID, _ available: Bool) async throws

    /// A consultant's last connection has been gone for a minute.
    ///
    /// - Throws: where it could not be kept. It is said again later, unless the consultant is back by then.
    func wentOffline(_ user: UserID) async throws
}
