internal import FoundationEssentials
internal import Identifiers
internal import RTP
internal import Relay

/// How good the connections of a room's two people are: what each is told, and what the marketplace keeps. Pure; a part of
/// ``Room``.
///
/// Through the relay each direction is measured there, and the receiver's own reports refine it. Between peers there is only
/// what the receivers report: what one side receives is what the other sends.
struct RoomQuality: Sendable {
    private struct Side: Sendable {
        let user: UserID
        let role: Role
        var connection = QualitySample.Connection.connecting
        var report = QualityReport(up: nil, down: nil)
        var receiver = ReceiverWatch()
        /// Smoothed; of what peers report. The relay's is smooth already.
        var average = QualityAverage()
        var up = QualityWindow()
        var down = QualityWindow()

        mutating func note() {
            if let up = report.up { self.up.add(up) }
            if let down = report.down { self.down.add(down) }
        }
    }

    /// Real time of a sample.
    static let length: NanosecondCount = .seconds(10)

    private let mode: RoomMode
    private let openedAt: Date
    private let opened: MonotonicInstant
    private var sides: [Side] = []
    private var startedAt: MonotonicInstant
    /// Whether a connection has changed since the last sample.
    private var hasChanged = false

    init(mode: RoomMode, openedAt: Date, now: MonotonicInstant) {
        self.mode = mode
        self.openedAt = openedAt
        opened = now
        startedAt = now
    }

    // MARK: What happens

    /// Somebody took a seat, for the first time or again.
    mutating func seated(_ identity: Identity, at now: MonotonicInstant) {
        guard !identity.isObserver else { return }
        if sides.allSatisfy({ $0.connection == .gone }) { startedAt = now }
        sides.removeAll { $0.user == identity.user }
        sides.append(Side(user: identity.user, role: identity.role))
        hasChanged = true
    }

    /// The path to somebody changed.
    mutating func connection(of user: UserID, is state: QualitySample.Connection) {
        guard let index = index(of: user), sides[index].connection != state else { return }
        sides[index].connection = state
        if state == .gone { sides[index].report = QualityReport(up: nil, down: nil) }
        hasChanged = true
    }

    /// The relay tells how both directions of somebody are.
    ///
    /// - Returns: what they are told.
    mutating func take(_ report: QualityReport, of user: UserID, at now: MonotonicInstant) -> QualityStatus? {
        guard let index = index(of: user) else { return nil }
        sides[index].report = report
        let source = other(than: user)?.report.up
        sides[index].report.down = report.down?.refined(
            by: sides[index].receiver.intervals(at: now), source: source)
        sides[index].note()
        return status(of: user)
    }

    /// A client tells what it receives.
    ///
    /// - Returns: what they are told, between peers.
    mutating func take(_ report: MediaReport, from user: UserID, at now: MonotonicInstant) -> QualityStatus? {
        guard let index = index(of: user) else { return nil }
        sides[index].receiver.take(report, at: now)
        guard mode == .p2p else { return nil }
        let intervals = sides[index].receiver.intervals(at: now)
        guard let quality = DirectionQuality(peers: intervals, rtt: report.roundTripTime) else { return nil }
        connection(of: user, is: .connected)
        let smooth = sides[index].average.update(quality)
        sides[index].report.down = smooth
        sides[index].down.add(smooth)
        if let other = sides.firstIndex(where: { $0.user != user }) {
            sides[other].report.up = smooth
            sides[other].up.add(smooth)
        }
        return status(of: user)
    }

    // MARK: What is told

    /// What somebody is told: their own two directions, the other side's, and whose connection is weak.
    func status(of user: UserID) -> QualityStatus? {
        guard let own = side(user) else { return nil }
        let theirs = other(than: user).flatMap { $0.connection == .gone ? nil : $0.report }
        return QualityStatus(
            user: user, yours: own.report, theirs: theirs, weak: Self.weak(mode, own.report, theirs))
    }

    /// Between peers both have the same path: the direction that is weak is its sender's.
    private static func weak(_ mode: RoomMode, _ yours: QualityReport, _ theirs: QualityReport?) -> WeakSide? {
        switch mode {
        case .relay: WeakSide(yours: yours, theirs: theirs)
        case .p2p:
            WeakSide(
                yours: QualityReport(up: yours.up, down: nil), theirs: QualityReport(up: yours.down, down: nil))
        }
    }

    /// Time has passed.
    ///
    /// - Parameter isLast: whether the room is over.
    /// - Returns: a sample where one is due: each ten seconds, and where a connection has changed since the last one, which the
    ///   same stretch's sample replaces when it is complete.
    mutating func sample(at now: MonotonicInstant, mediaSeconds: Int, isLast: Bool = false) -> QualitySample? {
        guard !sides.isEmpty else { return nil }
        if mode == .p2p, !isLast { lookForSilence(now) }
        if isLast { for index in sides.indices { connection(of: sides[index].user, is: .gone) } }
        let isComplete = now.since(startedAt) >= Self.length
        guard isComplete || hasChanged || isLast else { return nil }
        hasChanged = false
        let sample = QualitySample(
            startedAt: openedAt.addingTimeInterval(Double(startedAt.since(opened)) / 1e9).text,
            milliseconds: Int(max(0, now.since(startedAt)) / .milliseconds(1)), mediaSeconds: mediaSeconds,
            sides: sides.map { side in
                QualitySample.Side(
                    role: side.role, connection: side.connection, up: side.up.mean ?? side.report.up,
                    down: side.down.mean ?? side.report.down)
            })
        guard isComplete else { return sample }
        for index in sides.indices {
            sides[index].up = QualityWindow()
            sides[index].down = QualityWindow()
        }
        let next = startedAt.advanced(by: Self.length)
        startedAt = now.since(next) < Self.length ? next : now
        return sample
    }

    /// Between peers nobody but the two knows of their path: who no longer reports has none.
    private mutating func lookForSilence(_ now: MonotonicInstant) {
        for side in sides where side.connection == .connected {
            guard let at = side.receiver.reportedAt, now.since(at) > ReceiverWatch.patience else { continue }
            connection(of: side.user, is: .disconnected)
        }
    }

    private func index(of user: UserID) -> Int? { sides.firstIndex { $0.user == user } }
    private func side(_ user: UserID) -> Side? { sides.first { $0.user == user } }
    private func other(than user: UserID) -> Side? { sides.first { $0.user != user } }
}

/// What a participant is told of the quality.
struct QualityStatus: Sendable, Equatable {
    var user: UserID
    var yours: QualityReport
    /// Nil while nobody is there.
    var theirs: QualityReport?
    /// Nil where neither connection is weak.
    var weak: WeakSide?
}

extension QualitySample.Connection {
    init(_ state: PathState) {
        self =
            switch state {
            case .connecting: .connecting
            case .connected: .connected
            case .disconnected: .disconnected
            case .failed: .failed
            }
    }
}
