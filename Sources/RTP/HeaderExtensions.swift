/// One header extension element and where its data lies in the packet.
public struct HeaderExtensionElement: Sendable, Equatable, BitwiseCopyable {
    /// The element's id as it stands in the packet: 1 to 14, or to 255 in the two-byte form.
    public var id: UInt8
    /// Offset of the element's own header (id and length) in the packet, in bytes.
    public var offset: Int
    /// Offset of its data in the packet, in bytes.
    public var dataOffset: Int
    /// Bytes of data; only the two-byte form may have none.
    public var dataLength: Int

    /// Where the data lies in the packet.
    public var dataRange: Range<Int> { dataOffset..<(dataOffset &+ dataLength) }
}

/// The two forms of RFC 8285 an extension block may have.
enum HeaderExtensionForm {
    /// Ids 1 to 14, 1 to 16 bytes each (RFC 8285 §4.2).
    case oneByte
    /// Ids 1 to 255, 0 to 255 bytes each (RFC 8285 §4.3).
    case twoByte

    init?(profile: UInt16) {
        if profile == 0xBEDE {
            self = .oneByte
        } else if profile & 0xFFF0 == 0x1000 {
            self = .twoByte
        } else {
            return nil
        }
    }
}

/// Walks the extension elements of one packet (RFC 8285 §4.2, §4.3) without keeping the packet.
///
///     var cursor = HeaderExtensionCursor(header)
///     while let element = cursor.next(in: packet) { … }
public struct HeaderExtensionCursor: Sendable, BitwiseCopyable {
    let form: HeaderExtensionForm?
    let end: Int
    /// Where the next element would begin. After the last one: where the elements end; bytes that follow are not
    /// well formed and mean nothing.
    public private(set) var position: Int

    /// Starts before the first element of the packet that `header` was parsed from.
    public init(_ header: RTPHeader) {
        form = header.extensionLength > 0 ? HeaderExtensionForm(profile: header.extensionProfile) : nil
        position = header.extensionOffset
        end = header.extensionOffset &+ header.extensionLength
    }

    /// The next element; nil at the end, and at the first element that is not well formed.
    public mutating func next(in packet: RawSpan) -> HeaderExtensionElement? {
        guard let form, position >= 0, end <= packet.byteCount else { return nil }
        while position < end {
            let first = packet.byte(at: position)
            if first == 0 {
                position &+= 1
                continue
            }
            let id: UInt8
            let dataOffset: Int
            let length: Int
            switch form {
            case .oneByte:
                id = first >> 4
                // RFC 8285 §4.2: id 15 ends the elements, and so does id 0 with a length.
                guard id != 0, id != 15 else { return nil }
                dataOffset = position &+ 1
                length = Int(first & 0x0F) &+ 1
            case .twoByte:
                guard position &+ 1 < end else { return nil }
                id = first
                dataOffset = position &+ 2
                length = Int(packet.byte(at: position &+ 1))
            }
            guard length <= end &- dataOffset else { return nil }
            let element = HeaderExtensionElement(
                id: id, offset: position, dataOffset: dataOffset, dataLength: length)
            position = dataOffset &+ length
            return element
        }
        return nil
    }
}

extension RTPHeader {
    /// Calls `body` with each well-formed extension element of `packet`, from which this header was parsed.
    public func forEachExtension(in packet: RawSpan, _ body: (HeaderExtensionElement) -> Void) {
        var cursor = HeaderExtensionCursor(self)
        while let element = cursor.next(in: packet) { body(element) }
    }

    /// Where the data of the first extension element with this id lies in `packet`; nil where there is none.
    public func value(of id: UInt8, in packet: RawSpan) -> Range<Int>? {
        var cursor = HeaderExtensionCursor(self)
        while let element = cursor.next(in: packet) {
            if element.id == id { return element.dataRange }
        }
        return nil
    }
}

/// From the extension ids one side negotiated to those of the other; what the other did not negotiate is blanked.
public struct HeaderExtensionMap: Sendable {
    private var targets = [UInt8](repeating: 0, count: 256)

    /// A map that blanks every element.
    public init() {}

    /// The id that `id` becomes; 0 blanks the element. Id 0 is padding and stays what it is.
    public subscript(id: UInt8) -> UInt8 {
        get { targets[Int(id)] }
        set { if id != 0 { targets[Int(id)] = newValue } }
    }

    /// Rewrites the ids of a packet's extension elements in place; the packet's length and the data that stays keep
    /// their places.
    ///
    /// A dropped element becomes padding, header and data alike. So does everything that is not well formed, and a
    /// whole block of neither form: the other side sees only what both negotiated. A target above 14 does not exist
    /// in the one-byte form and blanks the element.
    ///
    /// - Parameter sought: an id of the other side.
    /// - Returns: where the data of the element that has that id now lies; nil where none has.
    @discardableResult
    public func apply(to packet: inout MutableRawSpan, header: RTPHeader, seeking sought: UInt8 = 0) -> Range<Int>? {
        let end = header.extensionOffset &+ header.extensionLength
        guard header.extensionLength > 0, header.extensionOffset >= 0, end <= packet.byteCount else { return nil }
        var found: Range<Int>?
        var cursor = HeaderExtensionCursor(header)
        let oneByte = cursor.form == .oneByte
        while let element = cursor.next(in: packet.bytes) {
            let target = self[element.id]
            if target == 0 || (oneByte && target > 14) {
                Self.blank(&packet, from: element.offset, to: element.dataOffset &+ element.dataLength)
                continue
            }
            if target == sought { found = element.dataRange }
            if oneByte {
                packet.set(target << 4 | UInt8(truncatingIfNeeded: element.dataLength &- 1), at: element.offset)
            } else {
                packet.set(target, at: element.offset)
            }
        }
        Self.blank(&packet, from: cursor.position, to: end)
        return found
    }

    private static func blank(_ packet: inout MutableRawSpan, from start: Int, to end: Int) {
        var offset = start
        while offset < end {
            packet.set(UInt8(0), at: offset)
            offset &+= 1
        }
    }
}
