internal import HTTPTypes
internal import REST

/// As what a document is wanted.
enum DocumentFormat: String, CaseIterable, Sendable {
    case json, html, pdf

    var mediaType: String {
        switch self {
        case .json: "application/json"
        case .html: "text/html"
        case .pdf: "application/pdf"
        }
    }

    /// What a request asks for: by `?format=`, or else by `Accept` (RFC 9110 §12.5.1); JSON where it says nothing.
    ///
    /// - Throws: ``Problem``: 400 `invalid_format` for an unknown format, 406 `not_acceptable` where none is acceptable.
    static func wanted(by call: Call) throws(Problem) -> DocumentFormat {
        if let text = call.query["format"] {
            guard let format = DocumentFormat(rawValue: text) else {
                throw Problem(
                    .badRequest, code: "invalid_format", "The format is json, html or pdf.",
                    errors: [.init(pointer: "format", detail: "expected json, html or pdf")])
            }
            return format
        }
        guard let text = call.headers[.accept] else { return .json }
        let ranges = text.split(separator: ",").compactMap { MediaRange($0) }
        guard !ranges.isEmpty else { return .json }
        var best: (format: DocumentFormat, quality: Int)?
        for format in allCases {
            let quality = format.quality(in: ranges)
            if quality > best?.quality ?? 0 { best = (format, quality) }
        }
        guard let best else {
            throw Problem(
                .notAcceptable, code: "not_acceptable",
                "This can be had as application/json, text/html or application/pdf.")
        }
        return best.format
    }

    /// The quality of the range that says most about this format.
    private func quality(in ranges: [MediaRange]) -> Int {
        let type = mediaType.prefix { $0 != "/" } + "/*"
        for name in [mediaType, String(type), "*/*"] {
            if let range = ranges.first(where: { $0.name == name }) { return range.quality }
        }
        return 0
    }
}

/// A media range with its weight in thousandths.
private struct MediaRange {
    let name: String
    let quality: Int

    init?(_ text: Substring) {
        let parts = text.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
        guard let name = parts.first, name.contains("/") else { return nil }
        self.name = name
        let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
        quality = Int((min(max(weight ?? 1, 0), 1) * 1000).rounded())
    }
}
