internal import Glibc

/// The E-model of ITU-T G.107 (2015), reduced to what a packet network does to a call: delay and packet loss.
///
/// Everything else is at the recommendation's defaults (Table 2), with echo cancelled as browsers do: then the rating
/// without delay and loss is 93.2.
///
///     R = 93.2 − Idd − Ie,eff          rating, 0…93.2
///     MOS = 1 + 0.035 R + 7·10⁻⁶ R (R − 60)(100 − R)
package enum EModel {
    /// The rating with every parameter at its default, G.107 §7.
    package static let best = 93.2

    /// What a speech codec does by itself and under loss.
    package struct Codec: Sendable, Equatable {
        /// Equipment impairment factor Ie, without loss.
        package let impairment: Double
        /// Packet-loss robustness factor Bpl.
        package let robustness: Double

        /// G.711 with the concealment of its Appendix I, G.113 (2007) Table I.4: Ie 0, Bpl 25.1.
        package static let g711 = Codec(impairment: 0, robustness: 25.1)
        /// G.729A with voice activity detection, G.113 (2007) Tables I.1 and I.4: Ie 11, Bpl 19.
        package static let g729a = Codec(impairment: 11, robustness: 19)
        /// Opus. G.113 has no values for it: these are ours, Ie 0 as no narrowband codec sounds better at the rates that
        /// browsers use, and Bpl 20, between the two above, as its concealment works on frames of 20 ms.
        package static let opus = Codec(impairment: 0, robustness: 20)
    }

    /// The delay impairment Idd, G.107 §7.4 with the default sensitivity (mT 100 ms, sT 1): nothing up to 100 ms.
    ///
    /// - Parameter delay: from mouth to ear, in seconds.
    package static func delayImpairment(_ delay: Double) -> Double {
        let milliseconds = 1000 * amount(delay)
        guard milliseconds > 100 else { return 0 }
        let x = log2(milliseconds / 100)
        func root(_ value: Double) -> Double { pow(1 + pow(value, 6), 1.0 / 6) }
        return max(0, 25 * (root(x) - 3 * root(x / 3) + 2))
    }

    /// The effective equipment impairment Ie,eff, G.107 §7.5.
    ///
    /// - Parameters:
    ///   - loss: share of packets that are not there when they are to be played, 0 to 1.
    ///   - burstRatio: mean length of the runs of lost packets over that under random loss; 1: random.
    package static func lossImpairment(_ loss: Double, burstRatio: Double = 1, codec: Codec = .opus) -> Double {
        let percent = 100 * min(amount(loss), 1)
        let burst = max(1, amount(burstRatio))
        guard percent > 0 else { return codec.impairment }
        return codec.impairment + (95 - codec.impairment) * percent / (percent / burst + codec.robustness)
    }

    /// The rating R.
    package static func rating(
        delay: Double, loss: Double, burstRatio: Double = 1, codec: Codec = .opus
    ) -> Double {
        best - delayImpairment(delay) - lossImpairment(loss, burstRatio: burstRatio, codec: codec)
    }

    /// The mean opinion score of a rating, G.107 Annex B: from 1 to 4.5.
    package static func opinion(_ rating: Double) -> Double {
        let rating = min(max(rating, 0), 100)
        return max(1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating), 1)
    }
}

/// A measured amount: what is negative or no number counts as nothing.
@inline(__always)
func amount(_ value: Double) -> Double { value > 0 ? min(value, 1e12) : 0 }
