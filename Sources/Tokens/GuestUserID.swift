internal import Crypto
public import Identifiers

extension UserID {
    /// The id of somebody without an account: the same name in the same room is the same person.
    ///
    /// `guest:` and the first 16 hexadecimal digits of SHA-256 over room, line feed and name.
    public static func guest(named name: String, in room: RoomID) -> UserID? {
        let digits = Array("0123456789abcdef")
        let digest = SHA256.hash(data: Array("\(room.text)\n\(name)".utf8)).prefix(8)
        return UserID("guest:" + String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }))
    }
}
