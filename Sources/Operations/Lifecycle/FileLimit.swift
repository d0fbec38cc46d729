import Foundation

/// Raises the number of files this process may open to the most that the system allows it: each peer of a call holds
/// several sockets, and the usual limit of 1024 is meant for programs that use select(2).
///
/// - Returns: the limit in force.
@discardableResult
public func raiseFileLimit() -> UInt64 {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    if limit.rlim_cur < limit.rlim_max {
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
    }
    return UInt64(limit.rlim_cur)
}
