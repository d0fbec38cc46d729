import API
import Accounts
import Database
import DatabaseTesting
import Foundation
import HTTPTypes
import Identifiers
import Matching
import Moderation
import Passwords
import Payments
import REST
import Receipts
import Sessions
import Stripe
import Testing
import Tokens
import Yams

@Suite("The published specification") struct SpecificationTests {
    private struct Document: Decodable {
        struct Operation: Decodable {
            struct Parameter: Decodable {
                let ref: String?
                private enum CodingKeys: String, CodingKey { case ref = "$ref" }
            }
            let operationId: String
            let security: [[String: [String]]]?
            let parameters: [Parameter]?
            let responses: [String: Empty]
        }
        struct Empty: Decodable { init(from decoder: any Decoder) {} }
        let paths: [String: [String: Operation]]
    }

    /// One row as both sides name it.
    private struct Row: Hashable, CustomStringConvertible {
        var operation: String
        var isOpen: Bool
        var isIdempotent: Bool
        var description: String { operation + (isOpen ? " open" : "") + (isIdempotent ? " idempotent" : "") }
    }

    private static let document = Result {
        let root = (#filePath as NSString).pathComponents.dropLast(3).joined(separator: "/")
        return try YAMLDecoder().decode(
            Document.self, from: Data(contentsOf: URL(filePath: root + "/docs/openapi.yaml")))
    }

    /// The real table; nothing in it is called.
    private static func routes() async throws -> (api: [Route], root: [Route]) {
        let pool = DatabasePool(try DatabaseConfiguration(url: "postgresql:///nowhere"), logger: .quiet)
        let identity = await Identity(
            pool: pool, hasher: try PasswordHasher(), key: SigningKey.generate(), clientURL: "http://localhost")
        let sessions = SessionStore(terms: .init())
        let catalogue = ProfileCatalogue(pool: pool, embedder: nil, logger: .quiet)
        let engine = MatchEngine(catalogue: catalogue, embedder: nil, learner: nil)
        let desk = RequestDesk(pool: pool, terms: HandoutTerms(), sessions: sessions)
        let handlers = MarketplaceRoutes.Handlers(
            registration: RegistrationHandlers(identity), signIn: SignInHandlers(identity),
            passwords: PasswordHandlers(identity), account: AccountHandlers(identity), audit: AuditHandlers(pool: pool),
            consents: ConsentHandlers(pool: pool),
            privacy: PrivacyHandlers(pool: pool, verifyPassword: { _, _ in false }, revokeAll: { _, _, _ in }),
            profiles: ProfileHandlers(pool: pool, windowSeconds: 600), consultants: ConsultantHandlers(pool: pool),
            linkedIn: LinkedInHandlers(pool: pool),
            questions: QuestionHandlers(pool: pool, engine: engine, desk: desk, terms: HandoutTerms()),
            requests: RequestHandlers(pool: pool, desk: desk),
            sessions: SessionHandlers(
                pool: pool, store: sessions,
                door: .init(token: { _, _, _, _ in "" }, iceServers: { _ in [] })),
            networkCheck: NetworkCheckHandlers(
                door: .init(
                    room: { _ in .init(room: "", token: "", returnToken: "", seconds: 60) }, iceServers: { _ in [] })),
            ratings: RatingHandlers(pool: pool), analytics: AnalyticsHandlers(pool: pool),
            calls: OpsCallHandlers(pool: pool), outbox: OutboxHandlers(pool: pool), reports: ReportHandlers(pool: pool),
            moderation: ModerationHandlers(
                ModerationDesk(pool: pool, requests: desk, clientURL: "http://localhost")))
        let processor = PaymentProcessor(gateway: .unavailable(logger: .quiet), isSimulated: false)
        let accounts = PaymentAccounts(
            pool: pool, processor: processor, clientURL: "http://localhost", logger: .quiet)
        let disputes = DisputeDesk(pool: pool, processor: processor, logger: .quiet)
        let money = MoneyRoutes.Handlers(
            methods: PaymentMethodHandlers(accounts), payouts: PayoutHandlers(accounts),
            payments: PaymentHandlers(pool: pool, store: ChargeStore(isSimulated: false) { _, _ in [] }),
            disputes: DisputeHandlers(pool: pool, desk: disputes, isSimulated: false),
            webhooks: WebhookHandlers(pool: pool, secrets: []), events: StripeEventHandlers(pool: pool),
            reconciliation: ReconciliationHandlers(pool: pool), receipts: ReceiptHandlers(pool: pool),
            invoices: InvoiceHandlers(
                pool: pool, terms: .init(issuer: "", isSimulated: true), renderer: try PDFRenderer(program: nil)))
        return (
            MarketplaceRoutes.table(handlers) + MoneyRoutes.table(money),
            MarketplaceRoutes.published(AccountHandlers(identity))
        )
    }

    @Test("names the operations of the route table, no more and no fewer, with the same access and idempotency")
    func operations() async throws {
        let (api, root) = try await Self.routes()
        let served = Set(
            api.map {
                Row(
                    operation: "\($0.method.rawValue) /api/v1\($0.path)", isOpen: $0.access == .anyone,
                    isIdempotent: $0.isIdempotent)
            }
                + root.map { Row(operation: $0.name, isOpen: $0.access == .anyone, isIdempotent: $0.isIdempotent) })
        let published = Set(
            try Self.document.get().paths.flatMap { path, operations in
                operations.map { method, operation in
                    Row(
                        operation: "\(method.uppercased()) \(path)",
                        isOpen: operation.security.map { $0.isEmpty || $0.contains([:]) } ?? false,
                        isIdempotent: operation.parameters?.contains {
                            $0.ref == "#/components/parameters/IdempotencyKey"
                        } ?? false)
                }
            })
        #expect(served.subtracting(published).isEmpty, "served, but not published so")
        #expect(published.subtracting(served).isEmpty, "published, but not served so")
        #expect(served.count == api.count + root.count)
    }

    @Test("names what the table's rows refuse")
    func refusals() async throws {
        let paths = try Self.document.get().paths
        for route in try await Self.routes().api {
            let operation = try #require(paths["/api/v1" + route.path]?[route.method.rawValue.lowercased()])
            var statuses: Set = ["429", "503"]
            switch route.access {
            case .anyone: break
            case .signedIn: statuses.insert("401")
            case .verified: statuses.formUnion(["401", "403"])
            }
            if route.path.contains("{") { statuses.formUnion(["400", "404"]) }
            if route.method != .get { statuses.insert("413") }
            let missing = statuses.subtracting(operation.responses.keys)
            #expect(missing.isEmpty, "\(route.name): \(missing)")
        }
    }

    @Test("gives each operation a name of its own")
    func names() throws {
        let names = try Self.document.get().paths.values.flatMap { $0.values.map(\.operationId) }
        #expect(Set(names).count == names.count)
    }
}
