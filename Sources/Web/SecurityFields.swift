/// The header fields by which a browser is told what a page may do.
public enum SecurityFields {
    /// A field's name and value.
    public typealias Field = (name: String, value: String)

    /// For the web client's own pages. The client loads nothing from elsewhere and is shown in nobody's frame; media come
    /// from the camera, as blobs for previews, and from peers. Only where cards are sent to Stripe by the browser, its script
    /// and its frames are let in, too (docs.stripe.com/security/guide, "Content security policy").
    ///
    /// - Parameters:
    ///   - origins: where it connects besides its own origin: `ws://example.org:8081`.
    ///   - sendsCards: whether the page sends cards to Stripe.
    public static func page(connectingTo origins: [String], sendsCards: Bool = false) -> [Field] {
        let connect = (["'self'"] + origins + (sendsCards ? ["https://api.stripe.com"] : [])).joined(separator: " ")
        let stripe = sendsCards ? " https://js.stripe.com https://*.js.stripe.com" : ""
        let frames = sendsCards ? "frame-src 'self'\(stripe) https://hooks.stripe.com; " : ""
        let policy =
            "default-src 'self'; script-src 'self'\(stripe); style-src 'self'; img-src 'self' data: blob:; "
            + "media-src 'self' blob: mediastream:; font-src 'self'; worker-src 'self' blob:; "
            + "connect-src \(connect); \(frames)object-src 'none'; base-uri 'none'; form-action 'self'; "
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
