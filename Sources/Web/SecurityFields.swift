/// The header fields by which a browser is told what a page may do.
public enum SecurityFields {
    /// A field's name and value.
    public typealias Field = (name: String, value: String)

    /// For the web client's own pages. The client loads nothing from elsewhere and is shown in nobody's frame; media come
    /// from the camera, as blobs for previews, and from peers.
    ///
    /// - Parameter origins: where it connects besides its own origin: `ws://example.org:8081`.
    public static func page(connectingTo origins: [String]) -> [Field] {
        let connect = (["'self'"] + origins).joined(separator: " ")
        let policy =
            "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
            + "media-src 'self' blob: mediastream:; font-src 'self'; worker-src 'self' blob:; "
            + "connect-src \(connect); object-src 'none'; base-uri 'none'; form-action 'self'; "
            + "frame-ancestors 'none'"
        return [
            ("Content-Security-Policy", policy),
            ("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self)"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ] + everywhere
    }

    /// For what is read by programs and never shown as a page.
    public static let data: [Field] =
        [("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")] + everywhere

    /// For whatever comes from an address that is reached by TLS: it is never to be asked for without.
    public static let strictTransport: Field = ("Strict-Transport-Security", "max-age=31536000")

    private static let everywhere: [Field] = [
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
    ]
}
