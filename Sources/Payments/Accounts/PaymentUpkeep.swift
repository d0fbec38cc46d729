internal import Logging
public import ServiceLifecycle

/// What no request and no webhook brings about: payouts that a webhook missed, and customers of erased accounts that Stripe
/// still has.
public struct PaymentUpkeep: Service, CustomStringConvertible {
    /// What it is called in the log.
    public let description = "payment upkeep"
    private let accounts: PaymentAccounts
    private let interval: Duration
    private let roundsBetweenSyncs: Int

    /// A service that does not run yet.
    ///
    /// - Parameters:
    ///   - interval: between two looks for erased customers.
    ///   - roundsBetweenSyncs: payouts are read once in so many looks.
    public init(_ accounts: PaymentAccounts, interval: Duration = .seconds(60), roundsBetweenSyncs: Int = 60) {
        self.accounts = accounts
        self.interval = interval
        self.roundsBetweenSyncs = max(1, roundsBetweenSyncs)
    }

    /// Works until it is told to stop.
    public func run() async {
        await cancelWhenGracefulShutdown {
            var (round, isTroubled) = (0, false)
            while !Task.isCancelled {
                do {
                    try await accounts.removeErasedCustomers()
                    if round % roundsBetweenSyncs == roundsBetweenSyncs - 1 { try await accounts.syncAll() }
                    isTroubled = false
                } catch {
                    if Task.isCancelled { return }
                    if !isTroubled {
                        accounts.logger.warning("payments are not kept up", metadata: ["error": "\(error)"])
                    }
                    isTroubled = true
                }
                round = (round + 1) % roundsBetweenSyncs
                try? await Task.sleep(for: interval)
            }
        }
    }
}
