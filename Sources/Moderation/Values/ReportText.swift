internal import Accounts

/// Words of people and administrators: bounded, printable, on as many lines as they like.
enum ReportText {
    static let longest = 2000
    static let expectation = "at most \(longest) printable characters"

    /// - Returns: nil where they are too long or not printable; empty ones stay empty.
    static func read(_ text: String?) -> String? {
        guard let text else { return "" }
        return text.unicodeScalars.count <= longest && text.isPrintable(except: ["\n", "\r", "\t"])
            ? text.trimmed() : nil
    }
}
