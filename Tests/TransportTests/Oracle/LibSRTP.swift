import CSRTP

@testable import Transport

/// SRTP by libsrtp2, which judges ours: one session for each direction, for whatever SSRCs appear.
final class LibSRTP: MediaCipher {
    private let inbound: srtp_t
    private let outbound: srtp_t

    /// Packets a late one may lie behind the newest (RFC 3711 §3.3.2 asks for at least 64): a second of fast video.
    private static let replayWindow: UInt = 1024
    /// SSRCs a peer may have at once; the one that was silent longest makes room.
    private static let sourceLimit = 64

    /// The peer's SSRCs as libsrtp names them, whoever sent last first.
    private var sources: [UInt32] = []

    /// libsrtp's own start-up, once in the process.
    private static let initialised: srtp_err_status_t = srtp_init()

    /// - Throws: `TransportError` with libsrtp's status where a session cannot be made.
    init(_ keys: SRTPKeys) throws(TransportError) {
        guard Self.initialised == srtp_err_status_ok else {
            throw TransportError("srtp_init: \(Self.initialised.rawValue)")
        }
        sources.reserveCapacity(Self.sourceLimit + 1)
        inbound = try Self.session(keys.inbound, keys.profile, direction: ssrc_any_inbound)
        do {
            outbound = try Self.session(keys.outbound, keys.profile, direction: ssrc_any_outbound)
        } catch {
            srtp_dealloc(inbound)
            throw error
        }
    }

    deinit {
        srtp_dealloc(inbound)
        srtp_dealloc(outbound)
    }

    private static func session(
        _ key: [UInt8], _ profile: SRTPProfile, direction: srtp_ssrc_type_t
    ) throws(TransportError) -> srtp_t {
        var policy = srtp_policy_t()
        switch profile {
        case .aes128GCM:
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
        case .aes256GCM:
            srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp)
            srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp)
        case .aes128CM:
            srtp_crypto_policy_set_rtp_default(&policy.rtp)
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
        }
        policy.ssrc.type = direction
        policy.window_size = replayWindow
        // A retransmission in answer to a NACK repeats a sequence number on purpose (RFC 4585 §6.2.1).
        policy.allow_repeat_tx = direction == ssrc_any_outbound ? 1 : 0
        var key = key
        var session: srtp_t?
        let status = key.withUnsafeMutableBufferPointer { bytes in
            policy.key = bytes.baseAddress
            return srtp_create(&session, &policy)
        }
        guard status == srtp_err_status_ok, let session else {
            throw TransportError("srtp_create: status \(status.rawValue)")
        }
        return session
    }

    /// The library keeps its places to itself.
    func addPlaces(of direction: CipherDirection, to memory: inout PacketMemory) {}

    func protectRTP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        guard length >= 12 else { return .malformed }
        return apply(buffer, length, room: mediaCipherRoom) { srtp_protect(outbound, $0, $1) }
    }

    func protectRTCP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        guard length >= 8 else { return .malformed }
        return apply(buffer, length, room: mediaCipherRoom) { srtp_protect_rtcp(outbound, $0, $1) }
    }

    func unprotectRTP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        guard length >= 12 else { return .malformed }
        let result = apply(buffer, length, room: 0) { srtp_unprotect(inbound, $0, $1) }
        if case .done = result { remember(buffer.loadUnaligned(fromByteOffset: 8, as: UInt32.self)) }
        return result
    }

    func unprotectRTCP(_ buffer: UnsafeMutableRawBufferPointer, length: Int) -> CipherResult {
        guard length >= 8 else { return .malformed }
        let result = apply(buffer, length, room: 0) { srtp_unprotect_rtcp(inbound, $0, $1) }
        if case .done = result { remember(buffer.loadUnaligned(fromByteOffset: 4, as: UInt32.self)) }
        return result
    }

    /// Keeps the inbound streams in number: libsrtp makes one for every SSRC it meets, and looks through them one by one.
    ///
    /// With a stream its rollover counter goes (RFC 3711 §3.2.1), so one that is in use must not make room for others: where its
    /// sequence numbers have wrapped, nothing of it would be understood any more.
    ///
    /// - Parameter source: the SSRC as it lies in the packet, which is how libsrtp names its streams.
    private func remember(_ source: UInt32) {
        if sources.first == source { return }
        if let place = sources.firstIndex(of: source) {
            sources.remove(at: place)
        } else if sources.count == Self.sourceLimit {
            srtp_remove_stream(inbound, sources.removeLast())
        }
        sources.insert(source, at: 0)
    }

    private func apply(
        _ buffer: UnsafeMutableRawBufferPointer, _ length: Int, room: Int,
        _ operation: (UnsafeMutableRawPointer, UnsafeMutablePointer<Int32>) -> srtp_err_status_t
    ) -> CipherResult {
        guard let base = buffer.baseAddress, length + room <= buffer.count else { return .malformed }
        var size = Int32(length)
        switch operation(base, &size) {
        case srtp_err_status_ok: return .done(Int(size))
        case srtp_err_status_auth_fail: return .forged
        case srtp_err_status_replay_fail, srtp_err_status_replay_old: return .replayed
        default: return .malformed
        }
    }
}
