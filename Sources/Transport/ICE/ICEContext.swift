import CNice

/// The GLib main context that libnice's timers and sockets live in, owned by one thread and iterated by its loop.
///
/// An iteration looks at every socket of every agent (38 µs with 200 agents), so the loop iterates when one of them is
/// readable or a tick is due, never once per packet.
public final class ICEContext {
    let pointer: OpaquePointer
    private var entered = false

    /// A context no thread owns yet.
    public init() { pointer = g_main_context_new() }

    deinit {
        if entered {
            g_main_context_pop_thread_default(pointer)
            g_main_context_release(pointer)
        }
        g_main_context_unref(pointer)
    }

    /// Makes the calling thread the context's owner, until the context is freed on that thread.
    public func enter() {
        guard !entered, g_main_context_acquire(pointer) != 0 else { return }
        g_main_context_push_thread_default(pointer)
        entered = true
    }

    /// Runs what is due and reads what has arrived, without waiting.
    public func iterate() {
        g_main_context_iteration(pointer, 0)
    }
}
