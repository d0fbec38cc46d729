internal import AsyncHTTPClient
internal import Glibc
public import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The HTTPS connections to Stripe. Who makes one shuts it down.
public final class StripeHTTP: Sendable {
    private let configuration: StripeConfiguration
    private let client: HTTPClient

    /// Connections that are made when they are needed.
    public init(_ configuration: StripeConfiguration) {
        self.configuration = configuration
        var options = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(configuration.connectTimeout)))
        // Unexpected failures of TLS and TCP end an attempt here; the retry rules are the gateway's.
        options.connectionPool.retryConnectionEstablishment = false
        // A connection for each request that may be under way; by default the ninth would wait.
        options.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        options.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
    }

    /// A gateway over these connections.
    public func gateway(logger: Logger) -> StripeGateway {
        StripeGateway(retry: configuration.retry, logger: logger) { [self] request throws(StripeError) in
            try await exchange(request)
        }
    }

    /// Closes every connection.
    public func shutdown() async {
        try? await client.shutdown()
    }

    private func exchange(_ request: StripeRequest) async throws(StripeError) -> StripeAnswer {
        let response: HTTPClientResponse
        do {
            response = try await client.execute(
                message(request), timeout: TimeAmount(configuration.requestTimeout))
        } catch {
            throw networkError(error)
        }
        let body: ByteBuffer
        do {
            body = try await response.body.collect(upTo: configuration.answerLimit)
        } catch {
            throw StripeError(.unanswered, "Stripe's answer broke off or was too long.")
        }
        let fields = response.headers
        return StripeAnswer(
            status: Int(response.status.code), body: Array(body.readableBytesView),
            requestID: fields.first(name: "request-id").map { String($0.prefix(100)) },
            retryAfter: fields.first(name: "retry-after").flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil },
            shouldRetry: fields.first(name: "stripe-should-retry").flatMap { Bool($0) },
            isReplay: fields.first(name: "idempotent-replayed") == "true")
    }

    private func message(_ request: StripeRequest) -> HTTPClientRequest {
        var message = HTTPClientRequest(url: configuration.baseURL + request.target)
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.headers.add(name: "authorization", value: "Bearer \(configuration.secretKey)")
        message.headers.add(name: "stripe-version", value: stripeVersion)
        message.headers.add(name: "user-agent", value: "consultant-connect")
        if let key = request.idempotencyKey, request.method == .post {
            message.headers.add(name: "idempotency-key", value: key.text)
        }
        if let account = request.account {
            message.headers.add(name: "stripe-account", value: account.text)
        }
        if request.method == .post {
            message.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            message.body = .bytes(ByteBuffer(string: request.form))
        }
        return message
    }

    /// What failed before a connection was there was not sent; of everything else nobody knows.
    private func networkError(_ error: any Error) -> StripeError {
        if let known = error as? HTTPClientError {
            let before: [HTTPClientError] = [
                .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .alreadyShutdown, .invalidURL,
                .emptyHost, .emptyScheme,
            ]
            return before.contains(known)
                ? StripeError(.notSent, "No connection to Stripe: \(known.shortDescription).")
                : StripeError(.unanswered, "Stripe did not answer: \(known.shortDescription).")
        }
        if error is NIOConnectionError { return StripeError(.notSent, "No connection to Stripe.") }
        if let failure = error as? IOError, failure.errnoCode == ECONNREFUSED {
            return StripeError(.notSent, "Stripe refused the connection.")
        }
        return StripeError(.unanswered, "The connection to Stripe failed.")
    }
}
