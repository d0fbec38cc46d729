internal import Database
internal import HTTPTypes

extension Problem {
    /// The one table from errors to refusals. What is not in it is our own fault: nil, which becomes 500.
    public init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as DatabaseError:
            if error.isUnavailable || error.isTransactionConflict || error.isLockTimeout || error.isStatementTimeout {
                self = .unavailable("The database cannot answer at the moment.")
            } else if error.sqlState?.category == "22" || error.code == .invalidParameter {
                self = Problem(.unprocessableContent, code: "invalid_content", "A value cannot be stored.")
            } else {
                return nil
            }
        default: return nil
        }
    }
}
