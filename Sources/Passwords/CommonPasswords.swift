/// The passwords that are tried first, among those that are long enough to be accepted.
enum CommonPasswords {
    /// Whether a password, in lowercase, is one of the list, one character again and again, a run such as `1234567890`,
    /// or one of the words repeated or followed by a few digits and marks.
    static func contains(_ password: String) -> Bool {
        if list.contains(password) || isRun(password) { return true }
        let digits = Set("0123456789!.?*#_-")
        let word = String(password.reversed().drop { digits.contains($0) }.reversed())
        return words.contains { base in word == base || isRepetition(of: base, word) }
    }

    /// Whether each character follows its neighbour by the same step of -1, 0 or 1, with 0 after 9.
    private static func isRun(_ password: String) -> Bool {
        let values = password.unicodeScalars.map { Int($0.value) }
        guard values.count > 1 else { return false }
        let steps = Set(zip(values, values.dropFirst()).map { $1 - $0 })
        if steps.count == 1, let step = steps.first { return (-1...1).contains(step) }
        let digits = 0x30...0x39
        return values.allSatisfy { digits.contains($0) } && (steps == [1, -9] || steps == [-1, 9])
    }

    private static func isRepetition(of base: String, _ word: String) -> Bool {
        let (base, word) = (Array(base), Array(word))
        guard word.count > base.count, word.count.isMultiple(of: base.count) else { return false }
        return word.indices.allSatisfy { word[$0] == base[$0 % base.count] }
    }

    /// Alone, repeated, or with digits behind they are guessed at once.
    private static let words: Set<String> = [
        "abc", "abcd", "abcdef", "admin", "administrator", "baseball", "basketball", "changeit", "changeme", "charlie",
        "chocolate", "computer", "consult", "consultant", "consultantconnect", "dragon", "football", "freedom", "hello",
        "iloveyou", "internet", "letmein", "liverpool", "login", "michael", "monkey", "p@ssw0rd", "p@ssword", "pass",
        "passw0rd", "password", "princess", "qwer", "qwerty", "qwertyuiop", "samsung", "secret", "shadow", "starwars",
        "summer", "sunshine", "superman", "test", "testing", "trustno1", "welcome", "winter",
    ]

    /// Further ones, mostly walks over a keyboard.
    private static let list: Set<String> = [
        "0987654321", "1020304050", "1029384756", "1111122222", "1122334455", "1123581321", "1212121212", "123123123",
        "1231231231", "1231231234", "123123123123", "1234554321", "123456789a", "12345qwert", "1234abcd1234",
        "1234qwer1234", "1234qwerasdf", "1357924680", "147258369", "1472583690", "1q2w3e4r5t", "1q2w3e4r5t6y",
        "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "1qazxsw23edc", "3141592653", "3141592654", "9876543210", "a123456789",
        "a1b2c3d4e5", "aa12345678", "aa123456789", "abc1234567", "abcd123456", "abcdefghij1", "asdasdasdasd",
        "asdf1234asdf", "asdfasdfasdf", "asdfghjkl1", "asdfghjkl;", "asdfghjkl;'", "asdfghjklzxcvbnm",
        "azertyuiop", "correct horse battery staple", "correcthorsebatterystaple", "iloveyou1234", "iloveyouforever",
        "ihateyou123", "letmeinnow", "letmeinplease", "lovelovelove", "mypassword", "mypassword1", "mypassword123",
        "myspace123", "newpassword", "nopassword", "opensesame", "password1password", "passwordabc", "passwort123",
        "poiuytrewq", "q1w2e3r4t5", "q1w2e3r4t5y6", "qazwsxedcrfv", "qazwsx123456", "qqww1122334455", "qweasdzxc123",
        "qweqweqweqwe", "qwerasdfzxcv", "qwertasdfg", "qwertyasdfgh", "qwertyqwerty", "qwertyuiop[]", "qwertyuiopasdf",
        "qwertyuiopasdfghjkl", "qwertzuiop", "superman123", "thisisapassword", "thisismypassword", "william123",
        "yourpassword", "zaq12wsxcde3", "zaq1zaq1zaq1", "zxcvbnm123", "zxcvbnm,./", "zxcvbnmasdfghjkl",
    ]
}
