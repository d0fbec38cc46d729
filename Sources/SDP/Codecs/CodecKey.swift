/// What makes two codecs the same thing, whatever payload type each peer gives them.
///
/// Two peers whose keys are equal can be relayed to each other without transcoding. The name and rate decide, and for
/// video the parameters that change the bit stream: VP9's profile, H.264's packetization mode and profile, AV1's
/// profile and tier. Levels do not, because they bound a stream and do not change it.
public struct CodecKey: Sendable, Hashable, CustomStringConvertible {
    /// The name, as in `opus`, `VP8`, `VP9`, `H264`, `AV1`; other names in lower case.
    public let name: String
    /// RTP timestamp units per second.
    public let clockRate: UInt32
    /// Audio channels; 1 for video.
    public let channels: UInt8
    private let variant: Variant

    private enum Variant: Hashable {
        case only
        case vp9(profile: UInt8)
        case h264(packetizationMode: UInt8, profile: H264Profile)
        case av1(profile: UInt8, tier: UInt8)
    }

    /// Stereo Opus at 48 kHz, the only form there is (RFC 7587 §7).
    public static let opus = CodecKey("opus", 48000, 2)
    /// Opus with its last frames again in each packet (RFC 2198).
    public static let redundantOpus = CodecKey("red", 48000, 2)
    /// VP8 (RFC 7741).
    public static let vp8 = CodecKey("VP8", 90000)

    private init(_ name: String, _ clockRate: UInt32, _ channels: UInt8 = 1, variant: Variant = .only) {
        self.name = name
        self.clockRate = clockRate
        self.channels = channels
        self.variant = variant
    }

    /// The codec of an `a=rtpmap` and its `a=fmtp` parameters.
    ///
    /// Nil where it is none: a known name with another rate than its RFC says, or parameters that cannot be read.
    public init?(_ map: RTPMap, parameters: String?) {
        let values = ParameterList(parameters ?? "")
        switch map.encoding.lowercased() {
        case "opus":
            guard map.clockRate == 48000, map.channels == 2 else { return nil }
            self = .opus
        case "vp8":
            guard map.clockRate == 90000 else { return nil }
            self = .vp8
        case "vp9":
            guard map.clockRate == 90000, let profile = values.number("profile-id", default: 0) else { return nil }
            self.init("VP9", 90000, variant: .vp9(profile: profile))
        case "av1":
            guard map.clockRate == 90000, let profile = values.number("profile", default: 0),
                let tier = values.number("tier", default: 0)
            else { return nil }
            self.init("AV1", 90000, variant: .av1(profile: profile, tier: tier))
        case "h264":
            guard map.clockRate == 90000, let mode = values.number("packetization-mode", default: 0), mode <= 2,
                let profile = H264Profile(levelID: values["profile-level-id"])
            else { return nil }
            self.init("H264", 90000, variant: .h264(packetizationMode: mode, profile: profile))
        case let other:
            self.init(other, map.clockRate, map.channels ?? 1)
        }
    }

    /// The name and what tells it from others of the name, as in `VP9 profile 2`.
    public var description: String {
        switch variant {
        case .only: name
        case .vp9(let profile): "\(name) profile \(profile)"
        case .av1(let profile, let tier): "\(name) profile \(profile) tier \(tier)"
        case .h264(let mode, let profile): "\(name) \(profile) mode \(mode)"
        }
    }
}

/// The parameters of an `a=fmtp` of the common form `name=value;name=value`.
struct ParameterList {
    /// Name in lower case, and value; a parameter without `=` has an empty name.
    let items: [(name: String, text: Substring)]
    private let values: [String: Substring]

    init(_ text: String) {
        var items: [(name: String, text: Substring)] = []
        var values: [String: Substring] = [:]
        for part in Substring(text).parts(at: .semicolon) {
            let part = part.trimmed
            guard !part.isEmpty else { continue }
            let (name, value) = part.cut(at: .equals)
            let key = value == nil ? "" : name.trimmed.lowercased()
            items.append((key, part))
            if let value, values[key] == nil { values[key] = value.trimmed }
        }
        self.items = items
        self.values = values
    }

    subscript(name: String) -> Substring? { values[name] }

    /// A number from 0 to 255; nil where the parameter is there and is none.
    func number(_ name: String, default absent: UInt8) -> UInt8? {
        guard let text = values[name] else { return absent }
        return text.decimal()
    }
}
