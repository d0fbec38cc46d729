/// Why somebody reports something.
public enum ReportReason: String, Sendable, Hashable, CaseIterable, Decodable {
    /// Insults, threats, harassment.
    case abusive
    /// An attempt to cheat.
    case fraud
    /// Payment was to be made elsewhere.
    case offPlatform = "off_platform"
    /// What is said is not true.
    case misleading
    /// Somebody's private matters.
    case privacy
    /// Advertising.
    case spam
    /// Something else, which is told in words.
    case other

    /// The reason as a mail says it.
    var words: String {
        switch self {
        case .abusive: "insulting or threatening behaviour"
        case .fraud: "an attempt to cheat"
        case .offPlatform: "asking for payment outside of Consultant Connect"
        case .misleading: "misleading statements"
        case .privacy: "disclosing private matters of others"
        case .spam: "advertising"
        case .other: "a breach of the terms of use"
        }
    }
}
