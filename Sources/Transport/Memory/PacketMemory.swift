import CLinux
import Glibc

/// Where the packets of one socket look on their way through a call. With hundreds of calls a packet finds the memory of its own one cold,
/// and would wait for it line by line; so all of it is fetched into the processor's cache while the kernel is asked for the packets.
///
/// A hint and nothing more: what lies at a place is never read here, and a place that was given back or is another object's by now costs
/// a fetch for nothing.
public struct PacketMemory: ~Copyable {
    /// Bytes that a processor fetches together.
    private static let line: UInt = 64
    /// Runs of lines that are kept; what comes beyond is not fetched.
    private static let capacity = 64
    /// Lines of a run: what fits into the bits that an address of a line has to spare.
    private static let longest: UInt = 63

    /// The first line's address, and in its low bits the number of lines.
    private let runs = UnsafeMutablePointer<UInt>.allocate(capacity: Self.capacity)
    private var count = 0

    init() {}

    deinit { runs.deallocate() }

    /// What is to be fetched; valid until something is added or this goes.
    var places: UnsafeBufferPointer<UInt> { UnsafeBufferPointer(start: runs, count: count) }

    mutating func removeAll() { count = 0 }

    /// Adds bytes from an address on.
    public mutating func add(_ address: UnsafeRawPointer, bytes: Int) {
        guard bytes > 0, count < Self.capacity else { return }
        let start = UInt(bitPattern: address)
        let first = start & ~(Self.line &- 1)
        let lines = (start &- first &+ UInt(bytes) &+ Self.line &- 1) / Self.line
        runs[count] = first | min(lines, Self.longest)
        count &+= 1
    }

    /// Adds the beginning of an object: what a packet looks at is declared first in it.
    public mutating func add(_ object: AnyObject, bytes: Int) {
        add(Unmanaged.passUnretained(object).toOpaque(), bytes: bytes)
    }

    /// Adds the beginning of an object, up to the end of a field that is stored in it.
    public mutating func add<Field: ~Copyable>(_ object: AnyObject, through last: inout Field) {
        let start = UnsafeRawPointer(Unmanaged.passUnretained(object).toOpaque())
        let bytes = withUnsafePointer(to: &last) { UnsafeRawPointer($0) - start } + MemoryLayout<Field>.size
        add(start, bytes: bytes)
    }

    /// Adds a field that is stored in an object.
    public mutating func add<Field: ~Copyable>(field: inout Field, limit: Int = .max) {
        withUnsafePointer(to: &field) { add(UnsafeRawPointer($0), bytes: min(MemoryLayout<Field>.size, limit)) }
    }

    /// Adds the first elements of an array, with its header.
    public mutating func add<Element>(elementsOf array: [Element], limit: Int = .max) {
        let header = 32
        array.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
            add(base - header, bytes: header + min(array.count, limit) * MemoryLayout<Element>.stride)
        }
    }

    /// Asks the processor for what was added.
    @inline(__always)
    static func fetch(_ places: UnsafeBufferPointer<UInt>) { cl_fetch(places.baseAddress, places.count) }
}
