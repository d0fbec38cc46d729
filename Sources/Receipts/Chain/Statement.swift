internal import Billing
public import Events
public import Money

/// What a session was agreed to be, as its receipt says it: the chain of its records begins with this.
public struct ReceiptTerms: Hashable, Sendable {
    /// The session's id.
    public var session: String
    /// The id of the customer's account.
    public var customer: String
    /// The id of the consultant's account.
    public var consultant: String
    /// How its media travelled: `relay` or `p2p`.
    public var mode: String
    /// What an hour costs.
    public var rate: Money
    /// Media seconds below which it costs nothing.
    public var thresholdSeconds: Int
    /// The platform's share in basis points.
    public var commissionBasisPoints: Int

    /// Terms.
    public init(
        session: String, customer: String, consultant: String, mode: String, rate: Money, thresholdSeconds: Int,
        commissionBasisPoints: Int
    ) {
        self.session = session
        self.customer = customer
        self.consultant = consultant
        self.mode = mode
        self.rate = rate
        self.thresholdSeconds = thresholdSeconds
        self.commissionBasisPoints = commissionBasisPoints
    }

    /// The terms as they are hashed.
    public var canonical: CanonicalJSON {
        .object([
            "session": .string(session), "customer": .string(customer), "consultant": .string(consultant),
            "mode": .string(mode), "rate": rate.canonical, "thresholdSeconds": .integer(Int64(thresholdSeconds)),
            "commissionBasisPoints": .integer(Int64(commissionBasisPoints)),
        ])
    }
}

/// A payment that a receipt is bound to.
public struct ReceiptPayment: Hashable, Sendable {
    /// The processor's id of it.
    public var id: String
    /// What was captured.
    public var captured: Money
    /// What of that was given back.
    public var refunded: Money

    /// A payment.
    public init(id: String, captured: Money, refunded: Money) {
        self.id = id
        self.captured = captured
        self.refunded = refunded
    }

    var canonical: CanonicalJSON {
        .object(["id": .string(id), "captured": captured.canonical, "refunded": refunded.canonical])
    }
}

/// What the records of a session come to.
public struct ReceiptTotals: Hashable, Sendable {
    /// The totals as they are signed.
    public let canonical: CanonicalJSON

    /// The totals of these records, with the seconds that are billed by the published rules (docs/money.md).
    public init(_ records: [SessionFlow]) {
        func sum(_ value: (SessionFlow) -> Int) -> CanonicalJSON {
            .integer(records.reduce(0) { min($0 + Int64(value($1)), CanonicalJSON.largest) })
        }
        func direction(_ side: KeyPath<SessionFlow, SessionFlow.Direction>) -> CanonicalJSON {
            .object([
                "packets": sum { $0[keyPath: side].packets }, "bytes": sum { $0[keyPath: side].bytes },
                "lost": sum { $0[keyPath: side].lost },
            ])
        }
        let time = BillableTime(records: records.map(\.billing))
        canonical = .object([
            "records": .integer(Int64(records.count)), "milliseconds": sum(\.milliseconds),
            "mediaSeconds": sum(\.mediaSeconds),
            "billableSeconds": .integer(Int64(time.billable(upTo: time.mediaSeconds))),
            "reconnectingSeconds": sum(\.reconnectingSeconds), "fromCustomer": direction(\.fromCustomer),
            "fromConsultant": direction(\.fromConsultant),
        ])
    }
}

extension Money {
    var canonical: CanonicalJSON { .object(["amount": .integer(amount), "currency": .string(currency.code)]) }
}
