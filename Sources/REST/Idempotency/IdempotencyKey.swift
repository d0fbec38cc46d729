public import HTTPTypes

/// The `Idempotency-Key` header field: what makes a request that is sent twice take effect once.
public enum IdempotencyKey {
    /// The key of a request.
    ///
    /// - Throws: ``Problem`` of status 400 where there is one that is not 1 to 255 visible ASCII characters.
    public static func read(_ headers: HTTPFields) throws(Problem) -> String? {
        guard let name = HTTPField.Name("Idempotency-Key"), headers.contains(name) else { return nil }
        let values = headers[values: name]
        guard values.count == 1, let key = values.first, (1...255).contains(key.utf8.count),
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Problem(
                .badRequest, code: "invalid_idempotency_key",
                "An Idempotency-Key is 1 to 255 visible ASCII characters, given once.")
        }
        return key
    }
}
