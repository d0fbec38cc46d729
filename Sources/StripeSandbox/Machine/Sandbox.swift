/// How the stand-in differs from one use to another.
public struct SandboxOptions: Sendable, Equatable, Codable {
    /// Whether an account is ready as soon as an onboarding link was made for it, without anybody opening the link.
    public var enablesAccountsAtOnce = true
    /// What Stripe keeps of a captured charge, in hundredths of a percent.
    public var feeBasisPoints: Int64 = 290
    /// What it keeps besides, in minor units.
    public var feeFixed: Int64 = 30
    /// What a dispute costs, in minor units.
    public var disputeFee: Int64 = 1500
    /// Whether that is given back with a dispute that is won.
    public var givesDisputeFeeBack = false
    /// Seconds until a payout arrives.
    public var payoutSeconds: Int64 = 2
    /// Whether a payout of a schedule is made once its day has come.
    public var paysOutBySchedule = true

    /// The defaults.
    public init() {}
}

/// The stand-in for Stripe as a value: what it knows, and what a request does to it.
///
/// It has no clock, no socket and no chance in it: the same actions at the same times make the same objects, which is
/// how a journal of actions brings it back after a restart.
///
///     PaymentIntent: requires_payment_method -> requires_confirmation -> confirm
///       confirm -> requires_capture (manual) | succeeded | requires_action (owner there) | requires_payment_method (402)
///       requires_action -> page -> requires_capture | requires_payment_method
///       requires_capture -> capture (once; the rest is released) -> succeeded
///       any but succeeded -> canceled (also when a hold expires)
///
/// Every object of a connected account but payouts and balance lives at the platform: these are destination charges.
public struct Sandbox: Sendable, Codable {
    let options: SandboxOptions
    private let seed: UInt64
    private var made: UInt64 = 0
    /// By how many seconds its time is ahead.
    private(set) var ahead: Int64 = 0
    /// How many actions were applied.
    private(set) var applied: Int64 = 0

    var customers = Table<CustomerRow>()
    var methods = Table<MethodRow>()
    var setups = Table<SetupRow>()
    var intents = Table<IntentRow>()
    var charges = Table<ChargeRow>()
    var refunds = Table<RefundRow>()
    var transfers = Table<TransferRow>()
    var reversals = Table<ReversalRow>()
    var accounts = Table<AccountRow>()
    var links = Table<LinkRow>()
    var disputes = Table<DisputeRow>()
    var payouts = Table<PayoutRow>()
    var entries = Table<EntryRow>()
    var events = Table<EventRow>()
    var answers = Table<KeptAnswer>()
    /// Application fees and the charges they were taken from.
    var fees: [String: String] = [:]
    /// Sums of the entries, by account and currency.
    var balances: [String: [String: Int64]] = [:]
    /// What waits for a time.
    var waitingHolds: [String: Int64] = [:]
    var waitingPayouts: [String: Int64] = [:]
    var nextSchedule: Int64 = 0

    /// A stand-in that knows nothing yet.
    ///
    /// - Parameter seed: ids are made from it.
    public init(seed: UInt64, options: SandboxOptions = SandboxOptions()) {
        self.seed = seed
        self.options = options
    }

    /// An id that no object had before.
    mutating func makeID(_ prefix: String) -> String {
        made &+= 1
        var state = seed &+ made &* 0x9E37_79B9_7F4A_7C15
        var id = prefix
        for _ in 0..<2 {
            // SplitMix64 (Steele, Lea, Flood 2014).
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            word ^= word >> 31
            for _ in 0..<10 {
                id.append(Self.letters[Int(word % 62)])
                word /= 62
            }
        }
        return id + String(made, radix: 36)
    }

    private static let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    /// Does what is asked at `now` (seconds since 1970) and says what is answered.
    ///
    /// What became due meanwhile happens first: holds expire, payouts arrive. Events are in `events` afterwards.
    public mutating func apply(_ action: SandboxAction, fault: SandboxFault? = nil, now: Int64) -> SandboxReply {
        applied += 1
        if case .advance(let seconds) = action {
            ahead = min(ahead + min(max(seconds, 0), Self.longestAdvance), Self.lastSecond)
        }
        let time = min(max(now, 0), Self.lastSecond) + ahead
        let before = events.count
        settle(time)
        let reply = perform(action, fault: fault, now: time)
        if let mishap = fault?.mishap, events.count > before {
            for id in events.newestFirst.prefix(events.count - before) { events.update(id) { $0.mishap = mishap } }
        }
        events.keep(Self.eventLimit)
        answers.keep(Self.answerLimit)
        return reply
    }

    /// The events that were not delivered, oldest first.
    var undelivered: [EventRow] {
        events.newestFirst.reversed().compactMap { events[$0] }.filter { !$0.isDelivered }
    }

    /// How many actions came before: where a journal goes on.
    public var actionCount: Int64 { applied }

    private static let eventLimit = 20_000
    private static let answerLimit = 50_000
    /// No time is later, so that sums of times fit.
    private static let lastSecond: Int64 = 1 << 40
    private static let longestAdvance: Int64 = 366 * 86_400
}

/// What can be done to the stand-in.
public enum SandboxAction: Sendable, Equatable, Codable {
    /// A request to the API.
    case request(SandboxRequest)
    /// The page of a SetupIntent: its owner chose one of the test methods.
    case setUp(intent: String, secret: String, method: String)
    /// The page of a PaymentIntent that wants authentication: its owner agreed, or not.
    case authenticate(intent: String, secret: String, agrees: Bool)
    /// The page of an account link was filled in.
    case onboard(token: String)
    /// A customer went to the bank about a charge, or a part of it.
    case dispute(charge: String, amount: Int64?, reason: String, inquiry: Bool)
    /// The bank decided a dispute.
    case decide(dispute: String, won: Bool)
    /// The bank was not content with the answer to an inquiry, and takes the money.
    case escalate(dispute: String)
    /// An event reached its receiver.
    case delivered(event: String)
    /// Time passed.
    case advance(seconds: Int64)
}

/// What a request's key was answered with.
struct KeptAnswer: Codable, Sendable {
    let fingerprint: String
    let reply: SandboxReply
    let at: Int64
}
