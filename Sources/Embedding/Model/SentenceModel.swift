internal import COpenBLAS

/// A sentence-embedding model: all-MiniLM-L6-v2, a BERT encoder of six layers whose last layer's mean is what a text means.
///
/// ```swift
/// let model = try SentenceModel(folder: "models/all-MiniLM-L6-v2")
/// let likeness = model.embed("my page is slow").dot(model.embed("web performance"))
/// ```
///
/// It takes a processor for 5 to 100 ms; whoever serves others meanwhile uses an ``Embedder``.
public struct SentenceModel: Sendable {
    /// The model's name, as it is kept with its vectors.
    public static let name = "all-MiniLM-L6-v2"
    /// Word pieces of a text that count, with `[CLS]` and `[SEP]`.
    public static let longestText = 256
    /// Word pieces of a question that count: some 120 words, so that nobody waits longer than a tenth of a second.
    public static let longestQuestion = 160

    static let hidden = SentenceVector.dimension
    static let heads = 12
    static let intermediate = 1536
    static let layers = 6
    static let positions = 512

    private let tokenizer: WordPieceTokenizer
    private let words: [Float]
    private let pieces: Int
    /// Positions, with the one token type added.
    private let places: [Float]
    private let norm: Norm
    private let encoder: [EncoderLayer]

    /// Loads a model.
    ///
    /// - Parameter folder: where `model.safetensors` and `vocab.txt` are.
    /// - Throws: where a file is missing or not as it must be.
    public init(folder: String) throws(EmbeddingError) {
        // One thread: others have work to do, too.
        openblas_set_num_threads(1)
        tokenizer = try WordPieceTokenizer(vocabularyFile: folder + "/vocab.txt")
        let file = try TensorFile(path: folder + "/model.safetensors")
        pieces = tokenizer.largest + 1
        words = try file.floats("embeddings.word_embeddings.weight", [pieces, Self.hidden])
        var places = try file.floats("embeddings.position_embeddings.weight", [Self.positions, Self.hidden])
        let types = try file.floats("embeddings.token_type_embeddings.weight", [2, Self.hidden])
        for index in places.indices { places[index] += types[index % Self.hidden] }
        self.places = places
        norm = try Norm(file, "embeddings.LayerNorm")
        var encoder: [EncoderLayer] = []
        for layer in 0..<Self.layers { encoder.append(try EncoderLayer(file, "encoder.layer.\(layer)")) }
        self.encoder = encoder
    }

    /// The numbers of a text's word pieces.
    public func tokens(of text: String) -> [Int] {
        tokenizer.tokens(of: text, limit: Self.longestText).map(Int.init)
    }

    /// What a text means.
    ///
    /// - Parameter limit: word pieces that count, at most ``longestText``.
    public func embed(_ text: String, limit: Int = longestText) -> SentenceVector { embed([text], limit: limit)[0] }

    /// What each of several texts means. They are read at once: the weights, more than a processor's cache holds, come from
    /// memory once for all of them, which takes as long as the arithmetic of a short question.
    ///
    /// - Parameter limit: word pieces of each that count, at most ``longestText``.
    public func embed(_ texts: [String], limit: Int = longestText) -> [SentenceVector] {
        let tokens = texts.map { tokenizer.tokens(of: $0, limit: min(limit, Self.longestText)) }
        var spans: [Range<Int>] = []
        for tokens in tokens {
            let start = spans.last?.upperBound ?? 0
            spans.append(start..<start + tokens.count)
        }
        let count = spans.last?.upperBound ?? 0
        let hidden = Self.hidden
        var states = [Float](repeating: 0, count: count * hidden)
        for (tokens, span) in zip(tokens, spans) {
            for (place, token) in tokens.enumerated() {
                let (word, row) = (Int(token) * hidden, (span.lowerBound + place) * hidden)
                for index in 0..<hidden { states[row + index] = words[word + index] + places[place * hidden + index] }
            }
        }
        norm.apply(to: &states)
        var scratch = Scratch(tokens: count, longest: spans.map(\.count).max() ?? 0)
        for layer in encoder { layer.run(&states, of: spans, &scratch) }
        return spans.map { Self.mean(states, of: $0) }
    }

    private static func mean(_ states: [Float], of tokens: Range<Int>) -> SentenceVector {
        var mean = [Float](repeating: 0, count: hidden)
        for place in tokens {
            for index in 0..<hidden { mean[index] += states[place * hidden + index] }
        }
        let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return SentenceVector(mean.map { $0 / max(length, 1e-12) })
    }
}

/// A layer norm (Ba et al. 2016) over the hidden coordinates of each token.
struct Norm: Sendable {
    private let weight: [Float]
    private let bias: [Float]

    init(_ file: TensorFile, _ name: String) throws(EmbeddingError) {
        weight = try file.floats(name + ".weight", [SentenceModel.hidden])
        bias = try file.floats(name + ".bias", [SentenceModel.hidden])
    }

    func apply(to states: inout [Float]) {
        let size = SentenceModel.hidden
        let rows = states.count / size
        states.withUnsafeMutableBufferPointer { states in
            weight.withUnsafeBufferPointer { weight in
                bias.withUnsafeBufferPointer { bias in
                    guard let states = states.baseAddress, let weight = weight.baseAddress,
                        let bias = bias.baseAddress
                    else { return }
                    Arithmetic.normalize(states, rows: rows, width: size, weight: weight, bias: bias)
                }
            }
        }
    }
}
