/// The words of a text, as they are searched and compared.
enum Words {
    /// Words that say nothing about what a text is about.
    static let common: Set<String> = Set(
        """
        a about above after again all also always am an and any anybody anyone anything are around as ask asked asking at
        away back be became because been before being below between both but by call came can cannot cant could did didnt
        do does doesnt doing dont down during each either else ever every everyone everything few for from get gets getting
        give given go goes going gone good got had has have havent having he hello help helped her here hers hi him his how
        however i id if ill im in into is isnt it its itself ive just keep keeps kind know known let like look looking lot
        made make makes making many may maybe me mean might mine more most much must my myself need needed needs never new
        no nobody none nor not nothing now of off ok okay old on once one only or other others our ours out over own people
        perhaps please put question really right said same say says see seem seems she should since so some somebody someone
        something sometimes soon still such sure take tell than thank thanks that thats the their theirs them then there
        these they thing things think this those though through time times to told too try trying two under until up upon us
        use used using very want wanted wants was wasnt way we well went were what whats when where whether which while who
        whole whom whose why will wish with without wont work would wouldnt yes yet you your yours
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// The words of a text in their order: in lowercase, without apostrophes; `c++`, `c#` and `.net` are words.
    static func of(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        func finish() {
            while let last = word.last, last == "." || last == "-" { word.removeLast() }
            if word.contains(where: { $0.isLetter || $0.isNumber }) { words.append(word) }
            word = ""
        }
        for character in text.lowercased() {
            if character.isLetter || character.isNumber {
                word.append(character)
            } else if character == "+" || character == "#" {
                if word.isEmpty { continue }
                word.append(character)
            } else if character == "." {
                // Inside a word, as in node.js, or before one, as in .net.
                word.append(character)
                if word.contains("..") { finish() }
            } else if character == "'" || character == "’" {
                continue
            } else {
                finish()
            }
        }
        finish()
        return words
    }

    /// The stems of a text's words that say something.
    static func stems(_ text: String) -> [String] {
        of(text).filter { !common.contains($0) }.map { Stemmer.stem($0) }
    }

    /// The trigrams of a word, as pg_trgm has them: two blanks before it, one behind.
    static func trigrams(_ word: String) -> Set<String> {
        let letters = Array("  " + word + " ")
        guard letters.count >= 3 else { return [] }
        return Set((0...letters.count - 3).map { String(letters[$0..<$0 + 3]) })
    }

    /// How alike two words are written, 0 to 1: the share of their trigrams that they have in common.
    static func likeness(_ one: Set<String>, _ other: Set<String>) -> Double {
        let common = one.intersection(other).count
        let all = one.count + other.count - common
        return all > 0 ? Double(common) / Double(all) : 0
    }
}
