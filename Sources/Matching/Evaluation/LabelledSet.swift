internal import FoundationEssentials

/// Questions with the consultants who should be found for them.
public struct LabelledSet: Sendable, Decodable {
    /// A consultant's profile.
    public struct Consultant: Sendable, Decodable {
        /// Names it; any text.
        public let id: String
        /// The name others see.
        public let name: String?
        /// One line.
        public let headline: String
        /// The rest.
        public let bio: String
        /// What they know.
        public let tags: [String]
    }

    /// A question, and who should be found.
    public struct Question: Sendable, Decodable {
        /// Names it; any text.
        public let id: String
        /// One line.
        public let title: String
        /// The rest.
        public let body: String
        /// The ids of those who should be found; nobody where nobody fits.
        public let relevant: [String]
    }

    /// Why a set cannot be used.
    public struct Malformed: Error, Sendable, CustomStringConvertible {
        /// What is wrong, and where.
        public let description: String
    }

    /// Everybody.
    public let consultants: [Consultant]
    /// Everything that is asked.
    public let questions: [Question]

    /// Reads a set from JSON.
    ///
    /// - Throws: ``Malformed`` where it is not well formed, names somebody twice, or names somebody who is not there.
    public init(json: [UInt8]) throws(Malformed) {
        do {
            self = try JSONDecoder().decode(LabelledSet.self, from: Data(json))
        } catch let error as DecodingError {
            throw Malformed(description: Self.words(error))
        } catch {
            throw Malformed(description: "not JSON")
        }
        var known: Set<String> = []
        for consultant in consultants where !known.insert(consultant.id).inserted {
            throw Malformed(description: "two consultants have the id \(consultant.id)")
        }
        var asked: Set<String> = []
        for question in questions {
            guard asked.insert(question.id).inserted else {
                throw Malformed(description: "two questions have the id \(question.id)")
            }
            if let stranger = question.relevant.first(where: { !known.contains($0) }) {
                throw Malformed(description: "question \(question.id) names \(stranger), who is not there")
            }
        }
    }

    private static func words(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "the document" : path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(place(context.codingPath)) lacks \(key.stringValue)"
        case .valueNotFound(_, let context): return "\(place(context.codingPath)) is null"
        case .typeMismatch(let type, let context): return "\(place(context.codingPath)) is no \(type)"
        case .dataCorrupted(let context): return "\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default: return "not as it must be"
        }
    }
}
