public import Database
internal import HTTPTypes
internal import Identifiers
public import REST

/// `/me/profile` and `/me/availability`: what consultants say about themselves.
public struct ProfileHandlers: Sendable {
    let pool: DatabasePool
    let bounds: RateBounds

    /// Handlers on a database.
    ///
    /// - Parameter windowSeconds: The length of a billing window, which decides the least rate.
    public init(pool: DatabasePool, windowSeconds: Int) {
        self.pool = pool
        bounds = RateBounds(windowSeconds: windowSeconds)
    }

    /// `GET /me/profile`: 200 with the profile, an empty one before anything was said.
    public func show(_ call: Call) async throws -> Reply {
        let user = try Self.consultant(call)
        return .json(ProfileView(try await Profiles.find(user, on: pool) ?? Profile()))
    }

    /// `PUT /me/profile {headline, bio, tags, hourlyRate}`: 200 with the profile.
    public func replace(_ call: Call) async throws -> Reply {
        let user = try Self.consultant(call)
        let content = try ProfileContent(try call.content(ProfileContent.Body.self), bounds: bounds)
        let profile = try await pool.withTransaction { try await Profiles.store(content, for: user, in: $0) }
        return .json(ProfileView(profile))
    }

    private struct Wish: Decodable { var available: Bool }
    private struct AvailabilityView: Encodable {
        let availability: String
        let availableAfterCall: Bool?
    }

    /// `PUT /me/availability {available}`: 200 with what the consultant is now. During a call that is busy, and the wish
    /// is remembered for after it. 409 `profile_incomplete` where the profile lacks what others must know.
    public func setAvailability(_ call: Call) async throws -> Reply {
        let user = try Self.consultant(call)
        let wish = try call.content(Wish.self)
        let change = try await pool.withTransaction {
            try await Availabilities.wish(wish.available, of: user, in: $0)
        }
        // Without a profile nobody is available; that they wish to be offline is no reason to refuse.
        guard let change else {
            if wish.available { throw Self.incomplete(Profile().missing) }
            return .json(AvailabilityView(availability: Availability.offline.name, availableAfterCall: nil))
        }
        if !change.missing.isEmpty { throw Self.incomplete(change.missing) }
        let after: Bool? = if case .busy(let after) = change.after { after == .available } else { nil }
        return .json(AvailabilityView(availability: change.after.name, availableAfterCall: after))
    }

    private static func incomplete(_ missing: [String]) -> Problem {
        Problem(
            .conflict, code: "profile_incomplete",
            "Before you can be available, your profile needs: \(missing.joined(separator: ", ")).")
    }

    static func consultant(_ call: Call) throws(Problem) -> UniqueID {
        let caller = try call.signedIn()
        guard caller.role == .consultant else { throw .forbidden("Only consultants have a profile.") }
        return caller.user
    }
}
