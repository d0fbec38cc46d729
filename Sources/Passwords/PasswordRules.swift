internal import Foundation

/// What a password must be like. Length is what matters (NIST SP 800-63B, section 5.1.1.2): no kinds of characters are
/// asked for, and none are forbidden.
public struct PasswordRules: Sendable, Hashable {
    /// The fewest characters: NIST's minimum.
    public var minimumCharacters = 8
    /// The most bytes, so that nobody sends us books to hash.
    public var maximumBytes = 1000

    /// The rules of the house.
    public init() {}

    /// What is wrong with a password for this person; empty where nothing is.
    public func problems(with password: String, email: String, name: String) -> [PasswordProblem] {
        // Before anything that takes longer the longer the password is.
        guard password.utf8.count <= maximumBytes else { return [.tooLong(maximumBytes: maximumBytes)] }
        let composed = password.precomposedStringWithCanonicalMapping
        var problems: [PasswordProblem] = []
        if composed.unicodeScalars.count < minimumCharacters {
            problems.append(.tooShort(minimumCharacters: minimumCharacters))
        }
        let plain = Self.plain(composed)
        let account = email.prefix { $0 != "@" }
        if !plain.isEmpty, [Self.plain(email), Self.plain(account)].contains(plain) { problems.append(.isEmail) }
        if !plain.isEmpty, plain == Self.plain(name) { problems.append(.isName) }
        if CommonPasswords.contains(composed.lowercased()) { problems.append(.isCommon) }
        return problems
    }

    /// Without case, spaces and punctuation, in which a guess may differ.
    private static func plain(_ text: some StringProtocol) -> String {
        text.precomposedStringWithCanonicalMapping.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}

/// What is wrong with a password.
public enum PasswordProblem: Error, Sendable, Hashable {
    /// It has fewer characters than this.
    case tooShort(minimumCharacters: Int)
    /// It has more bytes than this.
    case tooLong(maximumBytes: Int)
    /// It is the person's e-mail address, or the part before the @.
    case isEmail
    /// It is the person's name.
    case isName
    /// It is among those that are tried first.
    case isCommon

    /// The problem's name for programs.
    public var code: String {
        switch self {
        case .tooShort: "password_too_short"
        case .tooLong: "password_too_long"
        case .isEmail: "password_is_email"
        case .isName: "password_is_name"
        case .isCommon: "password_too_common"
        }
    }
}

extension PasswordProblem: CustomStringConvertible {
    /// The problem in words for the person who chooses the password.
    public var description: String {
        switch self {
        case .tooShort(let minimum):
            "Use at least \(minimum) characters. Three or four words that do not belong together do well."
        case .tooLong(let maximum): "Use at most \(maximum) bytes."
        case .isEmail: "Use something else than your e-mail address."
        case .isName: "Use something else than your name."
        case .isCommon: "Many people use this password, so it is guessed first. Use another one."
        }
    }
}
