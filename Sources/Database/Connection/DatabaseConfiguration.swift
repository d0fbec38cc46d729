internal import CPostgreSQL

/// Where the database is, and what every connection to it keeps to.
public struct DatabaseConfiguration: Sendable {
    /// A libpq connection URL or keyword string, with all of libpq's options (`sslmode`, `target_session_attrs`,
    /// several hosts, …). It may hold a password: never log it; `description` is what may be shown.
    public var url: String
    /// The connection's name in `pg_stat_activity`, unless the URL gives one.
    public var applicationName: String
    /// How long connecting may take.
    public var connectTimeout: Duration
    /// How long a statement may run; zero for no limit.
    public var statementTimeout: Duration
    /// How long a statement may wait for a lock; zero for no limit.
    public var lockTimeout: Duration
    /// How long a transaction may wait for its next statement; zero for no limit.
    public var idleInTransactionTimeout: Duration

    /// A configuration, with limits that suit a server.
    ///
    /// - Throws: `DatabaseError` with the code `configuration` where `url` is not well formed.
    public init(
        url: String, applicationName: String = "consult", connectTimeout: Duration = .seconds(5),
        statementTimeout: Duration = .seconds(10), lockTimeout: Duration = .seconds(5),
        idleInTransactionTimeout: Duration = .seconds(60)
    ) throws(DatabaseError) {
        self.url = url
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
        guard let options = Self.options(of: url) else {
            // libpq's own words may quote the password.
            throw DatabaseError(
                .configuration, "not a connection URL (postgresql://user@host:port/database?option=value)")
        }
        // libpq looks at them only when it connects.
        let ports = (options["port"] ?? "").split(separator: ",")
        guard ports.allSatisfy({ UInt16($0).map { $0 > 0 } == true }) else {
            throw DatabaseError(.configuration, "a port of the connection URL is not a number from 1 to 65535")
        }
        self.options = options
    }

    private let options: [String: String]

    /// The same server and limits, but another database.
    public func database(_ name: String) throws(DatabaseError) -> DatabaseConfiguration {
        var options = options
        options["dbname"] = name
        let url = options.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.quoted($0.value))" }.joined(separator: " ")
        return try DatabaseConfiguration(
            url: url, applicationName: applicationName, connectTimeout: connectTimeout,
            statementTimeout: statementTimeout, lockTimeout: lockTimeout,
            idleInTransactionTimeout: idleInTransactionTimeout)
    }

    /// A value in a libpq keyword string.
    static func quoted(_ value: String) -> String {
        var text = "'"
        for character in value.unicodeScalars {
            if character == "'" || character == "\\" { text += "\\" }
            text.unicodeScalars.append(character)
        }
        return text + "'"
    }

    /// The options that the URL gives; nil where it is not well formed.
    private static func options(of url: String) -> [String: String]? {
        guard !url.utf8.contains(0), let options = PQconninfoParse(url, nil) else { return nil }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }
}

extension DatabaseConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Host, port and database; never the password.
    public var description: String {
        let host = options["host"] ?? options["hostaddr"] ?? "local socket"
        return "\(host)\(options["port"].map { ":" + $0 } ?? "")/\(options["dbname"] ?? "")"
    }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Only what `description` shows.
    public var customMirror: Mirror { Mirror(self, children: ["server": description]) }
}
