/// What every document says that is not about one session.
public struct InvoiceTerms: Sendable, Hashable {
    /// The tax within all prices. Each document keeps what held when it was issued.
    public struct Tax: Sendable, Hashable {
        /// The rate in hundredths of a percent.
        public let basisPoints: Int
        /// What documents say about it.
        public let text: String

        /// A tax; a rate beyond 0 to 10,000 is brought back into it.
        public init(basisPoints: Int, text: String) {
            self.basisPoints = min(max(basisPoints, 0), 10_000)
            self.text = text
        }

        /// No tax, and that it is none.
        public static let none = Tax(basisPoints: 0, text: "No tax is charged on this amount.")

        /// How much of a total, in minor units, is tax: half up.
        func part(of total: Int64) -> Int64 {
            let whole = Int128(10_000 + basisPoints)
            return Int64((Int128(max(total, 0)) * Int128(basisPoints) * 2 + whole) / (whole * 2))
        }
    }

    /// Whose documents they are: name and address, on one or more lines.
    public let issuer: String
    /// The tax within all prices.
    public let tax: Tax
    /// Whether no real money moves.
    public let isSimulated: Bool

    /// Terms.
    public init(issuer: String, tax: Tax = .none, isSimulated: Bool) {
        self.issuer = issuer
        self.tax = tax
        self.isSimulated = isSimulated
    }
}
