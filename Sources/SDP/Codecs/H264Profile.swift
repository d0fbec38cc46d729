/// An H.264 profile, told from the first two bytes of `profile-level-id` (RFC 6184 §8.1, table 5).
///
/// One profile can be written in several ways: constrained baseline is `42e0`, but also `42c0`, `4d80` or `58c0`.
enum H264Profile: Hashable, CustomStringConvertible {
    case constrainedBaseline
    case baseline
    case main
    case extended
    case high
    case constrainedHigh
    case high10
    case high422
    case high444
    /// Not in the table; the same only as itself.
    case other(idc: UInt8, iop: UInt8)

    /// The profile of a `profile-level-id`, six hexadecimal digits; nil where it is not.
    ///
    /// Absent, it is baseline (RFC 6184 §8.1).
    init?(levelID: Substring?) {
        guard let levelID else {
            self = .baseline
            return
        }
        var bytes: [UInt8] = []
        var half: UInt8?
        for character in levelID.utf8 {
            guard let digit = character.hexadecimal else { return nil }
            if let high = half {
                bytes.append(high << 4 | digit)
                half = nil
            } else {
                half = digit
            }
        }
        guard bytes.count == 3, half == nil else { return nil }
        self.init(idc: bytes[0], iop: bytes[1])
    }

    private init(idc: UInt8, iop: UInt8) {
        self = Self.table.first { $0.idc == idc && iop & $0.mask == $0.bits }?.profile ?? .other(idc: idc, iop: iop)
    }

    private static let table: [(idc: UInt8, mask: UInt8, bits: UInt8, profile: H264Profile)] = [
        (0x42, 0b0100_1111, 0b0100_0000, .constrainedBaseline),
        (0x4D, 0b1000_1111, 0b1000_0000, .constrainedBaseline),
        (0x58, 0b1100_1111, 0b1100_0000, .constrainedBaseline),
        (0x42, 0b0100_1111, 0b0000_0000, .baseline),
        (0x58, 0b1100_1111, 0b1000_0000, .baseline),
        (0x4D, 0b1010_1111, 0b0000_0000, .main),
        (0x58, 0b1100_1111, 0b0000_0000, .extended),
        (0x64, 0b1111_1111, 0b0000_0000, .high),
        (0x64, 0b1111_1111, 0b0000_1100, .constrainedHigh),
        (0x6E, 0b1111_1111, 0b0000_0000, .high10),
        (0x7A, 0b1111_1111, 0b0000_0000, .high422),
        (0xF4, 0b1111_1111, 0b0000_0000, .high444),
    ]

    var description: String {
        switch self {
        case .constrainedBaseline: "constrained baseline"
        case .baseline: "baseline"
        case .main: "main"
        case .extended: "extended"
        case .high: "high"
        case .constrainedHigh: "constrained high"
        case .high10: "high 10"
        case .high422: "high 4:2:2"
        case .high444: "high 4:4:4"
        case .other(let idc, let iop):
            "profile " + hexadecimalDigits(idc, uppercase: false) + hexadecimalDigits(iop, uppercase: false)
        }
    }
}
