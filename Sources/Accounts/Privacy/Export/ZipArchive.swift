internal import Database

/// A ZIP archive (PKWARE's APPNOTE.TXT 6.3) of stored files: names in UTF-8, no compression, no ZIP64.
struct ZipArchive: Sendable {
    private var content: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    /// An archive without files.
    init() {}

    /// Why a file does not fit.
    enum Overflow: Error, Sendable {
        /// The archive would need ZIP64: 4 GiB, or 65,535 files.
        case tooLarge
    }

    /// Adds a file.
    mutating func add(_ name: String, _ bytes: [UInt8], modified: Timestamp) throws(Overflow) {
        let nameBytes = Array(name.utf8)
        guard let length = UInt32(exactly: bytes.count), let offset = UInt32(exactly: content.count),
            let nameLength = UInt16(exactly: nameBytes.count), count < UInt16.max,
            content.count + directory.count + bytes.count + 2 * nameBytes.count + 200 < UInt32.max
        else { throw .tooLarge }
        // What the local header (4.3.7) and the central directory (4.3.12) say alike: version 2.0, UTF-8 names, stored.
        var common: [UInt8] = []
        common.append(little: 20 as UInt16)
        common.append(little: 1 << 11 as UInt16)
        common.append(little: 0 as UInt16)
        common.append(little: modified.dosTime)
        common.append(little: modified.dosDate)
        common.append(little: crc32(bytes))
        common.append(little: length)
        common.append(little: length)
        common.append(little: nameLength)
        common.append(little: 0 as UInt16)

        content.append(little: 0x0403_4b50 as UInt32)
        content += common + nameBytes
        content += bytes

        directory.append(little: 0x0201_4b50 as UInt32)
        // Made on UNIX (3), so that the external attributes are a mode: a regular file, for its owner.
        directory.append(little: 3 << 8 | 20 as UInt16)
        directory += common
        directory.append(little: 0 as UInt16)
        directory.append(little: 0 as UInt16)
        directory.append(little: 0 as UInt16)
        directory.append(little: 0o100600 << 16 as UInt32)
        directory.append(little: offset)
        directory += nameBytes
        count += 1
    }

    /// The archive's bytes.
    func bytes() -> [UInt8] {
        var end: [UInt8] = []
        end.append(little: 0x0605_4b50 as UInt32)
        end.append(little: 0 as UInt32)
        end.append(little: count)
        end.append(little: count)
        end.append(little: UInt32(clamping: directory.count))
        end.append(little: UInt32(clamping: content.count))
        end.append(little: 0 as UInt16)
        return content + directory + end
    }
}

/// CRC-32 with the polynomial of ISO 3309, as ZIP and PNG have it.
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes { sum = crcTable[Int((sum ^ UInt32(byte)) & 0xff)] ^ (sum >> 8) }
    return ~sum
}

private let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? 0xedb8_8320 ^ (sum >> 1) : sum >> 1 }
}

extension [UInt8] {
    fileprivate mutating func append(little value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}

extension Timestamp {
    /// The parts of the moment's RFC 3339 text.
    private func part(_ start: Int, _ length: Int) -> UInt16 {
        UInt16(String(description.dropFirst(start).prefix(length))) ?? 0
    }

    /// MS-DOS's date, from 1980 to 2107.
    fileprivate var dosDate: UInt16 {
        let year = Swift.min(Swift.max(part(0, 4), 1980), 2107) - 1980
        return year << 9 | part(5, 2) << 5 | part(8, 2)
    }

    /// MS-DOS's time, in steps of two seconds.
    fileprivate var dosTime: UInt16 { part(11, 2) << 11 | part(14, 2) << 5 | part(17, 2) / 2 }
}
