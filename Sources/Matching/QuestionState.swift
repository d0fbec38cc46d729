/// Where a question stands.
public enum QuestionState: String, Sendable, Codable, CaseIterable {
    /// In line: nobody is being asked at the moment.
    case open
    /// Consultants are being asked.
    case matching
    /// A consultant has accepted.
    case accepted
    /// Nobody was found in time.
    case expired
    /// The customer no longer asks.
    case cancelled
}
