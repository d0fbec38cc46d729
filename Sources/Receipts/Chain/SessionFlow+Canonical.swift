public import Billing
public import Events

extension SessionFlow {
    /// The record as it is hashed; what was not measured is left out.
    public var canonical: CanonicalJSON {
        .object([
            "number": .integer(Int64(number)), "source": .string(source), "endedAt": .string(endedAt),
            "milliseconds": .integer(Int64(milliseconds)), "startSecond": .integer(Int64(startSecond)),
            "mediaSeconds": .integer(Int64(mediaSeconds)),
            "reconnectingSeconds": .integer(Int64(reconnectingSeconds)),
            "fromCustomer": fromCustomer.canonical, "fromConsultant": fromConsultant.canonical,
        ])
    }

    /// The record that a value says; nil where something is missing, or no record could say it.
    public init?(_ value: CanonicalJSON) {
        guard let number = value["number"]?.integer, let source = value["source"]?.string,
            let endedAt = value["endedAt"]?.string, let milliseconds = value["milliseconds"]?.integer,
            let startSecond = value["startSecond"]?.integer, let mediaSeconds = value["mediaSeconds"]?.integer,
            let reconnecting = value["reconnectingSeconds"]?.integer,
            let fromCustomer = value["fromCustomer"].flatMap(Direction.init),
            let fromConsultant = value["fromConsultant"].flatMap(Direction.init),
            [milliseconds, startSecond, mediaSeconds, reconnecting].allSatisfy({ $0 >= 0 })
        else { return nil }
        self.init(
            number: number, source: source, endedAt: endedAt, milliseconds: milliseconds, startSecond: startSecond,
            mediaSeconds: mediaSeconds, reconnectingSeconds: reconnecting, fromCustomer: fromCustomer,
            fromConsultant: fromConsultant)
    }

    /// Real time in it in whole seconds, rounded up, so that rounding never takes a second from the media clock.
    var seconds: Int { (milliseconds + 999) / 1000 }

    /// What a bill is made from.
    public var billing: MediaRecord {
        MediaRecord(
            seconds: seconds, mediaSeconds: mediaSeconds, reconnectingSeconds: reconnectingSeconds,
            fromCustomer: .init(packets: fromCustomer.packets, score: fromCustomer.score),
            fromConsultant: .init(packets: fromConsultant.packets, score: fromConsultant.score))
    }
}

extension SessionFlow.Direction {
    fileprivate var canonical: CanonicalJSON {
        .object([
            "packets": .integer(Int64(packets)), "bytes": .integer(Int64(bytes)), "lost": .integer(Int64(lost)),
            "jitter": .integer(Int64(jitter)),
        ]).with("roundTrip", roundTrip.map { .integer(Int64($0)) }).with("score", score.map { .integer(Int64($0)) })
    }

    fileprivate init?(_ value: CanonicalJSON) {
        guard let packets = value["packets"]?.integer, let bytes = value["bytes"]?.integer,
            let lost = value["lost"]?.integer, let jitter = value["jitter"]?.integer,
            [packets, bytes, lost, jitter].allSatisfy({ $0 >= 0 })
        else { return nil }
        self.init(
            packets: packets, bytes: bytes, lost: lost, jitter: jitter, roundTrip: value["roundTrip"]?.integer,
            score: value["score"]?.integer)
    }
}
