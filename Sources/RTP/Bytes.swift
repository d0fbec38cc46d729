// Big-endian access to the bytes of a packet. Every read and write below is bounds-checked by the span; callers
// compare lengths first, so that bytes from the wire never reach the check.

extension RawSpan {
    /// The byte at `offset`, which must lie inside the span.
    @inline(__always)
    public func byte(at offset: Int) -> UInt8 { unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self) }

    /// The two bytes at `offset` in network byte order; both must lie inside the span.
    @inline(__always)
    public func uint16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// The three bytes at `offset` in network byte order; all must lie inside the span.
    @inline(__always)
    public func uint24(at offset: Int) -> UInt32 { UInt32(byte(at: offset)) << 16 | UInt32(uint16(at: offset &+ 1)) }

    /// The four bytes at `offset` in network byte order; all must lie inside the span.
    @inline(__always)
    public func uint32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}

extension MutableRawSpan {
    /// Writes one byte at `offset`, which must lie inside the span.
    @inline(__always)
    public mutating func set(_ value: UInt8, at offset: Int) {
        storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
    }

    /// Writes two bytes in network byte order at `offset`; both must lie inside the span.
    @inline(__always)
    public mutating func set(_ value: UInt16, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    /// Writes four bytes in network byte order at `offset`; all must lie inside the span.
    @inline(__always)
    public mutating func set(_ value: UInt32, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }

    /// Copies `bytes` to `offset`.
    ///
    /// - Returns: false, with nothing written, where they do not fit.
    @discardableResult
    public mutating func copy(_ bytes: RawSpan, to offset: Int) -> Bool {
        let count = bytes.byteCount
        guard offset >= 0, offset <= byteCount, count <= byteCount &- offset else { return false }
        withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { source in
                guard let source = source.baseAddress, let target = target.baseAddress else { return }
                (target + offset).copyMemory(from: source, byteCount: count)
            }
        }
        return true
    }

    /// Moves `count` bytes from `source` to `target`; the two may overlap.
    ///
    /// - Returns: false, with nothing moved, where either lies outside the span.
    @discardableResult
    public mutating func move(from source: Int, to target: Int, count: Int) -> Bool {
        guard source >= 0, target >= 0, count >= 0, count <= byteCount &- source, count <= byteCount &- target else {
            return false
        }
        withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            (base + target).copyMemory(from: base + source, byteCount: count)
        }
        return true
    }
}
