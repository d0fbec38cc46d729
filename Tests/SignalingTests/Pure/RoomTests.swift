import Foundation
import Identifiers
import RTP
import Relay
import Testing

@testable import Signaling

/// The room's transcripts: what happens, and what it wants done.
@Suite struct RoomTests {
    let ada = Identity(user: UserID("ada").unsafelyUnwrapped, name: "Ada", role: .customer)
    let bob = Identity(user: UserID("bob").unsafelyUnwrapped, name: "Bob", role: .consultant)
    let cat = Identity(user: UserID("cat").unsafelyUnwrapped, name: "Cat", role: .customer)
    let eve = Identity(user: UserID("eve").unsafelyUnwrapped, name: "Eve", role: .observer)
    let start = MonotonicInstant(nanoseconds: .seconds(100))

    func room(_ mode: RoomMode = .relay, threshold: Int? = 600) -> Room {
        Room(
            id: RoomID("r").unsafelyUnwrapped, mode: mode, policy: BillingPolicy(thresholdSeconds: threshold),
            openedAt: Date(timeIntervalSince1970: 0), resumeWindow: .seconds(60), now: start)
    }

    func at(_ seconds: Int64) -> MonotonicInstant { start.advanced(by: .seconds(seconds)) }

    func socket(_ number: UInt64) -> SocketID { SocketID(number: number) }

    @discardableResult
    func enter(_ identity: Identity, _ number: UInt64, _ room: inout Room) throws -> Room.Entry {
        try room.join(identity, on: socket(number), tokenExpiresAt: at(3600), now: at(0))
    }

    @Test func `the first is alone, the second is announced and offers`() throws {
        var room = room(.p2p)
        #expect(try enter(ada, 1, &room) == .init(offerer: false, actions: [], afterwards: []))
        let entry = try enter(bob, 2, &room)
        #expect(entry.offerer)
        let participant = try #require(room.participant(bob.user))
        #expect(entry.actions == [.notify(socket(1), .joined(participant, rejoined: false, offerer: false))])
        #expect(room.participants.map(\.seat) == [.first, .second])
    }

    @Test func `a third finds no seat, an observer does`() throws {
        var room = room()
        try enter(ada, 1, &room)
        try enter(bob, 2, &room)
        #expect(throws: RPCError.roomFull) { try enter(cat, 3, &room) }
        let entry = try enter(eve, 4, &room)
        #expect(entry.actions.count == 2)
        #expect(throws: RPCError.observer) { try room.say(id: "1", text: "x", by: eve.user, sentAt: "") }
        #expect(throws: RPCError.observer) { try room.forward(.offer(sdp: "", from: eve.user), from: eve.user) }
        #expect(throws: RPCError.observer) { try room.setMedia(MediaState(), of: eve.user) }
        for number in 10..<17 as Range<UInt64> {
            let name = "o\(number)"
            let observer = Identity(user: try #require(UserID(name)), name: name, role: .observer)
            try enter(observer, number, &room)
        }
        let ninth = Identity(user: try #require(UserID("o9")), name: "o9", role: .observer)
        #expect(throws: RPCError.roomFull) { try enter(ninth, 20, &room) }
    }

    @Test func `the same user again takes over, the other side sees a rejoin and no departure`() throws {
        var room = room(.p2p)
        try enter(ada, 1, &room)
        try enter(bob, 2, &room)
        _ = try room.setMedia(MediaState(mic: true), of: ada.user)
        let entry = try enter(ada, 3, &room)
        let participant = try #require(room.participant(ada.user))
        #expect(
            entry.actions == [
                .notify(socket(1), .ended(.replaced)), .close(socket(1), .replaced),
                .notify(socket(2), .joined(participant, rejoined: true, offerer: false)),
            ])
        #expect(entry.offerer)
        #expect(participant.media == MediaState())
        #expect(participant.seat == .first)
        // The old connection's end doesn't touch the new one.
        room.disconnected(socket(1), now: at(1))
        #expect(room.participant(ada.user)?.socket == socket(3))
    }

    @Test func `joining twice on one connection changes nothing`() throws {
        var room = room()
        try enter(ada, 1, &room)
        try enter(bob, 2, &room)
        #expect(try enter(ada, 1, &room).actions == [])
    }

    @Test func `a lost participant is expected back for a minute`() throws {
        var room = room()
        try enter(ada, 1, &room)
        try enter(bob, 2, &room)
        room.disconnected(socket(2), now: at(10))
        #expect(room.tick(at(69)) == [])
        #expect(room.resume(bob.user, on: socket(5), chatAfter: 0) != nil)
        #expect(room.tick(at(200)) == [])
        room.disconnected(socket(5), now: at(200))
        #expect(
            room.tick(at(260)) == [
                .departed(bob.user), .notify(socket(1), .left(bob.user, .timeout)), .leaveCall(bob.user),
            ])
        #expect(room.resume(bob.user, on: socket(6), chatAfter: 0) == nil)
        try enter(cat, 7, &room)
        #expect(room.participant(cat.user)?.seat == .second)
    }

    @Test func `resuming replaces an older connection and sends what was missed`() throws {
        var room = room()
        try enter(ada, 1, &room)
        try enter(bob, 2, &room)
        let candidate = CandidateMessage(candidate: "candidate:1", sdpMid: "0")
        #expect(
            room.handle(.candidate(for: bob.user, candidate), at: at(0)) == [
                .notify(socket(2), .candidate(candidate, from: nil))
            ])
        let first = try room.say(id: "1", text: "one", by: ada.user, sentAt: "t").message
        let second = try room.say(id: "2", text: "two", by: ada.user, sentAt: "t").message
        let resumed = room.resume(bob.user, on: socket(3), chatAfter: first.sequence)
        let entry = try #require(resumed)
        #expect(entry.actions == [.close(socket(2), .replaced)])
        #expect(
            entry.afterwards == [
                .notify(socket(3), .chat(second)), .notify(socket(3), .candidate(candidate, from: nil)),
            ])
        room.offerStarted(by: bob.user)
        #expect(room.participant(bob.user)?.candidates == [])
    }

    @Test func `a chat message is delivered once to everybody else`() throws {
        var room = room()
        try enter(ada, 1, &room)
        try enter(bob, 2, &room)
        let said = try room.say(id: "m", text: "Hi", by: ada.user, sentAt: "t")
        #expect(said.actions == [.notify(socket(2), .chat(said.message))])
        let again = try room.say(id: "m", text: "changed", by: ada.user, sentAt: "later")
        #expect(again.message == said.message)
        #expect(again.actions == [])
        // The same id of somebody else is another message.
        #expect(try room.say(id: "m", text: "Hi too", by: bob.user, sentAt: "t").message.sequence == 2)
        #expect(try enter(ada, 3, &room).afterwards.count == 2)
    }

    @Test func `the chat's memory is bounded in messages and in bytes`() {
        var log = ChatLog()
        for number in 0..<500 { _ = log.append(id: "\(number)", text: "x", from: ada, sentAt: "") }
        #expect(log.messages.count == ChatLog.maximumMessages)
        #expect(log.messages.last?.sequence == 500)
        let long = String(repeating: "\u{1}", count: 4000)
        for number in 500..<600 { _ = log.append(id: "\(number)", text: long, from: ada, sentAt: "") }
        let bytes = log.messages.reduce(0) { $0 + RoomNotification.chat($1).bytes.count }
        #expect(bytes <= ChatLog.maximumBytes)
        #expect(log.messages.count > 5)
    }

    @Test func `who left and comes back finds the clock where it was`() throws {
        var room = room()
        try enter(ada, 1, &room)
        try enter(bob, 2, &room)
        var status = ClockStatus(
            state: .free, mediaSeconds: 300, thresholdSeconds: 600, horizonSeconds: 600, running: true)
        #expect(room.handle(.clock(status), at: at(0)).count == 2)
        _ = room.leave(ada.user, .left, now: at(1))
        #expect(room.leave(bob.user, .left, now: at(2)).suffix(2) == [.leaveCall(bob.user), .closeCall])
        status.mediaSeconds = 301
        _ = room.callClosed(ClosedCall(clock: status, record: nil))
        #expect(!room.isOccupied)
        #expect(room.hasMemory)
        try enter(ada, 3, &room)
        #expect(room.clock.mediaSeconds == 301)
        #expect(!room.clock.running)
    }

    @Test func `a room in which nothing happened leaves no memory`() throws {
        var room = room()
        try enter(ada, 1, &room)
        _ = room.leave(ada.user, .left, now: at(1))
        #expect(!room.hasMemory)
    }

    @Test func `the gate's end is the room's end, for ever`() throws {
        var room = room()
        try enter(ada, 1, &room)
        try enter(bob, 2, &room)
        #expect(
            room.handle(.ended(.unpaid), at: at(0)) == [
                .billing(.closed), .notify(socket(1), .ended(.ended(.unpaid))),
                .notify(socket(2), .ended(.ended(.unpaid))), .departed(ada.user), .close(socket(1), .done),
                .departed(bob.user), .close(socket(2), .done), .closeCall,
            ])
        #expect(room.clock.state == .closed)
        #expect(throws: RPCError.roomEnded(.unpaid)) { try enter(ada, 3, &room) }
        #expect(room.end(.closed, now: at(0)) == [])
        #expect(room.handle(.ended(.closed), at: at(0)) == [])
        #expect(room.hasMemory)
    }

    @Test func `a session's last word comes after the last record of its call, once`() throws {
        var room = Room(
            id: room().id, mode: .relay, policy: BillingPolicy(), session: SessionID("one"), openedAt: Date(),
            resumeWindow: .seconds(60), now: at(0))
        try enter(ada, 1, &room)
        try enter(bob, 2, &room)
        var reading = room.clock
        reading.mediaSeconds = 11
        _ = room.handle(.clock(reading), at: at(0))
        let ends = room.end(.ended, now: at(0)).compactMap {
            if case .report(let happening) = $0 { happening } else { nil }
        }
        #expect(ends.map(\.words) == ["quality customer gone, consultant gone"])
        // What was told before the end, and on its way.
        let early = CallRecord(milliseconds: 10_000, startSecond: 0, mediaSeconds: 10, directions: [])
        let last = CallRecord(milliseconds: 2000, startSecond: 10, mediaSeconds: 2, directions: [])
        reading.mediaSeconds = 12
        let told = room.handle(.record(early), at: at(0)) + room.callClosed(ClosedCall(clock: reading, record: last))
        let words = told.map { if case .report(let happening) = $0 { happening.words } else { "other" } }
        #expect(words == ["record 1 relay 0+10", "record 2 relay 10+2", "ended ended 12"])
        #expect(room.callClosed(nil).isEmpty)
    }

    @Test func `grants and warnings are told and counted`() throws {
        var room = room()
        try enter(ada, 1, &room)
        #expect(
            room.handle(.warning(secondsLeft: 60, reason: .threshold), at: at(0)) == [
                .billing(.warning), .notify(socket(1), .warning(secondsLeft: 60, reason: .threshold)),
            ])
        var status = ClockStatus(
            state: .grace, mediaSeconds: 600, thresholdSeconds: 600, horizonSeconds: 600, running: true)
        #expect(
            room.handle(.clock(status), at: at(0)) == [.billing(.grace), .notify(socket(1), .billing(status, nil))])
        #expect(room.handle(.clock(status), at: at(0)) == [])
        status.horizonSeconds = 1200
        status.state = .paid
        #expect(room.granted(status) == [.notify(socket(1), .billing(status, nil)), .billing(.grant)])
    }

    @Test func `quality goes to its owner and to observers`() throws {
        var room = room()
        try enter(ada, 1, &room)
        try enter(bob, 2, &room)
        try enter(eve, 3, &room)
        let report = QualityReport(up: nil, down: nil)
        let status = QualityStatus(user: ada.user, yours: report, theirs: report, weak: nil)
        #expect(
            room.handle(.quality(for: ada.user, report), at: at(0)) == [
                .observed(report), .notify(socket(1), .quality(status)), .notify(socket(3), .quality(status)),
            ])
        #expect(
            room.handle(.codecMismatch(for: bob.user, codecs: ["VP8"]), at: at(0)) == [
                .notify(socket(2), .renegotiate(codecs: ["VP8"]))
            ])
    }

    @Test func `peer to peer, an offer needs somebody to take it`() throws {
        var room = room(.p2p)
        try enter(ada, 1, &room)
        let offer = RoomNotification.offer(sdp: "v=0", from: ada.user)
        #expect(throws: RPCError.peerAbsent) { try room.forward(offer, from: ada.user) }
        try enter(bob, 2, &room)
        #expect(try room.forward(offer, from: ada.user) == [.notify(socket(2), offer)])
        room.disconnected(socket(2), now: at(1))
        #expect(throws: RPCError.peerAbsent) { try room.forward(offer, from: ada.user) }
        #expect(throws: RPCError.notInRoom) { try room.forward(offer, from: cat.user) }
    }

    @Test(arguments: [RoomMode.relay, .p2p])
    func `a room of an earlier life goes on at its media second and horizon`(mode: RoomMode) {
        var room = room(mode)
        room.restore(mediaSeconds: 777, horizonSeconds: 1200, now: at(0))
        #expect(room.clock.mediaSeconds == 777)
        #expect(room.clock.horizonSeconds == 1200)
        #expect(room.clock.state == .paid)
        guard mode == .p2p else { return }
        let moved = ClockStatus(
            state: .paid, mediaSeconds: 777, thresholdSeconds: 600, horizonSeconds: 1800, running: false)
        #expect(room.peerClock?.extendHorizon(to: 1800, at: at(1)) == [.status(moved)])
    }
}
