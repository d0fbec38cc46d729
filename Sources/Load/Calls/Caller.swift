import RTP
import Transport

/// One of a room's two callers.
package enum CallerSeat: UInt32, Sendable, CaseIterable {
    /// The one who comes first.
    case first = 0
    /// The one who comes when the first has a path.
    case second = 1

    /// The opposite seat.
    package var other: CallerSeat { self == .first ? .second : .first }

    /// How marks name what a caller in this seat sends.
    package func stream(of kind: ClipStream.Kind, room: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: room) << 2 | rawValue << 1 | kind.rawValue
    }
}

/// One synthetic caller: the path, what is sent from the clip, what is received. Confined to its loop's thread.
final class Caller {
    let room: Int
    let seat: CallerSeat
    let startedAt: MonotonicInstant
    var answeredAt: MonotonicInstant?
    var connectedAt: MonotonicInstant?
    var failure: String?
    var transport: PeerTransport?
    /// The voice and, where there is one, the picture.
    var senders: [ClipSender]
    var heard: StreamReception
    var seen: StreamReception?
    var counters = CallerCounters()
    /// Packets count that are sent from then on.
    var countsFrom = MonotonicInstant(nanoseconds: .max)
    var reportDue: MonotonicInstant?
    /// Who waits for the path.
    var waiter: (continuation: CheckedContinuation<Bool, Never>, deadline: MonotonicInstant)?

    init(room: Int, seat: CallerSeat, clip: MediaClip, startedAt: MonotonicInstant) {
        self.room = room
        self.seat = seat
        self.startedAt = startedAt
        var random = SystemRandomNumberGenerator()
        senders = [clip.audio, clip.video].compactMap { $0 }.map { stream in
            ClipSender(
                stream, stream: seat.stream(of: stream.kind, room: room),
                payloadType: CallerDescription.payloadType(of: stream.kind), using: &random)
        }
        heard = StreamReception(
            stream: seat.other.stream(of: .audio, room: room), clockRate: clip.audio.clockRate)
        seen = clip.video.map {
            StreamReception(stream: seat.other.stream(of: .video, room: room), clockRate: $0.clockRate)
        }
    }

    deinit { transport?.detach() }

    var isSettingUp: Bool { transport?.state == .connecting }

    /// When everything that is expected has begun to come; nil before.
    var readyAt: MonotonicInstant? {
        guard let voice = heard.firstArrival else { return nil }
        guard let seen else { return voice }
        return seen.firstArrival.map { max($0, voice) }
    }

    // MARK: Sending

    /// Sends what is due.
    ///
    /// - Returns: when the next frame is; nil before there is a path.
    func send(_ now: MonotonicInstant, _ burst: PacketBuffers) -> MonotonicInstant? {
        guard connectedAt != nil, let transport else { return nil }
        var next: MonotonicInstant?
        for index in senders.indices {
            guard let due = senders[index].due else { continue }
            if due <= now { send(&senders[index], transport, now, burst) }
            let following = senders[index].due ?? due
            next = next.map { min($0, following) } ?? following
        }
        return next
    }

    private func send(
        _ sender: inout ClipSender, _ transport: PeerTransport, _ now: MonotonicInstant,
        _ burst: PacketBuffers
    ) {
        var waiting = 0
        let refused = transport.unsent
        while let frame = sender.next(now) {
            counters.lateness.observe(frame.lateness)
            for packet in frame.packets {
                let moment = MonotonicInstant.now()
                let buffer = burst[waiting]
                let length = sender.write(packet, of: frame, into: buffer, at: moment)
                if !transport.forwardRTP(buffer, length: length) { counters.unsent &+= 1 }
                waiting &+= 1
                if waiting == PacketBuffers.count {
                    transport.flushForwarded()
                    waiting = 0
                }
                guard moment >= countsFrom else { continue }
                switch sender.clip.kind {
                case .audio: counters.voicesSent &+= 1
                case .video: counters.picturesSent &+= 1
                }
            }
        }
        transport.flushForwarded()
        counters.unsent &+= transport.unsent &- refused
    }

    /// Leaves out what was due meanwhile.
    func resume(_ now: MonotonicInstant) {
        for index in senders.indices { senders[index].skip(to: now) }
    }

    // MARK: The path

    func close() {
        transport?.close()
        settle(false)
    }

    func settle(_ connected: Bool) {
        waiter?.continuation.resume(returning: connected)
        waiter = nil
    }

    func fail(_ reason: String) {
        if failure == nil { failure = reason }
        settle(false)
    }
}

/// What a caller counts.
package struct CallerCounters: Sendable, Equatable {
    /// Packets of the voice that were sent in the time that counts.
    package var voicesSent: UInt64 = 0
    /// Packets of the picture likewise.
    package var picturesSent: UInt64 = 0
    /// Packets that the socket did not take.
    package var unsent: UInt64 = 0
    /// Key frames asked for (PLI, FIR).
    package var keyFrameRequests: UInt64 = 0
    /// Packets asked for again (NACK).
    package var packetsAskedAgain: UInt64 = 0
    /// Packets sent again.
    package var packetsSentAgain: UInt64 = 0
    /// How late frames were sent: what the load tool itself adds.
    package var lateness = LatencyHistogram()

    /// All zero.
    package init() {}
}

extension Caller: PeerTransportDelegate {
    func transport(_ transport: PeerTransport, entered state: PeerTransport.State) {
        switch state {
        case .connecting: break
        case .connected:
            let now = MonotonicInstant.now()
            if connectedAt == nil {
                connectedAt = now
                // Everybody's frames at a moment of their own.
                for index in senders.indices {
                    senders[index].begin(at: now.advanced(by: .random(in: 0..<senders[index].clip.interval)))
                }
                reportDue = now.advanced(by: .random(in: 0..<Self.reportInterval))
            }
            settle(true)
        case .interrupted(let reason), .failed(let reason): fail(reason)
        case .closed: fail("the server closed the path")
        }
    }

    // Nothing that arrives is sent on.
    func transport(_ transport: PeerTransport, deliveredPacketsFrom arrival: Int64?) {}

    // Host candidates alone are gathered, and they are in the offer.
    func transport(_ transport: PeerTransport, found candidate: String?) {}

    func transport(_ transport: PeerTransport, receivedRTP buffer: UnsafeMutableRawBufferPointer, length: Int) {
        let packet = UnsafeMutableRawBufferPointer(rebasing: buffer[..<length])
        guard let header = RTPHeader(parsing: packet.bytes) else { return }
        if header.payloadType == CallerDescription.voicePayloadType {
            heard.received(header, packet.bytes, at: transport.lastArrival, countingFrom: countsFrom)
        } else {
            seen?.received(header, packet.bytes, at: transport.lastArrival, countingFrom: countsFrom)
        }
    }
}
