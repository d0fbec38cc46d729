internal import COpenBLAS

/// A matrix of weights and a bias, as the model has them: one row for each output.
struct Dense: Sendable {
    private let weight: [Float]
    private let bias: [Float]
    private let inputs: Int
    private let outputs: Int

    init(_ file: TensorFile, _ name: String, inputs: Int, outputs: Int) throws(EmbeddingError) {
        weight = try file.floats(name + ".weight", [outputs, inputs])
        bias = try file.floats(name + ".bias", [outputs])
        self.inputs = inputs
        self.outputs = outputs
    }

    /// `result = states · weightᵀ + bias`, a row for each token.
    func run(_ states: [Float], tokens: Int, into result: inout [Float]) {
        result.withUnsafeMutableBufferPointer { result in
            for place in 0..<tokens {
                for index in 0..<outputs { result[place * outputs + index] = bias[index] }
            }
            states.withUnsafeBufferPointer { states in
                weight.withUnsafeBufferPointer { weight in
                    cblas_sgemm(
                        CblasRowMajor, CblasNoTrans, CblasTrans, numericCast(tokens), numericCast(outputs),
                        numericCast(inputs), 1, states.baseAddress, numericCast(inputs), weight.baseAddress,
                        numericCast(inputs), 1, result.baseAddress, numericCast(outputs))
                }
            }
        }
    }
}

/// Memory that the layers use one after the other.
struct Scratch {
    var query: [Float]
    var key: [Float]
    var value: [Float]
    var context: [Float]
    var output: [Float]
    var inner: [Float]
    var scores: [Float]

    init(tokens: Int) {
        let states = [Float](repeating: 0, count: tokens * SentenceModel.hidden)
        (query, key, value, context, output) = (states, states, states, states, states)
        inner = [Float](repeating: 0, count: tokens * SentenceModel.intermediate)
        scores = [Float](repeating: 0, count: tokens * tokens)
    }
}

/// One layer of the encoder: self-attention and a feed-forward network, each added to what comes in and normalised.
struct EncoderLayer: Sendable {
    private let query: Dense
    private let key: Dense
    private let value: Dense
    private let output: Dense
    private let attentionNorm: Norm
    private let inner: Dense
    private let outer: Dense
    private let outputNorm: Norm

    init(_ file: TensorFile, _ name: String) throws(EmbeddingError) {
        let hidden = SentenceModel.hidden
        query = try Dense(file, name + ".attention.self.query", inputs: hidden, outputs: hidden)
        key = try Dense(file, name + ".attention.self.key", inputs: hidden, outputs: hidden)
        value = try Dense(file, name + ".attention.self.value", inputs: hidden, outputs: hidden)
        output = try Dense(file, name + ".attention.output.dense", inputs: hidden, outputs: hidden)
        attentionNorm = try Norm(file, name + ".attention.output.LayerNorm")
        inner = try Dense(file, name + ".intermediate.dense", inputs: hidden, outputs: SentenceModel.intermediate)
        outer = try Dense(file, name + ".output.dense", inputs: SentenceModel.intermediate, outputs: hidden)
        outputNorm = try Norm(file, name + ".output.LayerNorm")
    }

    func run(_ states: inout [Float], tokens: Int, _ scratch: inout Scratch) {
        query.run(states, tokens: tokens, into: &scratch.query)
        key.run(states, tokens: tokens, into: &scratch.key)
        value.run(states, tokens: tokens, into: &scratch.value)
        attend(tokens: tokens, &scratch)
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

    /// Scaled dot-product attention (Vaswani et al. 2017, §3.2.1), head by head, in place in the interleaved matrices.
    private func attend(tokens: Int, _ scratch: inout Scratch) {
        let (hidden, size) = (SentenceModel.hidden, SentenceModel.hidden / SentenceModel.heads)
        let scale = 1 / Float(size).squareRoot()
        for head in 0..<SentenceModel.heads {
            let offset = head * size
            scratch.query.withUnsafeBufferPointer { query in
                scratch.key.withUnsafeBufferPointer { key in
                    scratch.scores.withUnsafeMutableBufferPointer { scores in
                        guard let query = query.baseAddress, let key = key.baseAddress else { return }
                        cblas_sgemm(
                            CblasRowMajor, CblasNoTrans, CblasTrans, numericCast(tokens), numericCast(tokens),
                            numericCast(size), scale, query + offset, numericCast(hidden), key + offset,
                            numericCast(hidden), 0, scores.baseAddress, numericCast(tokens))
                        if let scores = scores.baseAddress {
                            Arithmetic.softmax(scores, rows: tokens, width: tokens)
                        }
                    }
                }
            }
            scratch.scores.withUnsafeBufferPointer { scores in
                scratch.value.withUnsafeBufferPointer { value in
                    scratch.context.withUnsafeMutableBufferPointer { context in
                        guard let value = value.baseAddress, let context = context.baseAddress else { return }
                        cblas_sgemm(
                            CblasRowMajor, CblasNoTrans, CblasNoTrans, numericCast(tokens), numericCast(size),
                            numericCast(tokens), 1, scores.baseAddress, numericCast(tokens), value + offset,
                            numericCast(hidden), 0, context + offset, numericCast(hidden))
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
