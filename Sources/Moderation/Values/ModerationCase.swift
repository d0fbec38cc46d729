/// What somebody reported, and what is decided about it.
///
/// ```
///            dismiss ─────► dismissed
///            hide comment ► the stars count, the words are gone   (reports of a comment alone)
///   open ───┤
///            warn ────────► a mail
///            suspend ─────► cannot sign in ──lift──► as before
/// ```
///
/// It is decided once. Whoever comes second is refused, and may read what the first one decided.
public struct ModerationCase: Sendable, Hashable {
    /// What is reported.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Decodable {
        /// How the other side behaved in a session.
        case session
        /// What the customer wrote about it.
        case comment
    }

    /// What an administrator can decide.
    public enum Decision: String, Sendable, Hashable, CaseIterable, Decodable {
        /// Nothing is wrong.
        case dismiss
        /// The comment is no longer shown.
        case hideComment = "hide_comment"
        /// Whom it is about is warned.
        case warn
        /// Whom it is about can no longer sign in.
        case suspend
    }

    /// What follows from a decision, in this order.
    public enum Effect: Sendable, Hashable {
        /// The comment is no longer shown.
        case hideComment
        /// The audit log says that they were warned.
        case warn
        /// They can no longer sign in, and are signed out.
        case suspend
        /// They are told by mail.
        case tell
    }

    /// Why something cannot be decided.
    public enum Refusal: Error, Sendable, Hashable {
        /// It is decided.
        case alreadyDecided
        /// There is no comment to hide.
        case notAComment
    }

    /// What is reported.
    public let kind: Kind
    /// What was decided; nil while it is open.
    public private(set) var decision: Decision?

    /// A case as it is kept.
    public init(kind: Kind, decision: Decision? = nil) {
        self.kind = kind
        self.decision = decision
    }

    /// Decides it.
    ///
    /// - Returns: what follows.
    public mutating func decide(_ decision: Decision) throws(Refusal) -> [Effect] {
        guard self.decision == nil else { throw .alreadyDecided }
        if decision == .hideComment, kind != .comment { throw .notAComment }
        self.decision = decision
        switch decision {
        case .dismiss: return []
        case .hideComment: return [.hideComment, .tell]
        case .warn: return [.warn, .tell]
        case .suspend: return [.suspend, .tell]
        }
    }
}
