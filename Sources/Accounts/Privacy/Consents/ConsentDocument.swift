/// What somebody can agree to.
public enum ConsentDocument: String, Sendable, Hashable, CaseIterable, Codable {
    /// The terms of use.
    case terms
    /// The privacy notice.
    case privacy
    /// That calls may be recorded, where both sides agree.
    case recording
    /// Mail about anything but the account and its sessions.
    case marketing

    /// The version that is shown now; a new one is agreed to anew.
    public var currentVersion: String {
        switch self {
        case .terms, .privacy, .recording, .marketing: "2026-01"
        }
    }

    /// Whether an account needs it: then it cannot be withdrawn, but the account deleted.
    public var isRequired: Bool {
        switch self {
        case .terms, .privacy: true
        case .recording, .marketing: false
        }
    }
}

/// That somebody agreed to a version of a document, or no longer does.
public struct ConsentChoice: Sendable, Hashable, Decodable {
    /// What.
    public let document: ConsentDocument
    /// Which version of it they were shown.
    public let version: String
    /// Whether they agreed.
    public let granted: Bool

    /// A choice; about the current version where none is named.
    public init(_ document: ConsentDocument, version: String? = nil, granted: Bool) {
        self.document = document
        self.version = version ?? document.currentVersion
        self.granted = granted
    }
}
