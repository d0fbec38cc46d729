package import RTP

/// How many bits per second arrive, from what the receiver acknowledges: windows of 150 ms (the first 500 ms), joined
/// by a filter that trusts a window less the further it lies from the estimate.
package struct AcknowledgedBitrate: Sendable, BitwiseCopyable {
    private static let window = NanosecondCount.milliseconds(150)
    private static let firstWindow = NanosecondCount.milliseconds(500)
    /// After this long without a packet the estimate starts over.
    private static let pause = NanosecondCount.seconds(2)

    /// Bits per second; nil before the first window is over.
    package private(set) var value: Double?

    private var variance = 50.0
    private var bytes = 0
    private var start: NanosecondCount?
    private var last: NanosecondCount = 0

    /// Nothing acknowledged.
    package init() {}

    /// Takes a packet of `size` bytes that arrived at `arrival`, in nanoseconds of the receiver's clock.
    package mutating func add(_ size: Int, arrival: NanosecondCount) {
        guard let begun = start, arrival &- last < Self.pause, last &- arrival < Self.pause else {
            self = AcknowledgedBitrate()
            start = arrival
            last = arrival
            bytes = size
            return
        }
        last = max(last, arrival)
        let elapsed = arrival &- begun
        guard elapsed >= (value == nil ? Self.firstWindow : Self.window) else {
            bytes &+= size
            return
        }
        update(Double(bytes) * 8e9 / Double(elapsed))
        start = arrival
        bytes = size
    }

    private mutating func update(_ sample: Double) {
        guard let estimate = value, estimate > 0 else {
            value = sample
            return
        }
        let uncertainty = 10 * (estimate - sample).magnitude / estimate
        let sampleVariance = max(uncertainty * uncertainty, 1e-6)
        let predicted = variance + 5
        value = max((sampleVariance * estimate + predicted * sample) / (sampleVariance + predicted), 0)
        variance = sampleVariance * predicted / (sampleVariance + predicted)
    }
}
