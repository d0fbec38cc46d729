internal import CCrypt
internal import Crypto
internal import Foundation

/// bcrypt over the SHA-256 of a password, by libxcrypt. Every call blocks for as long as the cost says.
enum Bcrypt {
    /// What a thread works in, reused from one password to the next.
    ///
    /// It owns the memory, and overwrites it at its end: it has seen what was hashed.
    struct Scratch: ~Copyable {
        fileprivate let memory: UnsafeMutableRawBufferPointer

        init() {
            memory = .allocate(byteCount: cc_scratch_size, alignment: 16)
            memory.initializeMemory(as: UInt8.self, repeating: 0)
        }

        deinit {
            memory.initializeMemory(as: UInt8.self, repeating: 0)
            memory.deallocate()
        }
    }

    /// A new salt for this cost (4 to 31), in the form that `hash` takes.
    static func setting(cost: Int) throws(PasswordError) -> String {
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: cc_setting_size) { output in
            crypt_gensalt_rn("$2b$", UInt(cost), nil, 0, output.baseAddress, Int32(output.count)).map {
                String(cString: $0)
            }
        }
        guard let text else { throw PasswordError(.unavailable, "no salt for bcrypt of cost \(cost)") }
        return text
    }

    /// The hash of a password with a setting, or with the setting that an earlier hash begins with.
    static func hash(
        _ password: String, setting: String, in scratch: borrowing Scratch
    ) throws(PasswordError) -> String {
        let hash = crypt_rn(
            digest(of: password), setting, scratch.memory.baseAddress, Int32(scratch.memory.count)
        ).map { String(cString: $0) }
        guard let hash, BcryptHash(hash) != nil else { throw PasswordError(.unavailable, "libcrypt has no bcrypt") }
        return hash
    }

    /// 44 printable characters that stand for the whole password: bcrypt itself reads 72 bytes and stops at a NUL.
    ///
    /// The same characters give the same digest, however a keyboard composes them.
    static func digest(of password: String) -> String {
        let composed = password.precomposedStringWithCanonicalMapping
        return Data(SHA256.hash(data: Data(composed.utf8))).base64EncodedString()
    }
}

/// The parts of a stored hash: `$2b$12$`, 22 characters of salt, 31 of hash.
struct BcryptHash: Equatable {
    /// The binary logarithm of the number of rounds.
    let cost: Int

    /// A stored hash that costs more than this is not one of ours; computing it would hold a thread for minutes.
    private static let highestCost = 18

    /// - Returns: nil where the text is not a `$2b$` hash.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 60, bytes.starts(with: "$2b$".utf8), bytes[6] == UInt8(ascii: "$"),
            let cost = Int(String(decoding: bytes[4..<6], as: UTF8.self)), (4...Self.highestCost).contains(cost),
            bytes[7...].allSatisfy(Self.isInAlphabet)
        else { return nil }
        self.cost = cost
    }

    private static func isInAlphabet(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

/// Whether two hashes are the same, in a time that does not depend on where they differ.
func areEqual(_ left: String, _ right: String) -> Bool {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
}
