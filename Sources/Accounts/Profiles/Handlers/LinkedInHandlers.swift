public import Database
internal import Identifiers
public import REST

/// `/me/profile/linkedin-import`: a profile from what LinkedIn has, shown before it is applied.
public struct LinkedInHandlers: Sendable {
    let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    /// What an import can change of a profile.
    private enum Part: String, Decodable { case headline, bio, tags }

    private struct Body: Decodable {
        var linkedin: LinkedInDocument?
        var files: [String: String]?
        var apply: Bool?
        var fields: [Part]?
    }

    private struct PreviewView: Encodable {
        let headline: String
        let bio: String
        let positions: [LinkedInProfile.Position]
        let suggestedTags: [String]

        init(_ preview: LinkedInProfile.Preview) {
            headline = preview.headline
            bio = preview.bio
            positions = preview.positions
            suggestedTags = preview.suggestedTags.map(\.text)
        }
    }

    private struct View: Encodable {
        let preview: PreviewView
        let applied: Bool
        /// Once applied: the profile as it is now.
        var profile: ProfileView?
        /// Once applied: suggested tags for which the profile had no room.
        var tagsLeftOut: [String]?
    }

    /// `POST /me/profile/linkedin-import {linkedin | files, apply?, fields?}`: 200 with what the import would bring. With
    /// `apply` it is stored: all of it, or the `fields` among `headline`, `bio`, `tags`; an empty text never replaces one,
    /// and tags are added as far as there is room.
    public func importProfile(_ call: Call) async throws -> Reply {
        let user = try ProfileHandlers.consultant(call)
        let body = try call.content(Body.self)
        let source: LinkedInProfile
        switch (body.linkedin, body.files) {
        case (let document?, nil): source = document.profile
        case (nil, let files?): source = try LinkedInExport.read(files)
        case (nil, nil), (.some, .some): throw Problem.invalid("", "expected either linkedin or files")
        }
        guard body.apply == true else {
            let tags = try await Profiles.find(user, on: pool)?.tags ?? ExpertiseTags()
            return .json(View(preview: PreviewView(source.preview(besides: tags)), applied: false))
        }
        let parts = Set(body.fields ?? [.headline, .bio, .tags])
        return try await pool.withTransaction { transaction in
            var tags = try await Profiles.lock(user, in: transaction)?.tags ?? ExpertiseTags()
            let preview = source.preview(besides: tags)
            let leftOut = parts.contains(.tags) ? tags.merge(preview.suggestedTags) : []
            func wanted(_ part: Part, _ text: String) -> String? {
                parts.contains(part) && !text.isEmpty ? text : nil
            }
            let profile = try await Profiles.store(
                headline: wanted(.headline, preview.headline), bio: wanted(.bio, preview.bio),
                tags: parts.contains(.tags) ? tags : nil, for: user, in: transaction)
            return .json(
                View(
                    preview: PreviewView(preview), applied: true, profile: ProfileView(profile),
                    tagsLeftOut: leftOut.map(\.text)))
        }
    }
}
