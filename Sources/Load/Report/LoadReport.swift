/// What came of a load; its JSON form is docs/load.md's. Times are milliseconds, bit rates bits per second, shares of one.
package struct LoadReport: Sendable, Encodable, Equatable {
    /// How a quantity is distributed.
    package struct Spread: Sendable, Encodable, Equatable {
        /// Half of them are at most this.
        package var p50: Double
        /// 95 % likewise.
        package var p95: Double
        /// 99 % likewise.
        package var p99: Double
        /// The largest.
        package var max: Double
    }

    /// Set-up times of all rooms' second callers.
    package struct SetUp: Sendable, Encodable, Equatable {
        /// From its connecting to its first media packet.
        package var media: Spread?
        /// From its connecting to the first packet of everything that both callers of its room expect.
        package var complete: Spread?
        /// The part of it until the server's answer.
        package var signaling: Spread?
        /// The part of it from there until the path is there (ICE, DTLS).
        package var path: Spread?
    }

    /// What was counted of packets.
    package struct Packets: Sendable, Encodable, Equatable {
        /// Sent in the time that counts.
        package var sent: UInt64 = 0
        /// Of those, arrived, each once.
        package var received: UInt64 = 0
        /// Of those, never arrived.
        package var lost: UInt64 = 0
        /// Lost of sent.
        package var lossShare: Double = 0
        /// Arrived again.
        package var duplicated: UInt64 = 0
        /// Arrived after a newer one.
        package var reordered: UInt64 = 0
        /// Arrived in a second.
        package var receivedPerSecond: Double = 0
        /// The server asked for again (NACK).
        package var askedAgain: UInt64 = 0
        /// Key frames that the server asked for (PLI, FIR).
        package var keyFrameRequests: UInt64 = 0
        /// Failed authentication, or were of somebody else.
        package var wrong: UInt64 = 0
    }

    /// From handing a packet to the sender's socket to its arrival in the receiver's loop.
    package struct Latency: Sendable, Encodable, Equatable {
        /// Voice and picture.
        package var all: Spread?
        /// The voice alone.
        package var audio: Spread?
        /// The picture alone.
        package var video: Spread?
    }

    /// The server's process.
    package struct Server: Sendable, Encodable, Equatable {
        /// Processor use in percent of one core.
        package var cpuPercent: Double
        /// Processor time for each packet that arrived, in microseconds.
        package var cpuMicrosecondsPerPacket: Double?
        /// Resident memory at the end, in bytes.
        package var memoryBytes: UInt64
        /// What it grew by since there were no callers, for each room, in bytes.
        package var memoryBytesPerRoom: Double
    }

    /// What happened inside the relay, by its metrics page.
    package struct RelayFigures: Sendable, Encodable, Equatable {
        /// Packets it sent on.
        package var forwarded: Double
        /// Packets that were sent to it and did not reach it, by its own count.
        package var lostBefore: Double
        /// Packets that reached it and that it did not send on.
        package var lostInside: Double
        /// Packets that it sent and that did not arrive.
        package var lostAfter: Double
        /// From a packet's arrival in its loop to its departure, by its own histogram: half of them at most this.
        package var forwardLatencyP50: Double?
        /// 99 % at most this.
        package var forwardLatencyP99: Double?
    }

    /// The load tool itself: whether its own figures can be trusted.
    package struct Tool: Sendable, Encodable, Equatable {
        /// Processor use in percent of one core.
        package var cpuPercent: Double
        /// How late 99 % of the frames were sent at most.
        package var latenessP99: Double?
        /// Packets that its sockets did not take.
        package var unsent: UInt64
    }

    /// Scores of the rooms, 1 (unusable) to 5.
    package struct Scores: Sendable, Encodable, Equatable {
        /// Of the worst room.
        package var worst: Double
        /// 5 % of the rooms are at most this good.
        package var p5: Double
        /// Half of the rooms likewise.
        package var p50: Double
    }

    /// What was asked for.
    package struct Load: Sendable, Encodable, Equatable {
        /// The server's address.
        package var server: String
        /// Rooms.
        package var rooms: Int
        /// Rooms begun in a second.
        package var ramp: Double
        /// Seconds that count.
        package var seconds: Double
        /// Payload bits per second of the voice as encoded.
        package var audioBitrate: Double
        /// Of the picture; nil: voices only.
        package var videoBitrate: Double?
        /// The picture's size, as in `480x270`.
        package var videoSize: String?
        /// Packets that a caller sends in a second.
        package var packetsPerCallerPerSecond: Double
    }

    /// What was asked for.
    package var load: Load
    /// Rooms in which both callers got everything.
    package var completeRooms: Int
    /// Callers that got no media at all.
    package var callersWithoutMedia: Int
    /// Set-up times.
    package var setUp: SetUp
    /// Packets.
    package var packets: Packets
    /// Latency.
    package var latency: Latency
    /// Scores of the rooms; nil where none has one.
    package var score: Scores?
    /// The server's process; nil where it is not known.
    package var server: Server?
    /// Inside the relay; nil where there is no metrics page.
    package var relay: RelayFigures?
    /// The load tool.
    package var tool: Tool
    /// Each room.
    package var rooms: [Room]
}
