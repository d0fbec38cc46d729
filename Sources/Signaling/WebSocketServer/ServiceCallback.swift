internal import CWebSockets

/// Where libwebsockets enters: finds the server behind the context and hands the event on. On the service thread.
func serviceCallback(
    handle: OpaquePointer?, reason: lws_callback_reasons, user: UnsafeMutableRawPointer?,
    input: UnsafeMutableRawPointer?, length: Int
) -> Int32 {
    guard let handle, let context = lws_get_context(handle),
        let shared = lws_context_user(context)?.assumingMemoryBound(to: ContextMemory.Shared.self),
        let pointer = shared.pointee.server
    else { return 0 }
    let server = Unmanaged<WebSocketServer>.fromOpaque(pointer).takeUnretainedValue()
    return server.handle(reason, handle: handle, input: input, length: length)
        ?? lws_callback_http_dummy(handle, reason, user, input, length)
}

extension WebSocketServer {
    /// - Returns: what the library expects for this event; nil for events left to its own default.
    fileprivate func handle(
        _ reason: lws_callback_reasons, handle: OpaquePointer, input: UnsafeMutableRawPointer?, length: Int
    ) -> Int32? {
        switch reason {
        case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
            return admits(descriptor: Int32(truncatingIfNeeded: Int(bitPattern: input))) ? 0 : -1
        case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
            connected(handle)
            return 0
        case LWS_CALLBACK_WSI_DESTROY:
            disconnected(handle)
            return 0
        default: break
        }
        guard let session = sessions[handle] else { return nil }
        switch reason {
        case LWS_CALLBACK_HTTP:
            return answer(session) ? 0 : -1
        case LWS_CALLBACK_HTTP_WRITEABLE:
            return continueBody(session) ? 0 : -1
        case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
            return refuseUpgrade(session) ? 1 : 0
        case LWS_CALLBACK_ESTABLISHED:
            upgraded(session)
            return 0
        case LWS_CALLBACK_RECEIVE:
            if let reason = received(UnsafeRawBufferPointer(start: input, count: length), on: session) {
                close(session, reason)
            }
            return 0
        case LWS_CALLBACK_SERVER_WRITEABLE:
            return writable(session) ? 0 : -1
        case LWS_CALLBACK_CLOSED:
            upgradeEnded(session)
            return 0
        default:
            return nil
        }
    }
}
