internal import HTTPTypes
internal import Web

/// The header fields that every answer has.
enum AnswerFields {
    /// What an answer is.
    enum Kind: Sendable {
        /// For programs.
        case data
        /// The web client, with what browsers are told about it.
        case page([SecurityFields.Field])
    }

    /// Adds what browsers are told about an answer; what its handler said itself stays.
    ///
    /// - Parameter isSecure: whether browsers reach us by TLS.
    static func addSecurity(to fields: inout HTTPFields, for kind: Kind, isSecure: Bool) {
        switch kind {
        case .data:
            add(dataFields, to: &fields)
            if fields[.cacheControl] == nil { fields[.cacheControl] = "no-store" }
        case .page(let security): add(parsed(security), to: &fields)
        }
        if isSecure { add(strictTransport, to: &fields) }
    }

    private static let dataFields = parsed(SecurityFields.data)
    private static let strictTransport = parsed([SecurityFields.strictTransport])

    private static func parsed(_ fields: [SecurityFields.Field]) -> HTTPFields {
        var parsed = HTTPFields()
        for (name, value) in fields {
            if let name = HTTPField.Name(name) { parsed[name] = value }
        }
        return parsed
    }

    private static func add(_ further: HTTPFields, to fields: inout HTTPFields) {
        for field in further where fields[field.name] == nil { fields.append(field) }
    }
}
