internal import Glibc

/// Which words are in which profile: ranks by BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"),
/// and forgives slips of the pen.
///
/// Profiles are numbered from 0 on without a gap, and terms by a number of their own: a score is added up in one array.
struct WordIndex: Sendable {
    private static let saturation = 1.2
    private static let lengthShare = 0.75
    /// How alike a misspelled word must be to one that is known, and how little it then counts.
    private static let likeness = 0.5
    private static let shortestSlip = 5

    /// A term. One that is no longer used stays and finds nothing.
    private struct Term: Sendable {
        let text: String
        /// How many trigrams it has.
        let trigrams: Int
        /// The profiles that have it, in no order.
        var postings: [Posting] = []
    }

    private struct Posting: Sendable {
        var slot: Int
        let frequency: Double
    }

    private struct Document: Sendable {
        var length = 0.0
        var terms: [Int] = []
    }

    private var numbers: [String: Int] = [:]
    private var terms: [Term] = []
    private var documents: [Document] = []
    private var total = 0.0
    /// Terms by their trigrams.
    private var trigrams: [String: [Int]] = [:]

    var count: Int { documents.count }

    /// Takes a profile in, in the place of what was there.
    ///
    /// - Parameters:
    ///   - slot: at most ``count``.
    ///   - weighted: its texts and how much each counts.
    mutating func set(_ slot: Int, _ weighted: [(text: String, weight: Double)]) {
        var counts: [String: Double] = [:]
        var document = Document()
        for (text, weight) in weighted {
            for stem in Words.stems(text) {
                counts[stem, default: 0] += weight
                document.length += weight
            }
        }
        if slot == documents.count { documents.append(Document()) } else { forget(slot) }
        for (text, count) in counts {
            let term = number(of: text)
            terms[term].postings.append(Posting(slot: slot, frequency: count))
            document.terms.append(term)
        }
        documents[slot] = document
        total += document.length
    }

    /// Forgets a profile. The last one takes its number.
    mutating func remove(_ slot: Int) {
        guard documents.indices.contains(slot) else { return }
        forget(slot)
        let last = documents.count - 1
        if slot != last {
            for term in documents[last].terms {
                guard let place = terms[term].postings.firstIndex(where: { $0.slot == last }) else { continue }
                terms[term].postings[place].slot = slot
            }
            documents[slot] = documents[last]
        }
        documents.removeLast()
    }

    private mutating func forget(_ slot: Int) {
        for term in documents[slot].terms {
            guard let place = terms[term].postings.firstIndex(where: { $0.slot == slot }) else { continue }
            terms[term].postings.swapAt(place, terms[term].postings.count - 1)
            terms[term].postings.removeLast()
        }
        total -= documents[slot].length
        documents[slot] = Document()
    }

    private mutating func number(of text: String) -> Int {
        if let number = numbers[text] { return number }
        let number = terms.count
        let parts = Words.trigrams(text)
        numbers[text] = number
        terms.append(Term(text: text, trigrams: parts.count))
        for trigram in parts { trigrams[trigram, default: []].append(number) }
        return number
    }

    /// How rare a term is. As if there were a few more profiles without it: among three, a word that all have still says
    /// something.
    private func rarity(_ term: Term) -> Double {
        log(1 + (Double(count) + 8) / (Double(term.postings.count) + 0.5))
    }

    /// Each profile's score, by its number: above 0 for those that have any of the query's words.
    ///
    /// - Parameter query: stems and how much each counts.
    func scores(_ query: [String: Double]) -> [Double] {
        var scores = [Double](repeating: 0, count: count)
        guard count > 0 else { return scores }
        let mean = max(total / Double(count), 1)
        // In one order always: a sum depends on it.
        for (written, weight) in query.sorted(by: { $0.key < $1.key }) {
            guard let (number, likeness) = known(written) else { continue }
            let rarity = rarity(terms[number]) * weight * likeness
            for posting in terms[number].postings {
                let length = documents[posting.slot].length / mean
                let norm = Self.saturation * (1 - Self.lengthShare + Self.lengthShare * length)
                scores[posting.slot] +=
                    rarity * posting.frequency * (Self.saturation + 1) / (posting.frequency + norm)
            }
        }
        return scores
    }

    /// The term itself, or the one it was probably meant to be.
    private func known(_ text: String) -> (number: Int, likeness: Double)? {
        if let number = numbers[text], !terms[number].postings.isEmpty { return (number, 1) }
        guard text.count >= Self.shortestSlip else { return nil }
        let written = Words.trigrams(text)
        var shared: [Int: Int] = [:]
        for trigram in written {
            for candidate in trigrams[trigram] ?? [] { shared[candidate, default: 0] += 1 }
        }
        var best: (number: Int, likeness: Double)?
        for (candidate, count) in shared where count >= 3 && !terms[candidate].postings.isEmpty {
            let likeness = Double(count) / Double(written.count + terms[candidate].trigrams - count)
            guard likeness >= Self.likeness else { continue }
            if let best, (best.likeness, terms[candidate].text) > (likeness, terms[best.number].text) { continue }
            best = (candidate, likeness)
        }
        return best
    }
}
