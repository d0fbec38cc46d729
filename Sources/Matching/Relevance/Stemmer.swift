/// The stem of an English word: Porter's second algorithm (snowballstem.org/algorithms/english/stemmer.html), without its list of
/// exceptions beyond a few.
enum Stemmer {
    private static let vowels = Set("aeiouy".utf8)
    private static let exceptions: [String: String] = [
        "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news", "atlas": "atlas",
        "cosmos": "cosmos", "bias": "bias", "andes": "andes",
    ]

    /// The stem of a word in lowercase; what is not of letters alone stays as it is.
    static func stem(_ word: String) -> String {
        if word.utf8.count <= 2 { return word }
        guard word.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "'") })
        else { return word }
        if let exception = exceptions[word] { return exception }
        var work = Word(word)
        work.step0()
        work.step1a()
        work.step1b()
        work.step1c()
        work.step2()
        work.step3()
        work.step4()
        work.step5()
        return String(decoding: work.letters, as: UTF8.self).lowercased()
    }

    /// A word on its way to its stem. A consonant y is written Y.
    private struct Word {
        var letters: [UInt8]
        private var first: Int
        private var second: Int

        init(_ word: String) {
            letters = Array(word.utf8)
            if letters.first == UInt8(ascii: "'") { letters.removeFirst() }
            for index in letters.indices where letters[index] == UInt8(ascii: "y") {
                if index == 0 || vowels.contains(letters[index - 1]) { letters[index] = UInt8(ascii: "Y") }
            }
            first = 0
            second = 0
            first = Self.region(letters, from: 0)
            for prefix in ["gener", "commun", "arsen"] where letters.starts(with: prefix.utf8) {
                first = prefix.utf8.count
            }
            second = Self.region(letters, from: first)
        }

        private static func region(_ letters: [UInt8], from start: Int) -> Int {
            var index = start
            while index < letters.count, !vowels.contains(letters[index]) { index += 1 }
            while index < letters.count, vowels.contains(letters[index]) { index += 1 }
            return min(letters.count, index + 1)
        }

        private func ends(_ suffix: String) -> Bool { letters.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }

        private func isIn(_ region: Int, _ suffix: String) -> Bool { letters.count - suffix.utf8.count >= region }

        private mutating func replace(_ suffix: String, with text: String) {
            letters.removeLast(suffix.utf8.count)
            letters += Array(text.utf8)
        }

        private func hasVowel(before count: Int) -> Bool { letters.prefix(count).contains { vowels.contains($0) } }

        private var endsInDouble: Bool {
            guard letters.count >= 2, let last = letters.last, last == letters[letters.count - 2] else { return false }
            return Set("bdfgmnprt".utf8).contains(last)
        }

        private func endsInShortSyllable(_ letters: ArraySlice<UInt8>) -> Bool {
            let end = Array(letters.suffix(3))
            if letters.count == 2 { return vowels.contains(end[0]) && !vowels.contains(end[1]) }
            guard end.count == 3 else { return false }
            return !vowels.contains(end[0]) && vowels.contains(end[1]) && !vowels.contains(end[2])
                && !Set("wxY".utf8).contains(end[2])
        }

        mutating func step0() {
            for suffix in ["'s'", "'s", "'"] where ends(suffix) {
                letters.removeLast(suffix.utf8.count)
                return
            }
        }

        mutating func step1a() {
            if ends("sses") {
                replace("sses", with: "ss")
            } else if ends("ied") || ends("ies") {
                replace("ied", with: letters.count > 4 ? "i" : "ie")
            } else if ends("us") || ends("ss") {
                return
            } else if ends("s"), letters.count > 2, hasVowel(before: letters.count - 2) {
                letters.removeLast()
            }
        }

        mutating func step1b() {
            for suffix in ["eedly", "eed"] where ends(suffix) {
                if isIn(first, suffix) { replace(suffix, with: "ee") }
                return
            }
            for suffix in ["ingly", "edly", "ing", "ed"] where ends(suffix) {
                guard hasVowel(before: letters.count - suffix.utf8.count) else { return }
                letters.removeLast(suffix.utf8.count)
                if ends("at") || ends("bl") || ends("iz") {
                    letters.append(UInt8(ascii: "e"))
                } else if endsInDouble {
                    letters.removeLast()
                } else if first >= letters.count, endsInShortSyllable(letters[...]) {
                    letters.append(UInt8(ascii: "e"))
                }
                return
            }
        }

        mutating func step1c() {
            guard letters.count > 2, let last = letters.last, last == UInt8(ascii: "y") || last == UInt8(ascii: "Y"),
                !vowels.contains(letters[letters.count - 2])
            else { return }
            letters[letters.count - 1] = UInt8(ascii: "i")
        }

        mutating func step2() {
            let table = [
                ("ization", "ize"), ("ational", "ate"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"),
                ("tional", "tion"), ("biliti", "ble"), ("lessli", "less"), ("entli", "ent"), ("ation", "ate"),
                ("alism", "al"), ("aliti", "al"), ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"),
                ("enci", "ence"),
                ("anci", "ance"), ("abli", "able"), ("izer", "ize"), ("ator", "ate"), ("alli", "al"), ("bli", "ble"),
            ]
            for (suffix, text) in table where ends(suffix) {
                if isIn(first, suffix) { replace(suffix, with: text) }
                return
            }
            if ends("ogi") {
                if isIn(first, "ogi"), ends("logi") { letters.removeLast() }
            } else if ends("li"), isIn(first, "li"), letters.count > 2,
                Set("cdeghkmnrt".utf8).contains(letters[letters.count - 3])
            {
                letters.removeLast(2)
            }
        }

        mutating func step3() {
            let table = [
                ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"),
                ("ical", "ic"), ("ness", ""), ("ful", ""),
            ]
            for (suffix, text) in table where ends(suffix) {
                if isIn(first, suffix) { replace(suffix, with: text) }
                return
            }
            if ends("ative"), isIn(second, "ative") { letters.removeLast(5) }
        }

        mutating func step4() {
            let table = [
                "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize",
                "al", "er", "ic",
            ]
            for suffix in table where ends(suffix) {
                if isIn(second, suffix) { letters.removeLast(suffix.utf8.count) }
                return
            }
            if ends("ion"), isIn(second, "ion"), letters.count > 3,
                letters[letters.count - 4] == UInt8(ascii: "s") || letters[letters.count - 4] == UInt8(ascii: "t")
            {
                letters.removeLast(3)
            }
        }

        mutating func step5() {
            if ends("e") {
                let before = letters.dropLast()
                if isIn(second, "e") || (isIn(first, "e") && !endsInShortSyllable(before)) { letters.removeLast() }
            } else if ends("ll"), isIn(second, "l") {
                letters.removeLast()
            }
        }
    }
}
