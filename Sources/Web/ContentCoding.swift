/// Whether a client takes content as gzip packs it (RFC 9110 §12.5.3).
public enum ContentCoding {
    /// - Parameter field: the `Accept-Encoding` header field; without one, nothing is packed.
    public static func acceptsGzip(_ field: String?) -> Bool {
        guard let field else { return false }
        return field.split(separator: ",").contains { entry in
            let parts = entry.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard parts.first == "gzip" else { return false }
            return !parts.dropFirst().contains(where: isRefusal)
        }
    }

    /// A weight of zero.
    private static func isRefusal(_ parameter: String) -> Bool {
        parameter.hasPrefix("q=0") && parameter.dropFirst(3).allSatisfy { ".0".contains($0) }
    }
}
