import Glibc

/// A picture of 8-bit YUV 4:2:0 planes (I420): luma, then the two chroma planes at half the width and height, rounded up,
/// without gaps between lines.
public struct Picture: Sendable, Equatable {
    /// Pixels of a line.
    public let width: Int
    /// Lines.
    public let height: Int
    /// The planes, one after the other.
    public var bytes: [UInt8]

    /// Pixels of a line of chroma.
    public var chromaWidth: Int { (width + 1) / 2 }
    /// Lines of chroma.
    public var chromaHeight: Int { (height + 1) / 2 }
    /// Where the luma plane lies in `bytes`.
    public var luma: Range<Int> { 0..<(width * height) }
    /// Where the blue-difference plane lies in `bytes`.
    public var blue: Range<Int> { luma.upperBound..<(luma.upperBound + chromaWidth * chromaHeight) }
    /// Where the red-difference plane lies in `bytes`.
    public var red: Range<Int> { blue.upperBound..<(blue.upperBound + chromaWidth * chromaHeight) }

    /// A black picture.
    ///
    /// - Parameters:
    ///   - width: pixels, 1 to 16383, as much as VP8 can say; what lies outside is moved to the nearest.
    ///   - height: lines likewise.
    public init(width: Int, height: Int) {
        self.width = min(max(width, 1), 16383)
        self.height = min(max(height, 1), 16383)
        let luma = self.width * self.height
        let chroma = ((self.width + 1) / 2) * ((self.height + 1) / 2)
        bytes = [UInt8](repeating: 16, count: luma) + [UInt8](repeating: 128, count: 2 * chroma)
    }

    /// How alike two pictures are: the peak signal-to-noise ratio of their luma in decibels; nil where they are of different
    /// sizes, infinite where they are equal.
    public func likeness(to other: Picture) -> Double? {
        guard width == other.width, height == other.height else { return nil }
        var sum = 0
        for index in luma {
            let difference = Int(bytes[index]) - Int(other.bytes[index])
            sum += difference * difference
        }
        guard sum > 0 else { return .infinity }
        let mean = Double(sum) / Double(luma.count)
        return 10 * log10(255 * 255 / mean)
    }
}
