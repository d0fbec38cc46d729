// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// In CI a warning is an error; on a desk it is a warning.
let strict = ProcessInfo.processInfo.environment["CI"] != nil

let language: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

/// The packet path: exclusivity checks of class properties cost 40 times what they check
/// (docs/architecture.md, "What a packet may cost").
let media: [SwiftSetting] =
    language + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

/// Arithmetic over millions of numbers, which without optimisation takes a hundred times as long: the tests would take
/// minutes.
let numeric: [SwiftSetting] = language + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "consultant-connect",
    products: [.executable(name: "consult", targets: ["ConsultCommand"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.1.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // The C libraries: module maps and shims for macros and variadics, no logic.
        .systemLibrary(
            name: "CCrypt", path: "Sources/System/CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(
            name: "CCurl", path: "Sources/System/CCurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux", path: "Sources/System/CLinux"),
        .systemLibrary(
            name: "CNice", path: "Sources/System/CNice", pkgConfig: "nice", providers: [.apt(["libnice-dev"])]),
        .systemLibrary(
            name: "COpenBLAS", path: "Sources/System/COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: "COpenSSL", path: "Sources/System/COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "COpus", path: "Sources/System/COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
        .systemLibrary(
            name: "CPostgreSQL", path: "Sources/System/CPostgreSQL", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CSRTP", path: "Sources/System/CSRTP", pkgConfig: "libsrtp2", providers: [.apt(["libsrtp2-dev"])]),
        .systemLibrary(
            name: "CVPX", path: "Sources/System/CVPX", pkgConfig: "vpx", providers: [.apt(["libvpx-dev"])]),
        .systemLibrary(
            name: "CWebSockets", path: "Sources/System/CWebSockets", pkgConfig: "libwebsockets",
            providers: [.apt(["libwebsockets-dev"])]),

        // Pure: values and state machines without I/O, clock or thread.
        .target(name: "Identifiers", swiftSettings: language),
        .target(name: "RTP", swiftSettings: media),
        .target(name: "SDP", swiftSettings: language),

        // What both HTTP servers share: the client's files, origins, security header fields.
        .target(name: "Web", swiftSettings: language),

        // The media plane.
        .target(
            name: "Transport", dependencies: ["RTP", "CLinux", "CNice", "COpenSSL", log], swiftSettings: media),
        .target(name: "Relay", dependencies: ["Identifiers", "RTP", "SDP", "Transport", log], swiftSettings: media),

        // Opus and VP8, and the callers that send them to see what a server carries.
        .target(name: "Codecs", dependencies: ["COpus", "CVPX"], swiftSettings: language),
        .target(
            name: "Load",
            dependencies: [
                "Codecs", "Relay", "RTP", "SDP", "Transport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ], swiftSettings: media),

        // Who may do what, and the WebSocket server.
        .target(
            name: "Tokens", dependencies: ["Identifiers", crypto, .product(name: "JWTKit", package: "jwt-kit")],
            swiftSettings: language),
        .target(name: "Passwords", dependencies: ["CCrypt", "CLinux", crypto], swiftSettings: language),
        .target(
            name: "Signaling",
            dependencies: [
                "CLinux", "CWebSockets", "Identifiers", "Relay", "RTP", "SDP", "Tokens", "Web", crypto, log,
            ],
            swiftSettings: language),

        // What is remembered, and the events between the two halves.
        .target(name: "Database", dependencies: ["CLinux", "COpenSSL", "CPostgreSQL", log], swiftSettings: language),
        .target(name: "Events", dependencies: ["Database", log], swiftSettings: language),
        .target(
            name: "SignalingEvents",
            dependencies: [
                "Database", "Events", "Identifiers", "Relay", "Signaling", "Tokens", log,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: language),
        .target(name: "Mail", dependencies: ["CCurl", "Database", "Events", log], swiftSettings: language),

        // The sidecar.
        .target(name: "Money", swiftSettings: language),
        .target(
            name: "REST",
            dependencies: [
                "Database", "Identifiers", "Money", crypto, log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: language),
        .target(
            name: "API",
            dependencies: [
                "Accounts", "Database", "Events", "HTTPServing", "Identifiers", "Matching", "Moderation", "Operations",
                "Payments", "REST", "Receipts", "Sessions", "Web", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: language),
        .target(
            name: "Accounts",
            dependencies: [
                "Database", "Events", "Identifiers", "Mail", "Money", "Passwords", "REST", "Tokens", crypto, log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: language),
        .target(
            name: "Sessions",
            dependencies: [
                "Accounts", "Database", "Events", "Identifiers", "Money", "REST", "Tokens", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: language),
        .target(name: "Billing", dependencies: ["Database", "Identifiers", "Money"], swiftSettings: language),
        // Stripe as a client sees it, and a stand-in for it.
        .target(
            name: "Stripe",
            dependencies: [
                "Money", crypto, log, .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], swiftSettings: language),
        .target(
            name: "StripeSandbox",
            dependencies: [
                "HTTPServing", "Stripe", crypto, log, .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: language),
        // Money on its way: cards, charges, payouts, invoices.
        .target(
            name: "Payments",
            dependencies: [
                "Accounts", "Billing", "CLinux", "Database", "Events", "Identifiers", "Mail", "Money", "REST",
                "Sessions", "Stripe",
                crypto, log, .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: language),
        // What demonstrably flowed: chained records, signed receipts, and checking them.
        .target(
            name: "Receipts",
            dependencies: [
                "Billing", "Database", "Events", "Identifiers", "Money", "REST", "Sessions", "Tokens", crypto,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: language),
        .target(name: "Embedding", dependencies: ["COpenBLAS"], swiftSettings: numeric),
        .target(
            name: "Matching",
            dependencies: [
                "Accounts", "Database", "Embedding", "Events", "Identifiers", "Money", "REST", "Sessions", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: language),
        // What people report of each other, and what is decided about it.
        .target(
            name: "Moderation",
            dependencies: [
                "Accounts", "Database", "Mail", "Matching", "REST", "Sessions",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: language),
        .target(name: "Demo", dependencies: ["Database"], swiftSettings: language),

        // Running it.
        .target(
            name: "HTTPServing",
            dependencies: [
                log,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: language),
        .target(
            name: "Operations",
            dependencies: [
                "COpenSSL", "HTTPServing", crypto, log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: language),
        .executableTarget(
            name: "ConsultCommand",
            dependencies: [
                "API", "Accounts", "Billing", "COpenSSL", "Database", "Demo", "Embedding", "Events", "Identifiers",
                "Load", "Mail", "Matching", "Moderation", "Money", "Operations", "Passwords", "Payments", "Receipts",
                "Relay", "Sessions", "Signaling", "SignalingEvents", "Stripe", "StripeSandbox", "Tokens", "Web", log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: language),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: language),
        .testTarget(name: "RTPTests", dependencies: ["RTP", "TestSupport"], swiftSettings: language),
        .testTarget(
            name: "SDPTests", dependencies: ["SDP", "TestSupport"], resources: [.copy("Offers")],
            swiftSettings: language),
        .testTarget(
            name: "TransportTests", dependencies: ["COpenSSL", "CSRTP", "RTP", "TestSupport", "Transport"],
            swiftSettings: language),
        .testTarget(
            name: "RelayTests", dependencies: ["Identifiers", "Relay", "RTP", "SDP", "TestSupport", "Transport", log],
            swiftSettings: language),
        .testTarget(name: "CodecsTests", dependencies: ["Codecs"], swiftSettings: language),
        .testTarget(
            name: "LoadTests", dependencies: ["Codecs", "Load", "RTP", "SDP", "Transport"], swiftSettings: language),
        .testTarget(
            name: "TokensTests", dependencies: ["Identifiers", "TestSupport", "Tokens", crypto], swiftSettings: language
        ),
        .testTarget(name: "PasswordsTests", dependencies: ["Passwords"], swiftSettings: language),
        .testTarget(
            name: "SignalingTests",
            dependencies: [
                "Database", "DatabaseTesting", "Events", "Identifiers", "Relay", "RTP", "Signaling", "SignalingEvents",
                "TestSupport", "Tokens", "Web", log,
            ], swiftSettings: language),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "Operations", crypto, log,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ], swiftSettings: language),
        .target(
            name: "DatabaseTesting", dependencies: ["CLinux", "Database", log], path: "Tests/DatabaseTesting",
            swiftSettings: language),
        .testTarget(
            name: "DatabaseTests", dependencies: ["Database", "DatabaseTesting", log], swiftSettings: language),
        .testTarget(name: "WebTests", dependencies: ["Web"], swiftSettings: language),
        .testTarget(
            name: "RESTTests",
            dependencies: [
                "Database", "DatabaseTesting", "Identifiers", "Money", "REST", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: language),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Accounts", "Database", "DatabaseTesting", "Events", "Identifiers", "Matching", "Moderation",
                "Operations", "Passwords", "Payments", "REST", "Receipts", "Sessions", "Stripe", "StripeSandbox",
                "Tokens", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: language),
        .testTarget(
            name: "EventsTests", dependencies: ["Database", "DatabaseTesting", "Events", log],
            swiftSettings: language),
        // The ends of the event queue as processes of their own, for the live tests to kill.
        .executableTarget(
            name: "event-probe",
            dependencies: [
                "Database", "Events", log, .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/EventProbe", swiftSettings: language),
        // What the relay is measured beside: scripts/bench relay.
        .executableTarget(
            name: "relay-floor",
            dependencies: [
                "CLinux", "Load", "RTP", "Transport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/RelayFloor", swiftSettings: media),
        .testTarget(
            name: "MailTests", dependencies: ["Database", "DatabaseTesting", "Events", "Mail", log],
            swiftSettings: language),
        .testTarget(
            name: "AccountsTests",
            dependencies: [
                "Accounts", "Database", "DatabaseTesting", "Events", "Identifiers", "Money", "REST", "TestSupport", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: language),
        .testTarget(
            name: "BillingTests",
            dependencies: ["Billing", "Database", "DatabaseTesting", "Identifiers", "Money", "TestSupport"],
            swiftSettings: language),
        .testTarget(
            name: "EmbeddingTests", dependencies: ["Embedding"], resources: [.copy("Reference")],
            swiftSettings: language),
        .testTarget(
            name: "SessionsTests",
            dependencies: [
                "Accounts", "Database", "DatabaseTesting", "Events", "Identifiers", "Money", "REST", "Sessions",
                "TestSupport", "Tokens", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: language),
        .testTarget(
            name: "PaymentsTests",
            dependencies: [
                "Accounts", "Billing", "Database", "DatabaseTesting", "Events", "Identifiers", "Mail", "Money",
                "Payments",
                "REST", "Sessions", "Stripe", "StripeSandbox", "TestSupport", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: language),
        .testTarget(
            name: "ReceiptsTests",
            dependencies: [
                "Accounts", "Billing", "Database", "DatabaseTesting", "Events", "Identifiers", "Money", "REST",
                "Receipts", "Sessions", "TestSupport", "Tokens", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: language),
        .testTarget(
            name: "StripeTests",
            dependencies: [
                "Money", "Stripe", "StripeSandbox", "TestSupport", log,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], resources: [.copy("Requests")], swiftSettings: language),
        .testTarget(
            name: "MatchingTests",
            dependencies: [
                "Accounts", "Database", "DatabaseTesting", "Embedding", "Events", "Identifiers", "Matching", "Money",
                "REST", "Sessions", "TestSupport", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], resources: [.copy("Sets")], swiftSettings: language),
        .testTarget(
            name: "ModerationTests",
            dependencies: [
                "Accounts", "Database", "DatabaseTesting", "Identifiers", "Matching", "Moderation", "Passwords", "REST",
                "Sessions", "TestSupport", "Tokens", log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: language),
    ],
    swiftLanguageModes: [.v6]
)
