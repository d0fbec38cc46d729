import RTP

extension LoadReport.Spread {
    /// Of single values; nil where there are none.
    init?(_ values: [Double]) {
        guard let last = values.max() else { return nil }
        let sorted = values.sorted()
        // The nearest rank: a value that was really seen.
        func quantile(_ share: Double) -> Double { sorted[Int((Double(sorted.count) * share).rounded(.up)) - 1] }
        self.init(p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max: last)
    }

    /// Of delays, in milliseconds; nil where there are none.
    init?(_ histogram: LatencyHistogram) {
        guard let p50 = histogram.quantile(0.5), let p95 = histogram.quantile(0.95), let p99 = histogram.quantile(0.99)
        else { return nil }
        self.init(
            p50: Double(p50) / 1e6, p95: Double(p95) / 1e6, p99: Double(p99) / 1e6,
            max: Double(histogram.longest) / 1e6)
    }
}

extension LoadReport {
    /// Puts together what was counted.
    ///
    /// - Parameters:
    ///   - seconds: the time that counts.
    ///   - failures: what went wrong, by room.
    init(
        plan: LoadPlan, clip: MediaClip, seconds: Double, callers: [CallerResult], failures: [Int: String], gauge: Gauge
    ) {
        load = Load(
            server: plan.server.text, rooms: plan.rooms.count, ramp: plan.ramp, seconds: seconds,
            audioBitrate: clip.audio.bitrate, videoBitrate: clip.video?.bitrate,
            videoSize: plan.video.map { "\($0.width)x\($0.height)" },
            packetsPerCallerPerSecond: clip.audio.packetRate + (clip.video?.packetRate ?? 0))
        var byRoom: [Int: [CallerSeat: CallerResult]] = [:]
        for caller in callers { byRoom[caller.room, default: [:]][caller.seat] = caller }
        rooms = plan.rooms.indices.map { number in
            Room(number, byRoom[number] ?? [:], seconds: seconds, plan: plan, failure: failures[number])
        }
        completeRooms = rooms.count { $0.complete }
        callersWithoutMedia = 2 * plan.rooms.count - callers.count { $0.firstMediaAt != nil }
        setUp = SetUp(byRoom)
        packets = Packets(byRoom, seconds: seconds)
        latency = Latency(callers)
        score = Scores(rooms.compactMap(\.score))
        tool = Tool(callers, gauge, seconds: seconds)
        server = Server(gauge, received: packets.received, rooms: plan.rooms.count, seconds: seconds)
        relay = gauge.metrics.map { RelayFigures($0, packets) }
    }
}

extension LoadReport.Scores {
    init?(_ scores: [Double]) {
        let sorted = scores.sorted()
        guard let worst = sorted.first else { return nil }
        self.init(worst: worst, p5: sorted[(sorted.count - 1) / 20], p50: sorted[(sorted.count - 1) / 2])
    }
}

extension LoadReport.SetUp {
    init(_ rooms: [Int: [CallerSeat: CallerResult]]) {
        let pairs = rooms.values.compactMap { seats in
            if let first = seats[.first], let second = seats[.second] { (first, second) } else { nil }
        }
        func milliseconds(_ part: ((CallerResult, CallerResult)) -> Int64?) -> LoadReport.Spread? {
            LoadReport.Spread(pairs.compactMap { part($0).map { Double($0) / 1e6 } })
        }
        self.init(
            media: milliseconds { $1.firstMediaAt?.since($1.startedAt) },
            complete: milliseconds { first, second in
                guard let one = first.readyAt, let other = second.readyAt else { return nil }
                return max(one, other).since(second.startedAt)
            },
            signaling: milliseconds { $1.answeredAt?.since($1.startedAt) },
            path: milliseconds { _, second in
                second.answeredAt.flatMap { answered in second.connectedAt?.since(answered) }
            })
    }
}

extension LoadReport.Packets {
    init(_ rooms: [Int: [CallerSeat: CallerResult]], seconds: Double) {
        self.init()
        for caller in rooms.values.flatMap(\.values) {
            // Where nobody is there to receive, nothing can be lost.
            if rooms[caller.room]?[caller.seat.other]?.connectedAt != nil {
                sent &+= caller.counters.voicesSent &+ caller.counters.picturesSent
            }
            askedAgain &+= caller.counters.packetsAskedAgain
            keyFrameRequests &+= caller.counters.keyFrameRequests
            wrong &+= caller.rejected
            for stream in caller.streams {
                received &+= stream.figures.received
                duplicated &+= stream.figures.duplicates
                reordered &+= stream.figures.reordered
                wrong &+= stream.foreign
            }
        }
        lost = sent > received ? sent - received : 0
        lossShare = sent > 0 ? Double(lost) / Double(sent) : 0
        receivedPerSecond = seconds > 0 ? Double(received) / seconds : 0
    }
}

extension LoadReport.Latency {
    init(_ callers: [CallerResult]) {
        var (voices, pictures) = (LatencyHistogram(), LatencyHistogram())
        for caller in callers {
            voices.add(caller.heard.figures.latency)
            if let seen = caller.seen { pictures.add(seen.figures.latency) }
        }
        var all = voices
        all.add(pictures)
        self.init(all: .init(all), audio: .init(voices), video: .init(pictures))
    }
}

extension LoadReport.Server {
    init?(_ gauge: Gauge, received: UInt64, rooms: Int, seconds: Double) {
        guard let server = gauge.server, let idle = gauge.idle, seconds > 0 else { return nil }
        let used = server.end.processorSeconds - server.begin.processorSeconds
        self.init(
            cpuPercent: 100 * used / seconds,
            cpuMicrosecondsPerPacket: received > 0 ? 1e6 * used / Double(received) : nil,
            memoryBytes: server.end.residentBytes,
            memoryBytesPerRoom: (Double(server.end.residentBytes) - Double(idle.residentBytes)) / Double(max(1, rooms)))
    }
}

extension LoadReport.RelayFigures {
    init(_ page: MetricsPage, _ packets: LoadReport.Packets) {
        self.init(
            forwarded: page.forwarded, lostBefore: page.lost,
            lostInside: max(0, Double(packets.sent) - page.lost - page.forwarded),
            lostAfter: max(0, page.forwarded - Double(packets.received)),
            forwardLatencyP50: page.quantile(0.5).map { $0 * 1000 },
            forwardLatencyP99: page.quantile(0.99).map { $0 * 1000 })
    }
}

extension LoadReport.Tool {
    init(_ callers: [CallerResult], _ gauge: Gauge, seconds: Double) {
        var lateness = LatencyHistogram()
        var unsent: UInt64 = 0
        for caller in callers {
            lateness.add(caller.counters.lateness)
            unsent &+= caller.counters.unsent
        }
        let used = gauge.ours.map { $0.end.processorSeconds - $0.begin.processorSeconds } ?? 0
        self.init(
            cpuPercent: seconds > 0 ? 100 * used / seconds : 0,
            latenessP99: lateness.quantile(0.99).map { Double($0) / 1e6 }, unsent: unsent)
    }
}

extension LoadReport.Room {
    init(
        _ number: Int, _ seats: [CallerSeat: CallerResult], seconds: Double, plan: LoadPlan, failure: String?
    ) {
        let ways = CallerSeat.allCases.compactMap { seat -> LoadReport.Direction? in
            guard let sender = seats[seat], let receiver = seats[seat.other] else { return nil }
            return LoadReport.Direction(from: sender, to: receiver, seconds: seconds, target: plan.video?.bitrate)
        }
        self.init(
            room: number,
            complete: CallerSeat.allCases.allSatisfy { seats[$0]?.readyAt != nil },
            setUp: seats[.second].flatMap { second in
                second.firstMediaAt.map { Double($0.since(second.startedAt)) / 1e6 }
            },
            score: ways.count == 2 ? ways.compactMap(\.score).min() : nil, directions: ways,
            failure: failure ?? CallerSeat.allCases.compactMap { seats[$0]?.failure }.first)
    }
}

extension LoadReport.Direction {
    init(from sender: CallerResult, to receiver: CallerResult, seconds: Double, target: Int?) {
        audio = LoadReport.Stream(sender.counters.voicesSent, receiver.heard, seconds: seconds)
        video = receiver.seen.map { LoadReport.Stream(sender.counters.picturesSent, $0, seconds: seconds) }
        from = "\(sender.seat)"
        score = RoomScore.score(voice: audio, picture: video, target: target)
    }
}

extension LoadReport.Stream {
    init(_ sent: UInt64, _ reception: StreamReception, seconds: Double) {
        let figures = reception.figures
        let lost = sent > figures.received ? sent - figures.received : 0
        self.init(
            sent: sent, received: figures.received, lossShare: sent > 0 ? Double(lost) / Double(sent) : 0,
            bitrate: seconds > 0 ? Double(figures.octets * 8) / seconds : 0, jitter: reception.jitter * 1000,
            latency: .init(figures.latency))
    }
}
