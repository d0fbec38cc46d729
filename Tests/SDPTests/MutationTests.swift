import SDP
import TestSupport
import Testing

/// Twenty thousand broken offers, the same in every run. None may trap; each is answered or refused with a reason.
@Suite struct MutationTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func aMutatedOfferIsAnsweredOrRefusedWithAReason(seed: UInt64) throws {
        let samples = try Samples.names.map { Array(try Samples.text($0).utf8) } + [Array(SmallOffer.text().utf8)]
        var mutator = Mutator(seed: seed, samples: samples)
        var answered = 0
        for _ in 0..<5000 {
            let text = mutator.next()
            do throws(SDPError) {
                let offer = try SessionDescription(parsing: text)
                let session = try negotiate(offer)
                let answer = session.answer(local: .sample)
                answered += 1
                let read = try SessionDescription(parsing: answer.description)
                if read != answer { Issue.record("the answer does not read back:\n\(text)") }
                for (ours, theirs) in zip(answer.media, offer.media)
                where !Set(ours.formats).isSubset(of: theirs.formats) {
                    Issue.record("the answer has a format that was not offered:\n\(text)")
                }
            } catch {
                if error.reason.isEmpty { Issue.record("refused without a reason:\n\(text)") }
            }
        }
        #expect(answered > 500, "the mutations are too rough to reach the negotiation")
    }
}

private struct Mutator {
    private var random: SeededGenerator
    private let samples: [[UInt8]]
    private let numbers = ["0", "-1", "255", "256", "65536", "4294967296", "18446744073709551616", "+1", "1e9", "٣"]

    init(seed: UInt64, samples: [[UInt8]]) {
        random = SeededGenerator(seed: seed)
        self.samples = samples
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(bound, 1), using: &random) }

    mutating func next() -> String {
        // The small offer is often taken: more mutations of what matters in less time.
        var bytes = below(5) > 0 ? samples[samples.count - 1] : samples[below(samples.count)]
        for _ in 0...below(3) { mutate(&bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        switch below(8) {
        case 0: bytes[below(bytes.count)] = UInt8(below(256))
        case 1: bytes[below(bytes.count)] = UInt8(0x20 + below(0x5F))
        case 2:
            let start = below(bytes.count)
            bytes.removeSubrange(start..<min(bytes.count, start + 1 + below(30)))
        case 3: bytes.insert(UInt8(below(256)), at: below(bytes.count))
        case 4: replaceNumber(&bytes)
        default: changeLines(&bytes)
        }
    }

    private mutating func replaceNumber(_ bytes: inout [UInt8]) {
        let start = below(bytes.count)
        guard let first = bytes[start...].firstIndex(where: { (0x30...0x39).contains($0) }) else { return }
        let last = bytes[first...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.count
        bytes.replaceSubrange(first..<last, with: Array(numbers[below(numbers.count)].utf8))
    }

    private mutating func changeLines(_ bytes: inout [UInt8]) {
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
        let index = below(lines.count)
        let other = samples[below(samples.count)].split(separator: 10).map(Array.init)
        switch below(4) {
        case 0: lines.remove(at: index)
        case 1: lines.insert(lines[index], at: below(lines.count))
        case 2: lines.swapAt(index, below(lines.count))
        default: lines.insert(other[below(other.count)], at: index)
        }
        bytes = Array(lines.joined(separator: [10]))
    }
}
