public import REST

/// The part of the API's table that is about money: every path under `/api/v1`, who may use it, how often, and who answers.
public struct MoneyRoutes: Sendable {
    /// The parts that answer.
    public struct Handlers: Sendable {
        /// The parts that answer.
        public init() {}
    }

    /// Every row.
    public static func table(_ handlers: Handlers) -> [Route] { [] }
}
