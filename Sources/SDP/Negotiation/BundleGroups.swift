/// The offer's BUNDLE groups, checked (RFC 9143 §7, RFC 5888 §9.1).
struct BundleGroups {
    private let offer: SessionDescription
    /// The m-lines of each group.
    private let groups: [(line: Int?, indices: [Int])]

    init(_ offer: SessionDescription) throws(SDPError) {
        self.offer = offer
        var indices: [String: Int] = [:]
        for (index, section) in offer.media.enumerated() {
            guard let mid = section.mid else { continue }
            guard indices.updateValue(index, forKey: mid) == nil else {
                throw SDPError(
                    .duplicateMid, line: section.line(of: "mid"), "a=mid: '\(mid)' is the mid of an m-line before")
            }
        }
        var groups: [(line: Int?, indices: [Int])] = []
        var grouped: Set<String> = []
        for line in offer.attributes {
            guard case .group(let group) = line.attribute, group.semantics.uppercased() == "BUNDLE" else { continue }
            var members: [Int] = []
            for mid in group.mids {
                guard let index = indices[mid] else {
                    throw SDPError(.invalidBundle, line: line.line, "a=group: no m-line has the mid '\(mid)'")
                }
                guard grouped.insert(mid).inserted else {
                    throw SDPError(.invalidBundle, line: line.line, "a=group: '\(mid)' is in BUNDLE twice")
                }
                members.append(index)
            }
            groups.append((line.line, members))
        }
        self.groups = groups
    }

    /// Whether the offer has a BUNDLE group with m-lines.
    var hasGroup: Bool { groups.contains { !$0.indices.isEmpty } }

    /// RFC 9143 §6: port 0 stops an m-line, unless it is only offered as part of a bundle.
    func isStopped(_ section: MediaSection) -> Bool { section.port == 0 && !section.has(.bundleOnly) }

    /// The m-lines that share the accepted ones' transport, in the group's order, stopped ones left out.
    func members(accepted: [Int]) throws(SDPError) -> [Int] {
        guard let first = accepted.first else { return [] }
        guard let group = groups.first(where: { $0.indices.contains(first) }) else {
            try requireAlone(accepted)
            return [first]
        }
        for index in accepted where !group.indices.contains(index) {
            let section = offer.media[index]
            guard let mid = section.mid else { throw missingMid(section) }
            let other = offer.media[first].mid ?? ""
            throw SDPError(
                .invalidBundle, line: section.line,
                "m=: '\(mid)' is not in BUNDLE with '\(other)'; one transport carries everything")
        }
        return group.indices.filter { !isStopped(offer.media[$0]) }
    }

    private func requireAlone(_ accepted: [Int]) throws(SDPError) {
        if let first = accepted.first, hasGroup || accepted.count > 1, offer.media[first].mid == nil {
            throw missingMid(offer.media[first])
        }
        guard accepted.count > 1 else { return }
        let section = offer.media[accepted[1]]
        guard section.mid != nil else { throw missingMid(section) }
        throw SDPError(
            .invalidBundle, line: section.line,
            "m=: '\(section.mid ?? "")' has a transport of its own; a=group:BUNDLE must hold all m-lines")
    }

    private func missingMid(_ section: MediaSection) -> SDPError {
        SDPError(.missingMid, line: section.line, "m=: a=mid is missing")
    }
}
