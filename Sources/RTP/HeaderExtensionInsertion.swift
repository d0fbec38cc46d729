extension RTPHeader {
    /// Puts an extension element of `dataLength` bytes (1 to 3) into a packet that has none with this id (RFC 8285 §4).
    ///
    /// Where the extension block has room, as where another element was blanked, the element takes it. Otherwise the
    /// packet grows by 4 or 8 bytes: what follows the block moves. The element's data is not written.
    ///
    /// - Parameters:
    ///   - packet: the packet from its first byte, and room behind it.
    ///   - header: parsed from the packet.
    ///   - length: the packet's bytes.
    /// - Returns: where the data lies, and the packet's bytes afterwards; nil, with the packet unchanged, where the block is
    ///   of neither form, the id does not fit it, or there is no room.
    public static func insertExtension(
        id: UInt8, dataLength: Int, into packet: inout MutableRawSpan, header: RTPHeader, length: Int
    ) -> (data: Range<Int>, length: Int)? {
        guard id > 0, (1...3).contains(dataLength), length <= packet.byteCount, header.headerLength <= length else {
            return nil
        }
        guard packet.bytes.byte(at: 0) & 0x10 != 0 else {
            guard id < 15 else { return nil }
            let start = header.headerLength
            guard length &+ 8 <= packet.byteCount, packet.move(from: start, to: start &+ 8, count: length &- start)
            else {
                return nil
            }
            packet.set(packet.bytes.byte(at: 0) | 0x10, at: 0)
            packet.set(UInt32(0xBEDE_0001), at: start)
            packet.set(UInt32(0), at: start &+ 4)
            packet.set(id << 4 | UInt8(dataLength &- 1), at: start &+ 4)
            return (start &+ 5..<(start &+ 5 &+ dataLength), length &+ 8)
        }
        guard let form = HeaderExtensionForm(profile: header.extensionProfile), form == .twoByte || id < 15 else {
            return nil
        }
        let prefix = form == .oneByte ? 1 : 2
        let end = header.extensionOffset &+ header.extensionLength
        var length = length
        var place = room(for: prefix &+ dataLength, in: packet.bytes, header)
        if place == nil {
            let growth = (prefix &+ dataLength &+ 3) & ~3
            let words = header.extensionLength / 4 &+ growth / 4
            guard length &+ growth <= packet.byteCount, words <= 0xFFFF,
                packet.move(from: end, to: end &+ growth, count: length &- end)
            else { return nil }
            packet.set(UInt16(words), at: header.extensionOffset &- 2)
            for offset in end..<(end &+ growth) { packet.set(UInt8(0), at: offset) }
            length &+= growth
            place = end
        }
        guard let place else { return nil }
        switch form {
        case .oneByte: packet.set(id << 4 | UInt8(dataLength &- 1), at: place)
        case .twoByte:
            packet.set(id, at: place)
            packet.set(UInt8(dataLength), at: place &+ 1)
        }
        return ((place &+ prefix)..<(place &+ prefix &+ dataLength), length)
    }

    /// Where `count` bytes of padding lie between the elements.
    private static func room(for count: Int, in packet: RawSpan, _ header: RTPHeader) -> Int? {
        guard header.extensionLength > 0 else { return nil }
        var cursor = HeaderExtensionCursor(header)
        var free = header.extensionOffset
        while let element = cursor.next(in: packet) {
            if element.offset &- free >= count { return free }
            free = element.dataOffset &+ element.dataLength
        }
        let end = header.extensionOffset &+ header.extensionLength
        // The walk ends before the end only at what is not well formed.
        return cursor.position == end && end &- free >= count ? free : nil
    }
}
