import RTP

/// Packets in both directions, once the path is there.
extension PeerTransport {
    /// Encrypts the RTP packet at the start of `buffer` in place and sends it.
    ///
    /// - Parameter buffer: has `mediaCipherRoom` bytes to spare after `length`.
    /// - Returns: whether it went out.
    public func sendRTP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> Bool {
        guard let cipher, case .done(let size) = cipher.protectRTP(buffer, length: length) else { return false }
        return transmit(UnsafeRawBufferPointer(rebasing: buffer[..<size]))
    }

    /// Encrypts the RTP packet at the start of `buffer` in place, to leave at the next `flushForwarded()`; until then `buffer` must stay as it is.
    ///
    /// - Parameter buffer: has `mediaCipherRoom` bytes to spare after `length`.
    /// - Returns: whether it will go out, as far as can be told.
    @inline(__always)
    public func forwardRTP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> Bool {
        guard let cipher, case .done(let size) = cipher.protectRTP(buffer, length: length),
            let base = buffer.baseAddress
        else { return false }
        guard let direct else { return agent.send(UnsafeRawBufferPointer(start: base, count: size)) }
        unsent &+= UInt64(truncatingIfNeeded: direct.keep(base, size))
        return true
    }

    /// Sends what was forwarded since the last call.
    @inline(__always)
    public func flushForwarded() {
        guard let direct else { return }
        unsent &+= UInt64(truncatingIfNeeded: direct.flush())
    }

    /// Encrypts a compound RTCP packet and sends it.
    public func sendRTCP(_ packet: [UInt8]) -> Bool {
        guard let cipher else { return false }
        return withUnsafeTemporaryAllocation(byteCount: packet.count + mediaCipherRoom, alignment: 8) { buffer in
            buffer.copyBytes(from: packet)
            guard case .done(let size) = cipher.protectRTCP(buffer, length: packet.count) else { return false }
            return transmit(UnsafeRawBufferPointer(rebasing: buffer[..<size]))
        }
    }

    func transmit(_ datagram: UnsafeRawBufferPointer) -> Bool {
        direct?.send(datagram) ?? agent.send(datagram)
    }

    /// Reads what has arrived at our own socket.
    func readDirectPath(into batch: ReceiveBatch) {
        guard let direct else { return }
        let count = batch.receive(from: direct.socket.descriptor)
        guard count > 0, let delegate else { return }
        let now = MonotonicInstant.now()
        let arrival = batch.firstArrival
        var cipher = self.cipher
        for index in 0..<count {
            let (buffer, length) = batch[index]
            received(buffer, length, at: now, &cipher, delegate)
        }
        delegate.transport(self, deliveredPacketsFrom: arrival)
    }

    /// Takes a datagram at the start of `buffer`, which has room for what a cipher appends.
    ///
    /// - Parameter cipher: the present one, or the one before it, which is not asked for anew for each datagram.
    @inline(__always)
    private func received(
        _ buffer: UnsafeMutableRawBufferPointer, _ length: Int, at now: MonotonicInstant,
        _ cipher: inout (any MediaCipher)?, _ delegate: any PeerTransportDelegate
    ) {
        let datagram = UnsafeRawBufferPointer(rebasing: buffer[..<length])
        switch PacketKind(classifying: datagram.bytes) {
        case .rtp:
            guard self.cipher != nil, let cipher else { return }
            guard case .done(let length) = cipher.unprotectRTP(buffer, length: length) else { return rejected &+= 1 }
            lastArrival = now
            delegate.transport(self, receivedRTP: buffer, length: length)
        case .rtcp:
            guard self.cipher != nil, let cipher else { return }
            guard case .done(let length) = cipher.unprotectRTCP(buffer, length: length) else { return rejected &+= 1 }
            lastArrival = now
            delegate.transport(self, receivedRTCP: buffer, length: length)
        case .dtls:
            receivedHandshake(datagram)
            cipher = self.cipher
        case .stun: direct?.receivedCheck(datagram, at: now)
        case .turnChannel, .unknown: rejected &+= 1
        }
    }

    /// Takes a datagram that came over libnice's sockets.
    func receivedByLibnice(_ datagram: UnsafeRawBufferPointer) {
        guard datagram.count <= ReceiveBatch.datagramLimit, let delegate else { return rejected &+= 1 }
        let buffer = context.single
        buffer.copyMemory(from: datagram)
        var cipher = self.cipher
        received(buffer, datagram.count, at: .now(), &cipher, delegate)
        delegate.transport(self, deliveredPacketsFrom: nil)
    }
}
