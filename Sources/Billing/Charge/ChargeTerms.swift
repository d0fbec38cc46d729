/// What a session is charged by: fixed when it is accepted, whatever the settings become later.
public struct ChargeTerms: Hashable, Sendable, Codable {
    /// What seconds cost.
    public let prices: Prices
    /// A call that ends before this media second costs nothing.
    public let thresholdSeconds: Int
    /// Media seconds that are held and captured at once.
    public let windowSeconds: Int
    /// So many media seconds before a window begins its money is held.
    public let leadSeconds: Int
    /// So long after a window is full its capture may remain unanswered before the horizon moves without it, in seconds.
    public let patienceSeconds: Int
    /// At most so many full windows may be without an answer to their capture while the horizon moves on: what the
    /// consultant risks while the processor is away.
    public let unsettledWindows: Int
    /// So often a card may fail for one window; after that no further attempt is made.
    public let attempts: Int

    /// Terms. The lead is at most a quarter of a window, so that short windows are not held long before they are wanted.
    ///
    /// - Throws: the refusal of prices by which a full window could not be charged.
    public init(
        prices: Prices, thresholdSeconds: Int = 600, windowSeconds: Int = 600, leadSeconds: Int = 60,
        patienceSeconds: Int = 2, unsettledWindows: Int = 2, attempts: Int = 5
    ) throws(Prices.Refusal) {
        let window = min(max(windowSeconds, 1), 86_400)
        try prices.check(windowSeconds: window)
        self.prices = prices
        self.thresholdSeconds = min(max(thresholdSeconds, 0), 86_400)
        self.windowSeconds = window
        self.leadSeconds = min(max(leadSeconds, 0), max(1, window / 4))
        self.patienceSeconds = min(max(patienceSeconds, 0), 86_400)
        self.unsettledWindows = max(unsettledWindows, 0)
        self.attempts = max(attempts, 1)
    }

    /// The media second at which a window begins; the first window is number 1.
    public func start(of window: Int) -> Int { (window - 1) * windowSeconds }

    /// The media second at which a window is over.
    public func end(of window: Int) -> Int { window * windowSeconds }

    /// The media second from which a window's price may be taken: it is full, and the threshold is reached.
    func takenFrom(_ window: Int) -> Int { max(end(of: window), thresholdSeconds) }
}
