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
        "abc", "abcd", "abcdef", "access", "admin", "administrator", "alexander", "amanda", "america", "american",
        "andrew", "arsenal", "ashley", "babygirl", "barcelona", "baseball", "basketball", "batman", "blessed", "buster",
        "butterfly", "changeit", "changeme", "charlie", "charlotte", "cheese", "chelsea", "chicken", "chocolate",
        "christian", "coffee", "computer", "consult", "consultant", "consultantconnect", "cookie", "corvette",
        "cowboys", "creative", "daniel", "danielle", "diamond", "dolphin", "dragon", "eagles", "elephant", "elizabeth",
        "flower", "football", "freedom", "friends", "george", "ginger", "google", "guitar", "hannah", "hello", "hockey",
        "hunter", "iloveyou", "internet", "jasmine", "jennifer", "jessica", "jonathan", "jordan", "joshua", "juventus",
        "killer", "letmein", "liverpool", "login", "london", "lovely", "madison", "maggie", "master", "matrix",
        "matthew", "maverick", "mercedes", "metallica", "michael", "michelle", "monkey", "mustang", "nicholas",
        "nicole", "nintendo", "orange", "p@ssw0rd", "p@ssword", "pass", "passw0rd", "password", "patricia", "peanut",
        "pepper", "playboy", "pokemon", "princess", "purple", "qwer", "qwerty", "qwertyuiop", "rainbow", "robert",
        "samantha", "samsung", "scorpion", "secret", "shadow", "silver", "slipknot", "snowball", "soccer", "spiderman",
        "startrek", "starwars", "summer", "sunshine", "superman", "sweet", "test", "testing", "thomas", "tigger",
        "trustno1", "victoria", "welcome", "whatever", "winter", "yankees",
    ]

    /// Further ones, mostly walks over a keyboard.
    private static let list: Set<String> = [
        "00112233", "01020304", "0987654321", "10203040", "1020304050", "1029384756", "1111122222", "11112222",
        "11223344", "112233445", "1122334455", "1123581321", "12121212", "1212121212", "12312312", "123123123",
        "1231231231", "123123123123", "1231231234", "123321123", "12341234", "12344321", "123454321", "1234554321",
        "123456789a", "123456aa", "123456qwe", "12345qwe", "12345qwert", "1234abcd1234", "1234asdf", "1234qwer",
        "1234qwer1234", "1234qwerasdf", "123698745", "123qweasd", "13131313", "13579246", "1357924680", "147258369",
        "1472583690", "147852369", "14789632", "147896325", "159357159", "159753456", "1a2b3c4d", "1q2w3e4r",
        "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz1qaz", "1qaz2wsx", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "1qazxsw2",
        "1qazxsw23edc", "22446688", "23232323", "25802580", "31415926", "3141592653", "3141592654", "69696969",
        "741852963", "78945612", "789456123", "87654321a", "88888888a", "963852741", "9876543210", "a1234567",
        "a12345678", "a123456789", "a1b2c3d4", "a1b2c3d4e5", "aa123456", "aa12345678", "aa123456789", "aabbccdd",
        "abc12345", "abc1234567", "abcd1234", "abcd123456", "abcdefghij1", "access14", "adgjmptw", "asd12345",
        "asdasd123", "asdasdas", "asdasdasdasd", "asdf1234", "asdf1234asdf", "asdf;lkj", "asdfasdf", "asdfasdfasdf",
        "asdfghjk", "asdfghjkl", "asdfghjkl1", "asdfghjkl;", "asdfghjkl;'", "asdfghjklzxcvbnm", "asdfqwer", "asdqwe123",
        "azertyui", "azertyuiop", "blink182", "computer1", "correct horse battery staple", "correcthorsebatterystaple",
        "fuckyou1", "godisgood", "ihateyou123", "iloveu123", "iloveyou1", "iloveyou1234", "iloveyouforever", "jesus123",
        "jordan23", "letmeinnow", "letmeinplease", "lol12345", "lovelovelove", "loveyou1", "mypassword", "mypassword1",
        "mypassword123", "myspace123", "ncc1701d", "newpassword", "nopassword", "nothing1", "okokokok", "opensesame",
        "p0o9i8u7", "password1password", "passwordabc", "passwort123", "poiuytre", "poiuytrewq", "q1w2e3r4",
        "q1w2e3r4t5", "q1w2e3r4t5y6", "qazwsx12", "qazwsx123", "qazwsx123456", "qazwsxed", "qazwsxedc", "qazwsxedcrfv",
        "qazxswed", "qqqq1111", "qqww1122334455", "qwaszx12", "qwe12345", "qweasd12", "qweasd123", "qweasdzxc",
        "qweasdzxc123", "qweqwe123", "qweqweqwe", "qweqweqweqwe", "qwerasdfzxcv", "qwertasdfg", "qwertyasdfgh",
        "qwertyqwerty", "qwertyui", "qwertyuio", "qwertyuiop[]", "qwertyuiopasdf", "qwertyuiopasdfghjkl", "qwertz123",
        "qwertzui", "qwertzuiop", "superman123", "thisisapassword", "thisismypassword", "thx11380", "wasdwasd",
        "william123", "yourpassword", "zaq12wsx", "zaq12wsxcde3", "zaq1xsw2", "zaq1zaq1zaq1", "zaqwsxcde", "zxcv1234",
        "zxcvasdf", "zxcvbnm,./", "zxcvbnm1", "zxcvbnm12", "zxcvbnm123", "zxcvbnmasdfghjkl", "zxczxczxc",
    ]
}
