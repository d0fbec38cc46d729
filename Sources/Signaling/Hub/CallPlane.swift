internal import Identifiers
internal import Relay

/// What the hub needs of the media plane. `MediaRelay` is the one there is; tests have their own.
protocol CallPlane: Sendable {
    func openCall(
        in room: RoomID, policy: BillingPolicy, mediaSeconds: Int, horizon: Int?,
        events: @escaping @Sendable (CallEvent) -> Void
    ) async throws(RelayError) -> any PlaneCall
}

/// A call in the media plane.
protocol PlaneCall: Sendable {
    func offer(_ sdp: String, from user: UserID) async throws(RelayError) -> String
    func addCandidate(_ candidate: CandidateMessage, from user: UserID) async throws(RelayError)
    func leave(_ user: UserID) async
    func extendHorizon(to seconds: Int) async -> ClockStatus?
    @discardableResult func close() async -> ClosedCall?
}

extension MediaRelay: CallPlane {
    func openCall(
        in room: RoomID, policy: BillingPolicy, mediaSeconds: Int, horizon: Int?,
        events: @escaping @Sendable (CallEvent) -> Void
    ) async throws(RelayError) -> any PlaneCall {
        try await openCall(room: room, policy: policy, mediaSeconds: mediaSeconds, horizon: horizon, events: events)
    }
}

extension RelayCall: PlaneCall {}
