internal import Foundation
internal import Logging

/// The machine together with what is around it: its journal, its faults, the requests it received.
actor SandboxHost {
    /// How a request ends.
    enum Outcome: Sendable {
        case reply(SandboxReply)
        /// The connection is closed without an answer.
        case cut
    }

    private var sandbox: Sandbox
    private let journal: Journal?
    private let logger: Logger
    private let happened: @Sendable (EventRow) -> Void
    private(set) var faults: [SandboxFault] = []
    private(set) var received: [ReceivedRequest] = []
    private var inFlight: Set<String> = []

    private static let receivedLimit = 20_000
    private static let faultLimit = 1000

    init(
        _ configuration: SandboxConfiguration, logger: Logger, happened: @escaping @Sendable (EventRow) -> Void
    ) throws {
        let fresh = Sandbox(seed: UInt64.random(in: 0 ... .max), options: configuration.options)
        if let path = configuration.stateFile {
            let (state, journal) = try Journal.open(path, fresh: fresh)
            self.sandbox = state
            self.journal = journal
        } else {
            sandbox = fresh
            journal = nil
        }
        self.logger = logger
        self.happened = happened
    }

    /// What was not delivered before the last end, oldest first.
    var undelivered: [EventRow] { sandbox.undelivered }

    /// Answers a request of the API, in the way of the first fault that matches it.
    func answer(_ request: SandboxRequest) async -> Outcome {
        let fault = takeFault(for: request)
        if fault?.kind == .cut {
            note(request, SandboxReply(status: 0, body: ""))
            return .cut
        }
        let flight = request.idempotencyKey.map { "\(request.account ?? "") \($0)" }
        if let flight, request.method == "POST" {
            guard inFlight.insert(flight).inserted else {
                note(request, Sandbox.keyInUse)
                return .reply(Sandbox.keyInUse)
            }
        }
        if fault?.kind == .slow { try? await Task.sleep(for: .milliseconds(fault?.milliseconds ?? 0)) }
        let reply = apply(.request(request), fault: fault)
        if let flight, request.method == "POST" { inFlight.remove(flight) }
        let isCut = fault?.kind == .appliedThenCut
        note(request, isCut ? SandboxReply(status: 0, body: "", isReplay: reply.isReplay) : reply)
        return isCut ? .cut : .reply(reply)
    }

    /// Does something to the machine, first in the journal.
    func apply(_ action: SandboxAction, fault: SandboxFault? = nil) -> SandboxReply {
        let now = Int64(Date().timeIntervalSince1970)
        do {
            try journal?.append(.init(action: action, fault: fault, now: now))
        } catch {
            logger.error("the state file cannot be written", metadata: ["reason": "\(error)"])
            return SandboxReply(status: 503, body: #"{"error":{"type":"api_error","message":"No state file."}}"#)
        }
        let before = sandbox.events.newestFirst.first
        let reply = sandbox.apply(action, fault: fault, now: now)
        for event in sandbox.eventsAfter(before) { happened(event) }
        return reply
    }

    private func takeFault(for request: SandboxRequest) -> SandboxFault? {
        guard let index = faults.firstIndex(where: { $0.match.fits(request) }) else { return nil }
        let fault = faults[index]
        faults[index].times -= 1
        if faults[index].times <= 0 { faults.remove(at: index) }
        return fault
    }

    private func note(_ request: SandboxRequest, _ reply: SandboxReply) {
        var plain = request
        plain.key = nil
        let noted = ReceivedRequest(request: plain, status: reply.status, isReplay: reply.isReplay)
        RequestLog.ofProcess?.note(noted)
        received.append(noted)
        if received.count > Self.receivedLimit { received.removeFirst(Self.receivedLimit / 8) }
    }

    /// - Returns: false where there are too many already.
    func add(_ fault: SandboxFault) -> Bool {
        guard faults.count < Self.faultLimit, fault.times > 0 else { return false }
        faults.append(fault)
        return true
    }

    func clearFaults() { faults = [] }
    func clearReceived() { received = [] }

    // What the pages show.

    func setup(_ id: String, secret: String) -> SetupRow? {
        sandbox.setups[id].flatMap { $0.secret == secret ? $0 : nil }
    }

    func intent(_ id: String, secret: String) -> IntentRow? {
        sandbox.intents[id].flatMap { $0.secret == secret ? $0 : nil }
    }

    func link(_ token: String) -> LinkRow? { sandbox.links[token] }
}

extension Sandbox {
    /// What happened since the newest event was `id`, oldest first.
    func eventsAfter(_ id: String?) -> [EventRow] {
        var later: [EventRow] = []
        for newer in events.newestFirst {
            if newer == id { break }
            if let row = events[newer] { later.append(row) }
        }
        return later.reversed()
    }
}
