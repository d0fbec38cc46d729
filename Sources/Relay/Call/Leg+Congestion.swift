import RTP
import SDP
import Transport

/// Congestion control of one leg: of the path towards its peer, and of the path from it.
struct LegCongestion {
    /// Ids of the peer's extension elements; 0: it sends none.
    private var numberID: UInt8 = 0
    private var timeID: UInt8 = 0
    /// Whether the peer reports on each packet.
    private(set) var reportsPackets = false
    /// Towards the peer, where it reports on each packet.
    var down = DownlinkCongestion()
    /// Towards the peer, where all it tells is how much it loses.
    private var losses = LossController(
        start: DownlinkCongestion.bounds.upperBound, bounds: DownlinkCongestion.bounds)
    /// What the peer says it can take, in bits per second (REMB).
    var receiverLimit: Double?
    /// From the peer: what to tell it of its packets.
    var arrivals = ArrivalRecorder()
    /// From the peer, where it leaves the estimate to us.
    private var up = UplinkEstimator()
    /// What the peer is allowed.
    var cap = BitrateCap()
    var nextControl = MonotonicInstant(nanoseconds: 0)

    /// Reads what the m-lines agreed on.
    mutating func negotiated(_ slots: [SlotNegotiation]) {
        let numbered = slots.lazy.filter(\.reportsPackets)
        numberID = numbered.compactMap { $0.id(NegotiationPolicy.transportSequence, sent: false) }.first ?? 0
        timeID =
            numberID > 0 ? 0 : slots.lazy.compactMap { $0.id(NegotiationPolicy.sendTime, sent: false) }.first ?? 0
        reportsPackets = slots.contains {
            switch $0.stamp {
            case .number: true
            case .none, .sendTime: false
            }
        }
    }

    /// A packet came from the peer.
    @inline(__always)
    mutating func arrived(_ header: RTPHeader, in packet: RawSpan, at now: MonotonicInstant) {
        if numberID != 0 {
            guard let element = header.value(of: numberID, in: packet), element.count >= 2 else { return }
            arrivals.record(packet.uint16(at: element.lowerBound), at: now)
        } else if timeID != 0 {
            guard let element = header.value(of: timeID, in: packet), element.count >= 3 else { return }
            up.received(
                sendTime: packet.uint24(at: element.lowerBound), size: packet.byteCount + DownlinkCongestion.overhead,
                at: now)
        }
    }

    /// The peer tells how much of a stream it lost.
    mutating func reported(_ loss: Double, sending: Double, roundTrip: NanosecondCount?, at now: MonotonicInstant) {
        guard !reportsPackets else { return }
        losses.update(
            share: loss, weight: 0.5, current: max(1.5 * sending, DownlinkCongestion.bounds.lowerBound),
            isQueued: nil, roundTrip: roundTrip, at: now)
    }

    /// What the path towards the peer carries, in bits per second; nil where nothing is known of it.
    var downlink: Double? {
        if reportsPackets { return down.bitrate }
        let upper = DownlinkCongestion.bounds.upperBound
        let lesser = min(losses.estimate, receiverLimit ?? upper)
        return lesser < upper ? lesser : nil
    }

    /// What the path from the peer carries, in bits per second; nil where the peer estimates it itself, or nothing is known.
    var uplink: Double? { timeID == 0 ? nil : up.bitrate }
}

extension Leg {
    private static let controlInterval = NanosecondCount.milliseconds(200)
    /// What a browser sends of one picture at most: more need not be proven.
    private static let enoughForPicture = 2_500_000.0
    /// What a better layer must leave free, and what sound needs beside it.
    private static let layerReserve = 1.2
    /// A layer without a packet for so long has stopped.
    private static let layerSilence = NanosecondCount.milliseconds(400)

    /// Whether a packet of a slot may be sent to this leg's peer now: sound always, video where the path is not full, and
    /// after a pause from a key frame on.
    @inline(__always)
    func admits(_ downlink: Downlink, startsKeyFrame: Bool) -> Bool {
        guard downlink.slot != .mic else { return true }
        if congestion.down.isShedding {
            downlink.awaitsKeyFrame = true
            return false
        }
        guard downlink.awaitsKeyFrame else { return true }
        guard startsKeyFrame else { return false }
        downlink.awaitsKeyFrame = false
        return true
    }

    /// Writes this leg's own extension element into a packet to its peer, into the place of `element` or into one made for
    /// it.
    ///
    /// - Returns: the packet's bytes, which may have grown.
    @inline(__always)
    func stamp(
        _ stamp: LegStamp, _ bytes: inout MutableRawSpan, _ header: RTPHeader, _ element: Range<Int>?, _ length: Int,
        _ now: MonotonicInstant
    ) -> Int {
        guard stamp.id != 0 else { return length }
        var length = length
        var place = element
        // SRTP needs its room behind the packet.
        if place == nil, length &+ 8 &+ mediaCipherRoom <= bytes.byteCount,
            let made = RTPHeader.insertExtension(
                id: stamp.id, dataLength: stamp.dataLength, into: &bytes, header: header, length: length)
        {
            place = made.data
            length = made.length
        }
        guard let place, place.count == stamp.dataLength else { return length }
        switch stamp {
        case .none: break
        case .number: bytes.set(congestion.down.number(length, at: now), at: place.lowerBound)
        case .sendTime:
            // 24 bits of seconds with 18 bits of fraction.
            let time = UInt32(truncatingIfNeeded: RTPClock.units(now.nanoseconds, rate: 1 << 18))
            bytes.set(UInt8(truncatingIfNeeded: time >> 16), at: place.lowerBound)
            bytes.set(UInt16(truncatingIfNeeded: time), at: place.lowerBound &+ 1)
        }
        return length
    }

    /// The peer's report on each packet.
    func received(_ content: Range<Int>, in datagram: RawSpan, at now: MonotonicInstant) {
        guard let report = TransportFeedbackReader(content, in: datagram) else {
            call.surroundings.metrics.packetsRejected &+= 1
            return
        }
        congestion.down.received(report, in: datagram, roundTrip: reporting.roundTrip, at: now)
    }

    /// Tells the sender of its packets, probes the path to it, and every 200 ms settles what may be sent.
    func controlCongestion(_ now: MonotonicInstant) {
        guard let transport, transport.isConnected else { return }
        if congestion.arrivals.isDue(at: now) {
            while let content = congestion.arrivals.next(at: now) {
                var writer = RTCPWriter()
                writer.transportFeedback(sender: reporting.ssrc, media: uplinks.first?.ssrc ?? 0, content: content)
                _ = transport.sendRTCP(writer.bytes)
            }
        }
        if congestion.reportsPackets { probe(now) }
        guard now >= congestion.nextControl else { return }
        congestion.nextControl = now.advanced(by: Self.controlInterval)
        for uplink in uplinks { uplink.flow.read(at: now) }
        chooseLayers(now)
        limitSender(now)
    }

    private func probe(_ now: MonotonicInstant) {
        let estimate = congestion.down.estimator.bitrate
        let padding = congestion.down.tick(wantsMore: wantsMore(than: estimate), at: now)
        if padding > 0 { sendPadding(padding, at: now) }
        guard !congestion.down.isShedding else { return }
        // Asked for until it comes; the throttle spaces the questions.
        for case let downlink? in downlinks where downlink.awaitsKeyFrame {
            call.other(than: seat)?.requestKeyFrames(of: downlink.slot, at: now)
        }
    }

    /// Whether the other side could send this peer more than `estimate`: pictures that flow are below their best, or a
    /// better layer waits. What is sent tells nothing: an encoder that is limited sends less than it is allowed.
    private func wantsMore(than estimate: Double) -> Bool {
        guard let other = call.other(than: seat), call.meter.isOpen else { return false }
        var wanted = 0.0
        for case let downlink? in downlinks where downlink.slot != .mic && other.ways[downlink.slot.index] != nil {
            var best = 0.0
            for uplink in other.uplinks where uplink.slot == downlink.slot && uplink.flow.bitrate > 0 {
                let most = uplink.layer == nil ? Self.enoughForPicture : uplink.flow.bitrate * Self.layerReserve
                best = max(best, most)
            }
            wanted += best
        }
        return wanted > estimate
    }

    /// Tells this leg's sender what it may send, where it takes that: what the slower of its own path and the other side's
    /// carries.
    private func limitSender(_ now: MonotonicInstant) {
        guard let slot = slots.lazy.compactMap({ $0 }).first(where: { $0.takesLimit && $0.receives }) else { return }
        let audio = uplinks.lazy.filter { $0.slot == .mic }.map(\.flow.bitrate).max() ?? 0
        let video = uplinks.filter { $0.slot != .mic && !$0.isRetired }
        // A simulcast sender is not slowed down for the other side: that is what its layers are for.
        let isLayered = video.contains { $0.layer != nil }
        let limit = BitrateCap.limit(
            uplink: congestion.uplink,
            downlink: isLayered ? nil : call.other(than: seat)?.congestion.downlink,
            audio: audio, concernsVideoOnly: !slot.reportsPackets)
        guard let limit, !video.isEmpty, congestion.cap.shouldTell(limit, at: now) else { return }
        var writer = RTCPWriter()
        writer.receiverEstimatedMaximumBitrate(
            sender: reporting.ssrc, bitrate: UInt64(limit), ssrcs: video.map(\.ssrc))
        _ = transport?.sendRTCP(writer.bytes)
    }

    /// Chooses the layer of each simulcast slot that this leg's peer is sent.
    private func chooseLayers(_ now: MonotonicInstant) {
        guard let other = call.other(than: seat) else { return }
        for case let downlink? in downlinks {
            guard let count = other.slots[downlink.slot.index]?.layers.count, count > 0 else { continue }
            var bitrates = [Double](repeating: 0, count: count)
            var others = 0.0
            for uplink in other.uplinks {
                if uplink.slot == downlink.slot, let layer = uplink.layer, layer < count {
                    // A sender stops layers that its own path cannot carry.
                    guard now.since(uplink.lastArrival) < Self.layerSilence else { continue }
                    bitrates[layer] = max(bitrates[layer], uplink.flow.bitrate)
                } else if uplink.layer == nil {
                    others += uplink.flow.bitrate
                }
            }
            let budget = congestion.downlink.map { max($0 - others, 0) }
            let best = LayerChoice.best(bitrates, budget: budget, current: downlink.layer.current)
            guard let best, best != downlink.layer.current else {
                downlink.layer.target = downlink.layer.current
                continue
            }
            downlink.layer.target = best
            for uplink in other.uplinks where uplink.slot == downlink.slot && uplink.layer == best {
                other.requestKeyFrame(of: uplink, at: now)
            }
        }
    }
}
