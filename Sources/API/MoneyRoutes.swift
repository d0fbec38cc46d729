internal import HTTPTypes
internal import Identifiers
public import REST
public import Receipts

/// The part of the API's table that is about money: every path under `/api/v1`, who may use it, how often, and who answers.
public struct MoneyRoutes: Sendable {
    /// The parts that answer.
    public struct Handlers: Sendable {
        /// Receipts.
        public var receipts: ReceiptHandlers

        /// The parts that answer.
        public init(receipts: ReceiptHandlers) { self.receipts = receipts }
    }

    /// Every row.
    public static func table(_ handlers: Handlers) -> [Route] { receipts(handlers) }

    private static func receipts(_ handlers: Handlers) -> [Route] {
        [
            Route(.get, "/sessions/{id}/receipt", .verified([.customer, .consultant, .admin])) {
                try await handlers.receipts.show($0)
            }
        ]
    }
}
