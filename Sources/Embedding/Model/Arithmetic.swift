/// The arithmetic between the matrix products, eight numbers at a time.
///
/// The C library's `expf` and `erff` take one number at a time. What stands here is off by some 1e-7, and the whole model agrees
/// with its reference vectors to 1e-4.
enum Arithmetic {
    typealias Eight = SIMD8<Float>

    /// Every row has its mean taken off and its spread made one, and is then stretched and moved.
    ///
    /// - Precondition: `width` is a multiple of 8, as in all the functions here.
    @inline(__always)
    static func normalize(
        _ values: UnsafeMutablePointer<Float>, rows: Int, width: Int, weight: UnsafePointer<Float>,
        bias: UnsafePointer<Float>
    ) {
        for row in 0..<rows {
            let values = values + row * width
            var sum = Eight.zero
            for index in stride(from: 0, to: width, by: 8) { sum += load(values + index) }
            let mean = sum.sum() / Float(width)
            var squares = Eight.zero
            for index in stride(from: 0, to: width, by: 8) {
                let difference = load(values + index) - mean
                squares += difference * difference
            }
            let scale = 1 / (squares.sum() / Float(width) + 1e-12).squareRoot()
            for index in stride(from: 0, to: width, by: 8) {
                let value = (load(values + index) - mean) * scale
                store(value * load(weight + index) + load(bias + index), to: values + index)
            }
        }
    }

    /// GELU in its exact form, x·Φ(x).
    ///
    /// The error function by Abramowitz and Stegun, 7.1.26: off by 1.5e-7 at most.
    @inline(__always)
    static func gelu(_ values: UnsafeMutablePointer<Float>, count: Int) {
        for index in stride(from: 0, to: count, by: 8) {
            let x = load(values + index)
            let z = x * 0.70710678
            let distance = z.replacing(with: -z, where: z .< 0)
            let t = 1 / (distance * 0.3275911 + 1)
            var polynomial = t * 1.061405429 - 1.453152027
            polynomial = polynomial * t + 1.421413741
            polynomial = polynomial * t - 0.284496736
            polynomial = polynomial * t + 0.254829592
            let tail = polynomial * t * exp(-z * z) * 0.5
            // Φ is `tail` below zero, and what is left of one above.
            let phi = (1 - tail).replacing(with: tail, where: z .< 0)
            store(x * phi, to: values + index)
        }
    }

    /// Every row becomes shares of one: each number's exponential over the sum of all.
    @inline(__always)
    static func softmax(_ values: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
        let whole = width & ~7
        for row in 0..<rows {
            let values = values + row * width
            var largest = Eight(repeating: -.infinity)
            for index in stride(from: 0, to: whole, by: 8) {
                let value = load(values + index)
                largest.replace(with: value, where: value .> largest)
            }
            var top = largest.max()
            for index in whole..<width { top = max(top, values[index]) }
            var sums = Eight.zero
            for index in stride(from: 0, to: whole, by: 8) {
                let value = exp(load(values + index) - top)
                sums += value
                store(value, to: values + index)
            }
            var sum = sums.sum()
            if whole < width {
                var rest = Eight(repeating: -.infinity)
                for index in whole..<width { rest[index - whole] = values[index] - top }
                rest = exp(rest)
                for index in whole..<width {
                    values[index] = rest[index - whole]
                    sum += rest[index - whole]
                }
            }
            let share = 1 / sum
            for index in stride(from: 0, to: whole, by: 8) {
                store(load(values + index) * share, to: values + index)
            }
            for index in whole..<width { values[index] *= share }
        }
    }

    /// e to the power of numbers up to 88; below −87 it is as good as zero.
    ///
    /// The power of two nearest by is made by its bits, and what remains by a polynomial (Cephes, `expf`).
    @inline(__always)
    static func exp(_ x: Eight) -> Eight {
        let x = x.replacing(with: -87, where: x .< -87)
        // Adding 1.5·2²³ leaves the nearest whole number in the lowest bits.
        let shifted = x * 1.44269504 + 12_582_912
        let whole = shifted - 12_582_912
        let r = x - whole * 0.693359375 + whole * 2.12194440e-4
        var polynomial = r * 1.9875691500e-4 + 1.3981999507e-3
        polynomial = polynomial * r + 8.3334519073e-3
        polynomial = polynomial * r + 4.1665795894e-2
        polynomial = polynomial * r + 1.6666665459e-1
        polynomial = polynomial * r + 5.0000001201e-1
        let fraction = polynomial * r * r + r + 1
        let exponent = (unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- 0x4b40_0000) &<< 23
        return unsafeBitCast(unsafeBitCast(fraction, to: SIMD8<Int32>.self) &+ exponent, to: Eight.self)
    }

    @inline(__always)
    private static func load(_ pointer: UnsafePointer<Float>) -> Eight {
        UnsafeRawPointer(pointer).loadUnaligned(as: Eight.self)
    }

    @inline(__always)
    private static func store(_ value: Eight, to pointer: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Eight.self)
    }
}
