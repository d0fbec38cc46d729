/// Which of a sender's simulcast layers the other side is sent (RFC 8853).
package enum LayerChoice {
    /// What a better layer must leave free, so that the choice does not go back and forth.
    private static let reserve = 1.15

    /// The layer with the highest bit rate that the path carries; the smallest one that flows where none does.
    ///
    /// Which layer is the better one is told from the bit rates: the order in the description says nothing of it
    /// (RFC 8853 §5.2 leaves it to the application).
    ///
    /// - Parameters:
    ///   - bitrates: of each layer lately, in bits per second; 0 where a layer does not flow.
    ///   - budget: for this picture, in bits per second; nil where unknown, which any layer fits.
    ///   - current: the layer that is sent now.
    /// - Returns: nil where no layer flows.
    package static func best(_ bitrates: [Double], budget: Double?, current: Int?) -> Int? {
        let flowing = bitrates.indices.filter { bitrates[$0] > 0 }
        let fitting = flowing.filter { index in
            guard let budget else { return true }
            return bitrates[index] * (index == current ? 1 : reserve) <= budget
        }
        return fitting.max { bitrates[$0] < bitrates[$1] } ?? flowing.min { bitrates[$0] < bitrates[$1] }
    }
}
