internal import COpenBLAS

/// A matrix of weights and a bias; several of the same input stand side by side as one.
///
/// The model has a row for each output. Here it is a column: so OpenBLAS copies its panels straight, sixteen outputs at a time,
/// where it would have to transpose them for every text. With few tokens that copying costs as much as the product itself.
struct Dense: Sendable {
    private let weight: [Float]
    private let bias: [Float]
    private let inputs: Int
    private let outputs: Int

    init(_ file: TensorFile, _ names: [String], inputs: Int, outputs each: Int) throws(EmbeddingError) {
        let outputs = each * names.count
        var weight = [Float](repeating: 0, count: inputs * outputs)
        var bias: [Float] = []
        for (place, name) in names.enumerated() {
            let rows = try file.floats(name + ".weight", [each, inputs])
            for row in 0..<each {
                for column in 0..<inputs { weight[column * outputs + place * each + row] = rows[row * inputs + column] }
            }
            bias += try file.floats(name + ".bias", [each])
        }
        (self.weight, self.bias, self.inputs, self.outputs) = (weight, bias, inputs, outputs)
    }

    /// `result = states · weight + bias`, a row for each token.
    func run(_ states: [Float], tokens: Int, into result: inout [Float]) {
        result.withUnsafeMutableBufferPointer { result in
            for place in 0..<tokens {
                for index in 0..<outputs { result[place * outputs + index] = bias[index] }
            }
            states.withUnsafeBufferPointer { states in
                weight.withUnsafeBufferPointer { weight in
                    cblas_sgemm(
                        CblasRowMajor, CblasNoTrans, CblasNoTrans, numericCast(tokens), numericCast(outputs),
                        numericCast(inputs), 1, states.baseAddress, numericCast(inputs), weight.baseAddress,
                        numericCast(outputs), 1, result.baseAddress, numericCast(outputs))
                }
            }
        }
    }
}

/// Memory that the layers use one after the other.
struct Scratch {
    /// For each token its query, its key and its value.
    var projections: [Float]
    var context: [Float]
    var output: [Float]
    var inner: [Float]
    var scores: [Float]

    /// - Parameters:
    ///   - tokens: of all texts together.
    ///   - longest: tokens of the longest text.
    init(tokens: Int, longest: Int) {
        let states = [Float](repeating: 0, count: tokens * SentenceModel.hidden)
        (context, output) = (states, states)
        projections = [Float](repeating: 0, count: tokens * SentenceModel.hidden * 3)
        inner = [Float](repeating: 0, count: tokens * SentenceModel.intermediate)
        scores = [Float](repeating: 0, count: longest * longest)
    }
}

/// One layer of the encoder: self-attention and a feed-forward network, each added to what comes in and normalised.
struct EncoderLayer: Sendable {
    private let projection: Dense
    private let output: Dense
    private let attentionNorm: Norm
    private let inner: Dense
    private let outer: Dense
    private let outputNorm: Norm

    init(_ file: TensorFile, _ name: String) throws(EmbeddingError) {
        let hidden = SentenceModel.hidden
        projection = try Dense(
            file, ["query", "key", "value"].map { "\(name).attention.self.\($0)" }, inputs: hidden, outputs: hidden)
        output = try Dense(file, [name + ".attention.output.dense"], inputs: hidden, outputs: hidden)
        attentionNorm = try Norm(file, name + ".attention.output.LayerNorm")
        inner = try Dense(file, [name + ".intermediate.dense"], inputs: hidden, outputs: SentenceModel.intermediate)
        outer = try Dense(file, [name + ".output.dense"], inputs: SentenceModel.intermediate, outputs: hidden)
        outputNorm = try Norm(file, name + ".output.LayerNorm")
    }

    /// Runs the layer over several texts.
    ///
    /// - Parameter texts: the rows of each, one after the other.
    func run(_ states: inout [Float], of texts: [Range<Int>], _ scratch: inout Scratch) {
        let tokens = texts.last?.upperBound ?? 0
        projection.run(states, tokens: tokens, into: &scratch.projections)
        for text in texts { attend(text, &scratch) }
        output.run(scratch.context, tokens: tokens, into: &scratch.output)
        Self.add(scratch.output, to: &states)
        attentionNorm.apply(to: &states)
        inner.run(states, tokens: tokens, into: &scratch.inner)
        scratch.inner.withUnsafeMutableBufferPointer { inner in
            if let values = inner.baseAddress { Arithmetic.gelu(values, count: inner.count) }
        }
        outer.run(scratch.inner, tokens: tokens, into: &scratch.output)
        Self.add(scratch.output, to: &states)
        outputNorm.apply(to: &states)
    }

    /// Scaled dot-product attention (Vaswani et al. 2017, §3.2.1) within one text, head by head, in place in the interleaved
    /// matrices.
    private func attend(_ text: Range<Int>, _ scratch: inout Scratch) {
        let tokens = text.count
        let (hidden, size) = (SentenceModel.hidden, SentenceModel.hidden / SentenceModel.heads)
        let (scale, stride) = (1 / Float(size).squareRoot(), 3 * hidden)
        for head in 0..<SentenceModel.heads {
            let offset = head * size
            scratch.projections.withUnsafeBufferPointer { projections in
                scratch.scores.withUnsafeMutableBufferPointer { scores in
                    scratch.context.withUnsafeMutableBufferPointer { context in
                        guard let scores = scores.baseAddress,
                            let query = projections.baseAddress?.advanced(by: text.lowerBound * stride),
                            let context = context.baseAddress?.advanced(by: text.lowerBound * hidden)
                        else { return }
                        let (key, value) = (query + hidden, query + 2 * hidden)
                        cblas_sgemm(
                            CblasRowMajor, CblasNoTrans, CblasTrans, numericCast(tokens), numericCast(tokens),
                            numericCast(size), scale, query + offset, numericCast(stride), key + offset,
                            numericCast(stride), 0, scores, numericCast(tokens))
                        Arithmetic.softmax(scores, rows: tokens, width: tokens)
                        cblas_sgemm(
                            CblasRowMajor, CblasNoTrans, CblasNoTrans, numericCast(tokens), numericCast(size),
                            numericCast(tokens), 1, scores, numericCast(tokens), value + offset,
                            numericCast(stride), 0, context + offset, numericCast(hidden))
                    }
                }
            }
        }
    }

    private static func add(_ addend: [Float], to states: inout [Float]) {
        addend.withUnsafeBufferPointer { addend in
            states.withUnsafeMutableBufferPointer { states in
                for index in states.indices { states[index] += addend[index] }
            }
        }
    }
}
