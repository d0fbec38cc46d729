/// What a peer transport tells its owner, on the owner's thread. An owner that goes before its transport calls `detach()`.
///
/// Packets are decrypted and lie in the thread's buffers until those that arrived together are all delivered; the owner may change
/// them in place and forward them through another transport.
public protocol PeerTransportDelegate: AnyObject {
    /// The path came up, went down or failed; `connected` again where the peer moved to another address.
    func transport(_ transport: PeerTransport, entered state: PeerTransport.State)
    /// A local candidate (`candidate:…`) found after the answer; nil when there will be no more.
    func transport(_ transport: PeerTransport, found candidate: String?)
    /// An RTP packet of `length` bytes at the start of `buffer`.
    func transport(_ transport: PeerTransport, receivedRTP buffer: UnsafeMutableRawBufferPointer, length: Int)
    /// A compound RTCP packet likewise.
    func transport(_ transport: PeerTransport, receivedRTCP buffer: UnsafeMutableRawBufferPointer, length: Int)
    /// All packets that had arrived together were handed over; what was forwarded of them is to be flushed now.
    ///
    /// - Parameter arrival: when the first of them came, by the wall clock in nanoseconds; nil where nobody can tell.
    func transport(_ transport: PeerTransport, deliveredPacketsFrom arrival: Int64?)
}
