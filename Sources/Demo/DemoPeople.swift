/// A person of the demonstration.
struct DemoPerson: Sendable {
    var number: UInt16
    var name: String
    /// The part of the address before `@demo.example`.
    var mailbox: String
}

/// A consultant of the demonstration.
struct DemoConsultant: Sendable {
    var person: DemoPerson
    var headline: String
    var bio: String
    var tags: [String]
    /// Minor units per hour.
    var rate: Int64
    var currency: String
    /// Stars of past sessions, the oldest first.
    var stars: [Int16]

    init(
        _ number: UInt16, _ name: String, _ mailbox: String, _ headline: String, _ bio: String, _ tags: [String],
        _ rate: Int64, _ currency: String = "usd", stars: [Int16]
    ) {
        person = DemoPerson(number: number, name: name, mailbox: mailbox)
        self.headline = headline
        self.bio = bio
        self.tags = tags
        self.rate = rate
        self.currency = currency
        self.stars = stars
    }
}

enum DemoPeople {
    static let admin = DemoPerson(number: 1, name: "Olive Ops", mailbox: "admin")

    static let customers = [
        DemoPerson(number: 11, name: "Ada Customer", mailbox: "ada"),
        DemoPerson(number: 12, name: "Ben Buyer", mailbox: "ben"),
        DemoPerson(number: 13, name: "Cleo Client", mailbox: "cleo"),
    ]

    static let consultants = [
        DemoConsultant(
            101, "Grace Databases", "grace", "PostgreSQL performance and migrations",
            "Fifteen years of PostgreSQL: query plans, indexes, partitioning, upgrades without downtime.",
            ["PostgreSQL", "SQL", "Performance"], 12_000, stars: [5, 5, 4, 5, 5]),
        DemoConsultant(
            102, "Hugo Frontend", "hugo", "React and TypeScript, fast and accessible",
            "Rendering problems, state that got out of hand, bundles that are too big, accessibility audits.",
            ["React", "TypeScript", "Accessibility"], 9_000, stars: [4, 5, 5]),
        DemoConsultant(
            103, "Ines Clusters", "ines", "Kubernetes in production",
            "Clusters that stay up: networking, autoscaling, costs, incidents at three in the morning.",
            ["Kubernetes", "Linux", "Networking"], 15_000, stars: [5, 4]),
        DemoConsultant(
            104, "Jonas Contracts", "jonas", "Contracts for software and services",
            "Lawyer for IT contracts: licences, data processing agreements, liability, negotiations.",
            ["Contract law", "GDPR", "Licensing"], 18_000, "eur", stars: [5, 5, 5, 4]),
        DemoConsultant(
            105, "Kira Taxes", "kira", "Taxes for freelancers and small companies",
            "VAT across borders, deductions, what to keep and for how long, and letters from the tax office.",
            ["Tax", "VAT", "Accounting"], 11_000, "eur", stars: [4, 4, 5]),
        DemoConsultant(
            106, "Luca Swift", "luca", "Swift on servers and on Apple platforms",
            "Concurrency, performance, interoperability with C, and moving a large code base to Swift 6.",
            ["Swift", "Concurrency", "iOS"], 14_000, stars: [5]),
        DemoConsultant(
            107, "Mona Models", "mona", "Machine learning that reaches production",
            "From data to a model that is watched: evaluation, drift, serving, and when not to use one.",
            ["Machine learning", "Python", "Statistics"], 16_000, stars: [5, 3, 5, 5]),
        DemoConsultant(
            108, "Nils Networks", "nils", "Networks, VPNs and strange packet loss",
            "Routing, firewalls, Wi-Fi in difficult buildings, WebRTC that does not connect.",
            ["Networking", "WebRTC", "Security"], 10_000, stars: [4, 5]),
        DemoConsultant(
            109, "Oda Design", "oda", "Product design and usability",
            "Interviews, prototypes, tests with five people, and a design system that is used.",
            ["Product design", "Usability", "Figma"], 8_000, stars: [5, 4, 4]),
        DemoConsultant(
            110, "Pavel Payments", "pavel", "Payments with Stripe",
            "Connect, disputes, webhooks that arrive twice, and bookkeeping that agrees with the bank.",
            ["Stripe", "Payments", "Accounting"], 13_000, stars: [5, 5]),
        DemoConsultant(
            111, "Quinn Security", "quinn", "Application security",
            "Threat models, reviews, OAuth and passwords, and what to do after an incident.",
            ["Security", "OAuth", "Incident response"], 20_000, "gbp", stars: [5, 5, 5]),
        DemoConsultant(
            112, "Rosa Gardens", "rosa", "Gardens and difficult soil",
            "Planning, sick plants, what grows in shade, and a month by month plan.",
            ["Gardening", "Landscaping", "Botany"], 4_500, stars: [5, 4, 5, 5, 4, 5]),
    ]
}
