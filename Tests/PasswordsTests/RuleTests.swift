import Testing

@testable import Passwords

@Suite("The rules for passwords") struct RuleTests {
    private func problems(_ password: String) -> [PasswordProblem] {
        PasswordRules().problems(with: password, email: "Ada.Lovelace@example.org", name: "Augusta Ada King")
    }

    @Test("let through what is long and not to be guessed")
    func good() {
        for password in [
            "nine lives and one", "kT9#vq2!Lm", "пароль из слов", "日本語のパスワードです", "a😀b😀c😀d😀e😀",
            String(repeating: "ab c", count: 250), "ten chars!",
        ] { #expect(problems(password).isEmpty, "\(password)") }
    }

    @Test("ask for eight characters, as they are composed")
    func short() {
        #expect(problems("7 chars") == [.tooShort(minimumCharacters: 8)])
        #expect(problems("") == [.tooShort(minimumCharacters: 8)])
        // Seven characters, one of them with an accent of its own.
        #expect(problems("7 che\u{301}rs") == [.tooShort(minimumCharacters: 8)])
        #expect(problems("8 chérs.").isEmpty)
    }

    @Test("end at a thousand bytes")
    func long() {
        #expect(problems(String(repeating: "xyz ", count: 250)).isEmpty)
        #expect(problems(String(repeating: "xyz ", count: 250) + "x") == [.tooLong(maximumBytes: 1000)])
        #expect(problems(String(repeating: "é", count: 501)) == [.tooLong(maximumBytes: 1000)])
    }

    @Test("refuse the person's e-mail address and name, in any spelling")
    func personal() {
        for password in ["ada.lovelace@example.org", "ADA.LOVELACE@EXAMPLE.ORG", "Ada.Lovelace", "ada lovelace"] {
            #expect(problems(password) == [.isEmail], "\(password)")
        }
        for password in ["Augusta Ada King", "augustaadaking", "augusta-ada-king"] {
            #expect(problems(password) == [.isName], "\(password)")
        }
        #expect(problems("Augusta Ada King, Countess").isEmpty)
        #expect(PasswordRules().problems(with: "ten chars!", email: "", name: "").isEmpty)
        #expect(PasswordRules().problems(with: "----------", email: "-@x", name: "--") == [.isCommon])
    }

    @Test("refuse what everybody tries first")
    func common() {
        for password in [
            "password123", "Password123!", "passwordpassword", "qwertyuiop", "1234567890", "0123456789", "9876543210",
            "aaaaaaaaaa", "abcdefghij", "1234567890123", "letmein2026!", "iloveyou!!", "1q2w3e4r5t", "consultant1",
            "testtesttest", "CorrectHorseBatteryStaple", "password", "12345678", "87654321", "Iloveyou1", "1qaz2wsx",
            "qwertyui",
            "Football", "Jennifer7", "abcd1234",
        ] { #expect(problems(password) == [.isCommon], "\(password)") }
    }

    @Test("say what is wrong in words and with a code")
    func words() {
        #expect(PasswordProblem.tooShort(minimumCharacters: 8).description.contains("8 characters"))
        #expect(PasswordProblem.isCommon.code == "password_too_common")
    }
}
