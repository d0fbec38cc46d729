import Foundation

/// What sounds a little like speech: a buzz with formants whose pitch and loudness move syllable by syllable, with pauses.
package struct TestVoice: Sendable {
    /// Samples in a second.
    package static let sampleRate = 48_000

    /// A voice.
    package init() {}

    /// Samples of one channel, from a sample of the voice on.
    package func samples(from start: Int, count: Int) -> [Int16] {
        (start..<(start + count)).map { index in
            let time = Double(index) / Double(Self.sampleRate)
            let syllable = time * 4
            let part = syllable - syllable.rounded(.down)
            // A pause after every sixth syllable.
            guard Int(syllable) % 7 < 6 else { return 0 }
            let pitch = 120 + 15 * sin(2 * .pi * 0.7 * time)
            let formant = 500 + 250 * Double(Int(syllable) % 4)
            var sum = 0.0
            for harmonic in 1...20 {
                let frequency = pitch * Double(harmonic)
                let distance = (frequency - formant) / 300
                sum += sin(2 * .pi * frequency * time) * (exp(-distance * distance) + 0.3 / Double(harmonic))
            }
            let loudness = sin(.pi * part)
            return Int16(max(-32_000, min(32_000, 5000 * loudness * sum)))
        }
    }
}
