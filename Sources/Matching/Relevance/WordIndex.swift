internal import Glibc

/// Which words are in which profile: ranks by BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"),
/// and forgives slips of the pen.
struct WordIndex: Sendable {
    private static let saturation = 1.2
    private static let lengthShare = 0.75
    /// How alike a misspelled word must be to one that is known, and how little it then counts.
    private static let likeness = 0.5
    private static let shortestSlip = 5

    /// How often a term is in each profile.
    private var postings: [String: [Int: Double]] = [:]
    private var lengths: [Int: Double] = [:]
    private var terms: [Int: [String: Double]] = [:]
    private var total = 0.0
    /// Terms by their trigrams; a term that is no longer used stays and finds nothing.
    private var trigrams: [String: Set<String>] = [:]

    var count: Int { lengths.count }

    /// Takes a profile in, in the place of what was there.
    ///
    /// - Parameter weighted: its texts and how much each counts.
    mutating func set(_ slot: Int, _ weighted: [(text: String, weight: Double)]) {
        remove(slot)
        var counts: [String: Double] = [:]
        var length = 0.0
        for (text, weight) in weighted {
            for stem in Words.stems(text) {
                counts[stem, default: 0] += weight
                length += weight
            }
        }
        for (term, count) in counts {
            if postings[term] == nil {
                for trigram in Words.trigrams(term) { trigrams[trigram, default: []].insert(term) }
            }
            postings[term, default: [:]][slot] = count
        }
        terms[slot] = counts
        lengths[slot] = length
        total += length
    }

    mutating func remove(_ slot: Int) {
        guard let counts = terms.removeValue(forKey: slot) else { return }
        for term in counts.keys { postings[term]?[slot] = nil }
        total -= lengths.removeValue(forKey: slot) ?? 0
    }

    /// Gives a profile another number.
    mutating func move(_ slot: Int, to other: Int) {
        guard let counts = terms.removeValue(forKey: slot) else { return }
        for (term, count) in counts {
            postings[term]?[slot] = nil
            postings[term]?[other] = count
        }
        terms[other] = counts
        lengths[other] = lengths.removeValue(forKey: slot)
    }

    /// How rare a term is. As if there were a few more profiles without it: among three, a word that all have still says
    /// something.
    func rarity(_ term: String) -> Double {
        log(1 + (Double(count) + 8) / (Double(postings[term]?.count ?? 0) + 0.5))
    }

    /// The scores of the profiles that have any of the query's words.
    ///
    /// - Parameter query: stems and how much each counts.
    func scores(_ query: [String: Double]) -> [Int: Double] {
        guard count > 0 else { return [:] }
        let mean = max(total / Double(count), 1)
        var scores: [Int: Double] = [:]
        for (written, weight) in query {
            guard let (term, likeness) = known(written), let found = postings[term] else { continue }
            let rarity = rarity(term) * weight * likeness
            for (slot, frequency) in found {
                let length = (lengths[slot] ?? mean) / mean
                let norm = Self.saturation * (1 - Self.lengthShare + Self.lengthShare * length)
                scores[slot, default: 0] += rarity * frequency * (Self.saturation + 1) / (frequency + norm)
            }
        }
        return scores
    }

    /// The term itself, or the one it was probably meant to be.
    private func known(_ term: String) -> (term: String, likeness: Double)? {
        if postings[term]?.isEmpty == false { return (term, 1) }
        guard term.count >= Self.shortestSlip else { return nil }
        let written = Words.trigrams(term)
        var shared: [String: Int] = [:]
        for trigram in written {
            for candidate in trigrams[trigram] ?? [] { shared[candidate, default: 0] += 1 }
        }
        var best: (term: String, likeness: Double)?
        for (candidate, count) in shared where count >= 3 && postings[candidate]?.isEmpty == false {
            let likeness = Words.likeness(written, Words.trigrams(candidate))
            guard likeness >= Self.likeness else { continue }
            if let best, (best.likeness, candidate) > (likeness, best.term) { continue }
            best = (candidate, likeness)
        }
        return best
    }
}
