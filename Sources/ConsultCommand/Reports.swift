import Foundation
import Identifiers
import Operations
import Relay
import Signaling

/// From what the parts say about themselves to what the private port shows.

/// Every metric of the published contract that this build has.
func metricFamilies(relay: RelayMetrics, signaling: SignalingMetrics) -> [MetricFamily] {
    let events = BillingEvent.allCases.map { event in
        MetricFamily.Series(
            .number(Double(signaling.billingEvents[event] ?? 0)), labels: [.init("event", event.rawValue)])
    }
    let fates = [("audio", relay.audio), ("video", relay.video)].flatMap { media, packets in
        [
            ("arrived", packets.arrived), ("recovered", packets.recovered), ("unrecovered", packets.unrecovered),
        ].map { fate, count in
            MetricFamily.Series(.number(Double(count)), labels: [.init("media", media), .init("fate", fate)])
        }
    }
    return [
        .gauge("consult_calls_active", help: "Rooms somebody is in.", signaling.rooms),
        .gauge("consult_participants", help: "Participants, connected or expected back.", signaling.participants),
        .gauge("consult_relay_calls", help: "Calls open in the relay.", relay.callsActive),
        .gauge("consult_relay_peers", help: "Peers with an established media path.", relay.participants),
        .counter(
            "consult_packets_forwarded_total", help: "RTP packets sent to the other side.", relay.packetsForwarded),
        .counter("consult_bytes_forwarded_total", help: "Bytes of those packets.", relay.bytesForwarded),
        .counter("consult_packets_lost_total", help: "RTP packets that never reached the relay.", relay.packetsLost),
        .counter(
            "consult_packets_gated_total", help: "RTP packets held back because the gate was closed.",
            relay.packetsGated),
        .counter(
            "consult_packets_rejected_total", help: "Packets that were malformed or failed authentication.",
            relay.packetsRejected),
        .counter(
            "consult_packets_retransmitted_total", help: "RTP packets sent again on request.",
            relay.packetsRetransmitted),
        .counter(
            "consult_packets_recovered_total", help: "RTP packets that the relay asked for again, and got.",
            relay.audio.recovered &+ relay.video.recovered),
        .counter(
            "consult_packets_unrecovered_total", help: "RTP packets that were given up: loss after recovery.",
            relay.audio.unrecovered &+ relay.video.unrecovered),
        MetricFamily(
            "consult_uplink_packets_total", .counter,
            help: "RTP packets from senders: came by themselves, came when asked for, never came.",
            series: fates),
        .counter(
            "consult_packets_unsent_total", help: "RTP packets that the socket towards their receiver did not take.",
            relay.packetsUnsent),
        .counter(
            "consult_packets_shed_total", help: "Video packets held back because a receiver's path was full.",
            relay.packetsShed),
        .counter(
            "consult_packets_probing_total", help: "Padding packets sent to find out what a path carries.",
            relay.packetsProbing),
        .histogram(
            "consult_forward_latency_seconds", help: "From a packet's arrival to its departure.",
            Buckets(relay.forwardLatency)),
        .histogram(
            "consult_call_setup_seconds", help: "From a participant's offer to their first media.",
            Buckets(relay.callSetup)),
        MetricFamily(
            "consult_billing_events_total", .counter, help: "What happened to media clocks.", series: events),
        .gauge("consult_websocket_connections", help: "WebSockets open.", signaling.connections),
        .counter("consult_websocket_opened_total", help: "WebSockets opened.", signaling.connectionsTotal),
        .counter("consult_websocket_messages_total", help: "Messages received.", signaling.messages),
        .counter("consult_websocket_errors_total", help: "Errors answered.", signaling.errors),
        .counter("consult_pushes_total", help: "Notifications given to people's connections.", signaling.pushes),
        .counter(
            "consult_pushes_undelivered_total", help: "Notifications for people without a connection.",
            signaling.undelivered),
        .gauge(
            "consult_session_reports_pending", help: "Reports of sessions that wait to be kept.",
            signaling.reportsPending),
    ] + qualityFamilies(signaling.quality)
}

/// How good the participants' connections are.
private func qualityFamilies(_ quality: QualityMetrics) -> [MetricFamily] {
    func series(_ direction: QualityMetrics.Direction, _ name: String, _ value: String, _ histogram: Histogram)
        -> MetricFamily.Series
    {
        .init(
            .histogram(Buckets(histogram)), labels: [.init("direction", direction.rawValue), .init(name, value)])
    }
    let directions = QualityMetrics.Direction.allCases
    return [
        MetricFamily(
            "consult_call_quality_score", .histogram,
            help: "Quality of each direction, 1 to 5, about every two seconds.",
            series: directions.flatMap {
                [
                    series($0, "media", "audio", quality[$0].audio), series($0, "media", "video", quality[$0].video),
                ]
            }),
        MetricFamily(
            "consult_call_loss_ratio", .histogram,
            help: "Share of packets lost on the way, and still missing after retransmission.",
            series: directions.flatMap {
                [
                    series($0, "recovery", "before", quality[$0].loss),
                    series($0, "recovery", "after", quality[$0].remainingLoss),
                ]
            }),
        .histogram(
            "consult_call_round_trip_seconds", help: "Round trips of participants.", Buckets(quality.roundTrip)),
        MetricFamily(
            "consult_call_freezes_total", .counter, help: "Freezes of pictures.",
            series: directions.map {
                .init(.number(Double(quality[$0].freezes)), labels: [.init("direction", $0.rawValue)])
            }),
    ]
}

extension Buckets {
    init(_ histogram: Histogram) {
        self.init(bounds: histogram.bounds, counts: histogram.counts, sum: histogram.sum)
    }
}

extension ClockReport {
    init(_ status: ClockStatus) {
        self.init(
            state: status.state.rawValue, mediaSeconds: status.mediaSeconds,
            thresholdSeconds: status.thresholdSeconds, horizonSeconds: status.horizonSeconds, running: status.running)
    }
}

extension CallReport {
    init(_ call: CallSummary) {
        self.init(
            room: call.room.text, session: call.session?.text, mode: call.mode.rawValue,
            openedAt: WallTime(milliseconds: Int64(call.openedAt.timeIntervalSince1970 * 1000)),
            participants: call.participants.map {
                Participant(userId: $0.user.text, role: $0.role.rawValue, connected: $0.isConnected)
            }, clock: ClockReport(call.clock))
    }
}
