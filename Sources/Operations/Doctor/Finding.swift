/// What the doctor found about one thing.
public struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// How bad it is.
    public enum Verdict: String, Sendable {
        /// As it should be.
        case ok
        /// It works, but not for everybody or not for long.
        case warn
        /// It will not work.
        case fail
    }

    /// How bad it is.
    public let verdict: Verdict
    /// What was looked at.
    public let subject: String
    /// What was found, and what to do about it.
    public let detail: String

    /// A finding.
    public init(_ verdict: Verdict, _ subject: String, _ detail: String) {
        self.verdict = verdict
        self.subject = subject
        self.detail = detail
    }

    /// `ok    signal port: 8081 is free`.
    public var description: String {
        verdict.rawValue + String(repeating: " ", count: 6 - verdict.rawValue.count) + subject + ": " + detail
    }
}
