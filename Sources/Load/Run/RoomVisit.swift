import NIOCore
import NIOSSL
import RTP
import Transport

/// What all visits share.
struct VisitSurroundings: Sendable {
    let server: ServerAddress
    let tls: NIOSSLContext?
    let group: any EventLoopGroup
    let board: RoomBoard
    let end: EndSignal

    /// Waits for a room's turn.
    ///
    /// - Returns: whether the load goes on by then.
    func isStillOn(at begin: ContinuousClock.Instant) async -> Bool {
        let clock = ContinuousClock()
        while !end.isGiven, clock.now < begin {
            try? await clock.sleep(until: min(begin, clock.now + .milliseconds(200)))
        }
        return !end.isGiven
    }
}

/// One room from its first caller's connecting to both callers' leaving.
struct RoomVisit: Sendable {
    let number: Int
    let tokens: LoadPlan.Room
    let loop: CallerLoop
    let around: VisitSurroundings

    /// How long a path may take to come up.
    private static let pathPatience = NanosecondCount.seconds(15)

    /// Calls, stays until the end, and leaves. What goes wrong is noted on the board.
    func run() async {
        await withDiscardingTaskGroup { listening in
            var lines: [(SignalingLine, CallerKey)] = []
            do {
                let first = try await enter(tokens.first, .first, &listening, &lines)
                guard await loop.isConnected(first, within: Self.pathPatience) else {
                    throw LoadError("the first caller's path did not come up")
                }
                _ = try await enter(tokens.second, .second, &listening, &lines)
            } catch {
                around.board.note("\(error)", in: number)
            }
            await around.end.wait()
            for (line, caller) in lines {
                // A server that has gone by then has nothing left to leave.
                _ = try? await line.request("room.leave", NoParameters(), as: NoParameters.self)
                await loop.close(caller)
                await line.close()
            }
        }
    }

    private func enter(
        _ token: String, _ seat: CallerSeat, _ listening: inout DiscardingTaskGroup,
        _ lines: inout [(SignalingLine, CallerKey)]
    ) async throws(LoadError) -> CallerKey {
        let start = MonotonicInstant.now()
        let line = try await SignalingLine.open(to: around.server, tls: around.tls, on: around.group)
        do throws(LoadError) {
            _ = try await line.request("hello", TokenParameters(token: token), as: NoParameters.self)
            let joined = try await line.request("room.join", TokenParameters(token: token), as: JoinResult.self)
            guard joined.mode == "relay" else { throw LoadError("the room does not go through the relay") }
            let (caller, offer) = try await loop.open(room: number, seat: seat, startedAt: start)
            lines.append((line, caller))
            let answer = try await line.request(
                "media.offer", DescriptionParameters(sdp: offer), as: DescriptionParameters.self)
            try await loop.accept(answer.sdp, for: caller)
            listening.addTask { await listen(line, caller) }
            return caller
        } catch {
            if lines.last?.0 !== line { await line.close() }
            throw error
        }
    }

    private func listen(_ line: SignalingLine, _ caller: CallerKey) async {
        for await event in line.events {
            switch event {
            case .candidate(let candidate): await loop.add(candidate, for: caller)
            case .ended(let reason):
                if !around.end.isGiven { around.board.note("the room ended: \(reason)", in: number) }
            case .closed(let reason): if !around.end.isGiven { around.board.note(reason, in: number) }
            }
        }
    }
}
