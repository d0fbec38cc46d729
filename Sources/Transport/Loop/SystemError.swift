import Glibc

/// A system call that failed.
public struct SystemError: Error, Sendable, CustomStringConvertible {
    /// The call's name.
    public let call: String
    /// Its `errno`.
    public let code: Int32

    /// The failure of `call`, with the present `errno` unless a code is given.
    public init(call: String, code: Int32? = nil) {
        self.call = call
        self.code = code ?? errno
    }

    /// The call and the system's words for the error.
    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}
