package import Codecs

/// A moving test picture: a slope that drifts, a bright square that bounces, and a fine texture that moves against both, so that
/// a codec has about as much to do as with a person in front of a shelf.
package struct TestPicture: Sendable {
    private let width: Int
    private let height: Int
    private let texture: [UInt8]

    /// Pixels of a side of the texture, which repeats itself.
    private static let tile = 256

    /// A test picture of a size.
    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
        // xorshift32: the same texture in every run.
        var state: UInt32 = 0x9E37_79B9
        texture = (0..<(Self.tile * Self.tile)).map { _ in
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            return UInt8(truncatingIfNeeded: state >> 24) % 24
        }
    }

    /// The picture with this number.
    package func frame(_ number: Int) -> Picture {
        var picture = Picture(width: width, height: height)
        let (luma, blue, red) = (picture.luma, picture.blue, picture.red)
        let (chromaWidth, chromaHeight) = (picture.chromaWidth, picture.chromaHeight)
        let side = max(8, height / 4)
        let left = Self.bounce(number * 3, in: max(1, width - side))
        let top = Self.bounce(number * 2, in: max(1, height - side))
        let (width, height) = (width, height)
        picture.bytes.withUnsafeMutableBufferPointer { bytes in
            texture.withUnsafeBufferPointer { texture in
                for line in 0..<height {
                    let row = ((line + number) & (Self.tile - 1)) * Self.tile
                    let start = luma.lowerBound + line * width
                    for column in 0..<width {
                        let inside = column >= left && column < left + side && line >= top && line < top + side
                        let base = inside ? 190 : 40 + ((column + line + 2 * number) & 127)
                        bytes[start + column] = UInt8(
                            truncatingIfNeeded: base + Int(texture[row + ((column &+ 3 * number) & (Self.tile - 1))]))
                    }
                }
            }
            for line in 0..<chromaHeight {
                for column in 0..<chromaWidth {
                    let place = line * chromaWidth + column
                    bytes[blue.lowerBound + place] = UInt8(96 + ((column + number) & 63))
                    bytes[red.lowerBound + place] = UInt8(96 + ((line + number) & 63))
                }
            }
        }
        return picture
    }

    /// Back and forth between 0 and `range`.
    private static func bounce(_ position: Int, in range: Int) -> Int {
        let place = position % (2 * range)
        return place < range ? place : 2 * range - 1 - place
    }
}
