/// What a profile says, as it is searched.
public struct ProfileText: Sendable, Hashable {
    /// The most passages: what is compared with a question one by one.
    static let mostPassages = 8
    /// One line.
    public let headline: String
    /// As long as it likes.
    public let bio: String
    /// What the consultant knows.
    public let tags: [String]

    /// A profile.
    public init(headline: String, bio: String, tags: [String]) {
        self.headline = headline
        self.bio = bio
        self.tags = tags
    }

    /// The whole first, then its parts: the headline, the tags, each sentence of the bio. Of a long bio neighbouring sentences
    /// are one passage, so that all of it is covered.
    public var passages: [String] {
        let list = tags.joined(separator: ", ")
        let whole = [headline, list, bio].filter { !$0.isEmpty }.joined(separator: ". ")
        var passages = [whole]
        if !headline.isEmpty { passages.append(headline) }
        if !list.isEmpty { passages.append(list) }
        let sentences = Self.sentences(bio)
        let room = Self.mostPassages - passages.count
        guard !sentences.isEmpty else { return passages }
        let size = (sentences.count + room - 1) / room
        for start in stride(from: 0, to: sentences.count, by: size) {
            passages.append(sentences[start..<min(start + size, sentences.count)].joined(separator: " "))
        }
        return passages
    }

    /// The sentences of a text; what is shorter than three words belongs to its predecessor.
    static func sentences(_ text: String) -> [String] {
        var sentences: [String] = []
        var sentence = ""
        func finish() {
            let words = sentence.split(whereSeparator: \.isWhitespace)
            defer { sentence = "" }
            guard !words.isEmpty else { return }
            let text = words.joined(separator: " ")
            if words.count < 3, let last = sentences.popLast() {
                sentences.append(last + " " + text)
            } else {
                sentences.append(text)
            }
        }
        var previous: Character = " "
        for character in text {
            if character.isNewline {
                finish()
            } else if character.isWhitespace, previous == "." || previous == "!" || previous == "?" {
                finish()
            } else {
                sentence.append(character)
            }
            previous = character
        }
        finish()
        return sentences
    }
}
