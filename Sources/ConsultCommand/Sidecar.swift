import API
import Accounts
import Database
import Events
import Foundation
import Logging
import Mail
import Matching
import Moderation
import Operations
import Passwords
import Payments
import Receipts
import ServiceLifecycle
import Sessions
import Signaling
import SignalingEvents
import Tokens

/// The REST sidecar of a process, put together: accounts, profiles, privacy, and what runs behind them.
struct Sidecar: Sendable {
    let server: APIServer
    private let courier: Courier
    private let retention: RetentionJob
    private let reader: EventReader
    private let store: DataStore
    private let sessionMetrics = SessionMetrics()
    private let deadlines: SessionDeadlines
    private let matchmaking: Matchmaking
    private let payments: PaymentParts
    private let upkeep: PaymentUpkeep
    private let charging: Charging

    init(
        settings: Settings, store: DataStore, payments: PaymentParts, key: SigningKey, logger: Logger,
        started: @escaping @Sendable (UInt16) -> Void
    ) async throws {
        let pool = store.pool
        self.store = store
        let identity = await Identity(
            pool: pool, hasher: try PasswordHasher(), key: key, clientURL: settings.address(port: settings.httpPort))
        let sessions = SessionStore(terms: settings.sessionTerms)
        let matchmaking = Matchmaking(settings: settings, store: store, sessions: sessions, logger: logger)
        self.matchmaking = matchmaking
        self.payments = payments
        let accounts = PaymentAccounts(
            pool: pool, processor: payments.processor, clientURL: settings.address(port: settings.httpPort),
            logger: logger)
        upkeep = PaymentUpkeep(accounts)
        let charging = Charging(pool: pool, payments: payments, accounts: accounts, logger: logger)
        self.charging = charging
        let renderer = try PDFRenderer()
        let invoices = Invoices(
            terms: .init(issuer: settings.invoiceIssuer, isSimulated: payments.processor.isSimulated),
            clientURL: settings.address(port: settings.httpPort),
            receiptHead: { try await MediaRecords.head(of: $0, on: $1) })
        let money = MoneyRoutes.table(
            .init(
                methods: PaymentMethodHandlers(accounts), payouts: PayoutHandlers(accounts),
                payments: charging.payments, disputes: charging.disputes, webhooks: charging.webhooks,
                events: StripeEventHandlers(pool: pool), reconciliation: charging.reconciliation,
                receipts: ReceiptHandlers(pool: pool),
                invoices: InvoiceHandlers(pool: pool, terms: invoices.terms, renderer: renderer)))
        let signer = await TokenSigner(key: key)
        let ice = settings.signalingConfiguration(knowsSidecar: true).ice
        let routes = MarketplaceRoutes.table(
            .init(
                registration: RegistrationHandlers(identity), signIn: SignInHandlers(identity),
                passwords: PasswordHandlers(identity), account: AccountHandlers(identity),
                audit: AuditHandlers(pool: pool), consents: ConsentHandlers(pool: pool),
                privacy: PrivacyHandlers(
                    pool: pool, verifyPassword: { try await identity.verifyPassword($0, $1) },
                    revokeAll: { try await identity.endSignIns(of: $0, reason: $1, in: $2) }),
                profiles: ProfileHandlers(pool: pool, windowSeconds: max(600, settings.billingWindow)),
                consultants: ConsultantHandlers(pool: pool), linkedIn: LinkedInHandlers(pool: pool),
                questions: QuestionHandlers(
                    pool: pool, engine: matchmaking.engine, desk: matchmaking.desk, terms: matchmaking.terms),
                requests: RequestHandlers(pool: pool, desk: matchmaking.desk),
                sessions: SessionHandlers(
                    pool: pool, store: sessions,
                    door: .init(tokens: RoomTokens(signer), ice: ice),
                    billings: { try await charging.billings.find($0) }),
                networkCheck: NetworkCheckHandlers(door: .init(tokens: CheckTokens(signer), ice: ice)),
                ratings: RatingHandlers(pool: pool), analytics: AnalyticsHandlers(pool: pool),
                calls: OpsCallHandlers(pool: pool), outbox: OutboxHandlers(pool: pool),
                reports: ReportHandlers(pool: pool),
                moderation: ModerationHandlers(
                    ModerationDesk(
                        pool: pool, requests: matchmaking.desk,
                        clientURL: settings.address(port: settings.httpPort)))))
        let keys = MarketplaceRoutes.published(AccountHandlers(identity))
        server = try APIServer(
            configuration: settings.apiConfiguration, routes: routes + money, rootRoutes: keys,
            authenticator: identity.authenticator, logger: logger, started: started)
        courier = Courier(
            on: pool, transport: try settings.mailTransport(logger: logger),
            configuration: .init(sender: try MailAddress(mailbox: settings.mailFrom)), logger: logger,
            enclosures: InvoiceEnclosures(pool: pool, renderer: renderer).make)
        retention = RetentionJob(pool: pool, logger: logger)
        deadlines = SessionDeadlines(pool: pool, store: sessions, logger: logger)
        let receipts = Receipts(key: key)
        // What an event brings about is seen at the end of its batch: a hundred calls that reach their threshold together do not
        // wait for each other's.
        var reading = EventReader.Configuration()
        reading.batch = 8
        reading.lanes = 2
        reader = EventReader(of: .sidecar, on: pool, configuration: reading, logger: logger) {
            [sessionMetrics] delivery, transaction in
            if try await CallSamples.take(delivery, in: transaction) { return }
            if try await receipts.takeRecord(delivery, in: transaction) { return }
            if try await PresenceEvents.handle(delivery, in: transaction) != .notPresence { return }
            if try await charging.handle(delivery, in: transaction) { return }
            switch try await sessions.handle(delivery, in: transaction) {
            case .applied(let change):
                sessionMetrics.note(change)
                try await charging.handle(delivery, change, in: transaction)
                try await receipts.sealEnded(delivery, in: transaction)
            case .unknown: break
            case .notAReport:
                if try await invoices.handle(delivery, in: transaction) {
                    let number = try await Invoices.number(of: delivery, in: transaction)
                    _ = try await receipts.sealSettled(delivery, invoiceNumber: number, in: transaction)
                    return
                }
                guard try await matchmaking.handle(delivery, in: transaction) else {
                    throw UnknownEvent(kind: delivery.event.kind)
                }
            }
        }
    }

    /// What runs, the server last, so that it stops first.
    var services: [any Service] {
        payments.services + [
            Watch(name: "mail") { [courier] in await courier.run() },
            Watch(name: "events") { [reader] in await reader.run() },
            retention, deadlines, upkeep,
        ] + charging.services + matchmaking.services + [server]
    }

    /// What the sidecar has done, and what waits.
    func metrics() async -> [MetricFamily] {
        server.metrics + courier.metrics.families + retention.metrics.families + reader.metrics.families(of: "sidecar")
            + store.pool.metrics.families + (await queueFamilies(store.pool)) + sessionMetrics.families
            + (await marketplaceFamilies(store.pool)) + matchmaking.metrics + (await charging.metrics())
    }

    private struct UnknownEvent: Error, CustomStringConvertible {
        let kind: String
        var description: String { "an event of unknown kind \(kind)" }
    }
}

extension Settings {
    /// What every session begins with.
    var sessionTerms: SessionStore.Terms {
        var patience = SessionLifecycle.Patience()
        patience.join = .seconds(self.joinDeadline)
        return SessionStore.Terms(
            thresholdSeconds: self.billingThreshold, windowSeconds: self.billingWindow,
            commissionBasisPoints: self.commissionBasisPoints, mode: self.relay ? "relay" : "p2p",
            patience: patience)
    }

    fileprivate var apiConfiguration: APIConfiguration {
        var configuration = APIConfiguration(
            host: self.bind, port: self.httpPort, publicURL: self.publicURL,
            publicWebSocketURL: self.publicWebSocketURL, signalPort: self.signalPort,
            isSignalSecure: self.tlsCertificate != nil, allowedOrigins: self.allowedOrigins,
            trustedProxies: self.trustedProxies, clientFolder: self.clientFolder, version: consultVersion)
        configuration.sendsCards = self.stripePublishableKey != nil
        configuration.freeSeconds = self.billingThreshold
        configuration.requestsPerMinute = self.requestsPerMinute
        configuration.limitsRoutes = self.requestsPerMinute > 0
        return configuration
    }

    /// The mail server; without one, the data folder, and the links in the log.
    fileprivate func mailTransport(logger: Logger) throws -> any MailTransport {
        if let url = self.smtpURL { return try SMTPTransport(try SMTPServer(url: url)) }
        try makeDataFolder()
        let folder = self.dataFolder + "/mail"
        logger.warning("no mail server is set: mail is put into a folder", metadata: ["folder": "\(folder)"])
        return try FolderTransport(folder: folder) { written in
            logger.info("mail", metadata: ["file": "\(written.path)", "link": "\(written.link ?? "none")"])
        }
    }
}
