public import Accounts
internal import HTTPTypes
internal import Identifiers
public import Matching
public import Moderation
public import REST
public import Sessions

/// The API's one table: every path under `/api/v1`, who may use it, how often, and who answers.
public struct MarketplaceRoutes: Sendable {
    /// The parts that answer.
    public struct Handlers: Sendable {
        /// Registration and the confirmation of e-mail addresses.
        public var registration: RegistrationHandlers
        /// Signing in, staying in, signing out.
        public var signIn: SignInHandlers
        /// Forgotten and changed passwords.
        public var passwords: PasswordHandlers
        /// The account itself.
        public var account: AccountHandlers
        /// The audit log.
        public var audit: AuditHandlers
        /// Consents.
        public var consents: ConsentHandlers
        /// Export and erasure.
        public var privacy: PrivacyHandlers
        /// What consultants say about themselves.
        public var profiles: ProfileHandlers
        /// What others see of them.
        public var consultants: ConsultantHandlers
        /// LinkedIn's data.
        public var linkedIn: LinkedInHandlers
        /// What customers ask.
        public var questions: QuestionHandlers
        /// What consultants are asked.
        public var requests: RequestHandlers
        /// The calls of customers and consultants.
        public var sessions: SessionHandlers
        /// The way of a call, tried before one.
        public var networkCheck: NetworkCheckHandlers
        /// What customers think of them.
        public var ratings: RatingHandlers
        /// How the marketplace does, and each of its consultants.
        public var analytics: AnalyticsHandlers
        /// The calls that run and those that are over, for operators.
        public var calls: OpsCallHandlers
        /// The events between the halves, for operators.
        public var outbox: OutboxHandlers
        /// What people report of each other.
        public var reports: ReportHandlers
        /// What administrators decide about it.
        public var moderation: ModerationHandlers

        /// The parts that answer.
        public init(
            registration: RegistrationHandlers, signIn: SignInHandlers, passwords: PasswordHandlers,
            account: AccountHandlers, audit: AuditHandlers, consents: ConsentHandlers, privacy: PrivacyHandlers,
            profiles: ProfileHandlers, consultants: ConsultantHandlers, linkedIn: LinkedInHandlers,
            questions: QuestionHandlers, requests: RequestHandlers, sessions: SessionHandlers,
            networkCheck: NetworkCheckHandlers, ratings: RatingHandlers, analytics: AnalyticsHandlers,
            calls: OpsCallHandlers, outbox: OutboxHandlers, reports: ReportHandlers, moderation: ModerationHandlers
        ) {
            self.registration = registration
            self.signIn = signIn
            self.passwords = passwords
            self.account = account
            self.audit = audit
            self.consents = consents
            self.privacy = privacy
            self.profiles = profiles
            self.consultants = consultants
            self.linkedIn = linkedIn
            self.questions = questions
            self.requests = requests
            self.sessions = sessions
            self.networkCheck = networkCheck
            self.ratings = ratings
            self.analytics = analytics
            self.calls = calls
            self.outbox = outbox
            self.reports = reports
            self.moderation = moderation
        }
    }

    // What costs much, or can be used against others, has limits of its own.
    private static let registrations = RateLimit("register", 30, perSeconds: 60, by: .address)
    private static let signIns = RateLimit("login", 60, perSeconds: 60, by: .address)
    private static let links = RateLimit("links", 30, perSeconds: 60, by: .address)
    private static let refreshes = RateLimit("refresh", 120, perSeconds: 60, by: .address)
    private static let passwordChecks = RateLimit("password", 10, perSeconds: 60, by: .account)
    private static let exports = RateLimit("export", 10, perSeconds: 600, by: .account)
    private static let questions = RateLimit("questions", 10, perSeconds: 60, by: .account)
    private static let drafts = RateLimit("drafts", 60, perSeconds: 60, by: .account)
    // Each may open a room and carry a picture for some seconds.
    private static let networkChecks = RateLimit("network-check", 12, perSeconds: 300, by: .account)
    private static let reports = RateLimit("reports", 20, perSeconds: 600, by: .account)
    private static let imports = RateLimit("import", 30, perSeconds: 60, by: .account)

    private static let customer = Access.verified([.customer])
    private static let people = Access.verified([.customer, .consultant])
    private static let peopleAndAdmin = Access.verified([.customer, .consultant, .admin])
    private static let consultant = Access.verified([.consultant])
    private static let admin = Access.verified([.admin])

    /// Every row under `/api/v1`.
    public static func table(_ handlers: Handlers) -> [Route] {
        [
            Route(.post, "/auth/register", .anyone, limits: [registrations], isIdempotent: true) {
                try await handlers.registration.register($0)
            },
            Route(.post, "/auth/verify-email", .anyone, limits: [links]) {
                try await handlers.registration.verify($0)
            },
            Route(.post, "/auth/login", .anyone, limits: [signIns]) { try await handlers.signIn.signIn($0) },
            Route(.post, "/auth/refresh", .anyone, limits: [refreshes]) { try await handlers.signIn.refresh($0) },
            Route(.post, "/auth/logout", .anyone, limits: [refreshes]) { try await handlers.signIn.signOut($0) },
            Route(.post, "/auth/logout-everywhere", .signedIn) { try await handlers.signIn.signOutEverywhere($0) },
            Route(.post, "/auth/password-reset", .anyone, limits: [links]) {
                try await handlers.passwords.requestReset($0)
            },
            Route(.post, "/auth/password-reset/confirm", .anyone, limits: [links]) {
                try await handlers.passwords.confirmReset($0)
            },

            Route(.get, "/me", .signedIn) { try await handlers.account.show($0) },
            Route(.patch, "/me", .signedIn) { try await handlers.account.update($0) },
            Route(.delete, "/me", .signedIn, limits: [passwordChecks]) { try await handlers.privacy.erase($0) },
            Route(.post, "/me/password", .signedIn, limits: [passwordChecks]) {
                try await handlers.passwords.change($0)
            },
            Route(.get, "/me/export", .signedIn, limits: [exports]) { try await handlers.privacy.export($0) },
            Route(.get, "/me/consents", .signedIn) { try await handlers.consents.show($0) },
            Route(.put, "/me/consents", .signedIn) { try await handlers.consents.replace($0) },
            Route(.get, "/me/security-events", .signedIn) { try await handlers.audit.own($0) },

            Route(.get, "/me/profile", consultant) { try await handlers.profiles.show($0) },
            Route(.put, "/me/profile", consultant) { try await handlers.profiles.replace($0) },
            Route(.put, "/me/availability", consultant) { try await handlers.profiles.setAvailability($0) },
            Route(.post, "/me/profile/linkedin-import", consultant, limits: [imports]) {
                try await handlers.linkedIn.importProfile($0)
            },

            Route(.post, "/me/network-check", people, limits: [networkChecks]) {
                try await handlers.networkCheck.begin($0)
            },

            Route(.get, "/consultants", .anyone) { try await handlers.consultants.list($0) },
            Route(.get, "/consultants/{id}", .anyone) { try await handlers.consultants.show($0) },
            Route(.get, "/consultants/{id}/ratings", .anyone) { try await handlers.consultants.ratings($0) },

            Route(.post, "/questions/keywords", customer, limits: [drafts]) {
                try await handlers.questions.keywords($0)
            },
            Route(.post, "/questions", customer, limits: [questions], isIdempotent: true) {
                try await handlers.questions.post($0)
            },
            Route(.get, "/questions", customer) { try await handlers.questions.list($0) },
            Route(.get, "/questions/{id}", customer) { try await handlers.questions.show($0) },
            Route(.delete, "/questions/{id}", customer) { try await handlers.questions.cancel($0) },
            Route(.get, "/questions/{id}/matches", customer) { try await handlers.questions.matches($0) },
            Route(.get, "/me/requests", consultant) { try await handlers.requests.list($0) },
            Route(.post, "/requests/{id}/accept", consultant, isIdempotent: true) {
                try await handlers.requests.accept($0)
            },
            Route(.post, "/requests/{id}/decline", consultant) { try await handlers.requests.decline($0) },

            Route(.get, "/sessions", people) { try await handlers.sessions.list($0) },
            Route(.get, "/sessions/{id}", peopleAndAdmin) { try await handlers.sessions.show($0) },
            Route(.post, "/sessions/{id}/join", people) { try await handlers.sessions.join($0) },
            Route(.post, "/sessions/{id}/end", people) { try await handlers.sessions.end($0) },
            Route(.get, "/sessions/{id}/quality", peopleAndAdmin) { try await handlers.sessions.quality($0) },
            Route(.post, "/sessions/{id}/rating", customer, isIdempotent: true) {
                try await handlers.ratings.rate($0)
            },
            Route(.post, "/sessions/{id}/report", people, limits: [reports], isIdempotent: true) {
                try await handlers.reports.report($0)
            },
            Route(.get, "/me/performance", consultant) { try await handlers.analytics.performance($0) },
            Route(.get, "/ops/analytics", admin) { try await handlers.analytics.show($0) },

            Route(.get, "/admin/audit", admin) { try await handlers.audit.all($0) },
            Route(.get, "/admin/users", admin) { try await handlers.account.directory($0) },
            Route(.post, "/admin/users/{id}/reinstate", admin, isIdempotent: true) {
                try await handlers.moderation.reinstate($0)
            },
            Route(.get, "/admin/moderation", admin) { try await handlers.moderation.list($0) },
            Route(.post, "/admin/moderation/{id}", admin, isIdempotent: true) {
                try await handlers.moderation.decide($0)
            },
            Route(.get, "/ops/calls", admin) { try await handlers.calls.list($0) },
            Route(.get, "/ops/calls/{id}", admin) { try await handlers.calls.show($0) },
            Route(.get, "/ops/outbox", admin) { try await handlers.outbox.show($0) },
            Route(.post, "/ops/outbox/{id}/retry", admin) { try await handlers.outbox.retry($0) },
        ]
    }
}

extension MarketplaceRoutes {
    /// Every row outside `/api/v1`.
    public static func published(_ account: AccountHandlers) -> [Route] {
        [Route(.get, "/.well-known/jwks.json", .anyone) { try await account.keys($0) }]
    }
}
