import Passwords
import Testing

@Suite("Password errors")
struct PasswordErrorTests {
    @Test(
        "say what is wrong with what",
        arguments: [
            (PasswordError.missingFile("p/h"), "p/h: there is no such file"),
            (.notAFile("p/h"), "p/h: is not a regular file"),
            (.tooLarge("p/h"), "p/h: is too large for a password file (at most 1 MiB and 100000 lines)"),
            (.system(path: "p/h", action: "open it", code: 13), "p/h: cannot open it: Permission denied"),
            (.nameNotAllowed("is empty"), "the user's name is empty"),
            (.passwordNotAllowed("is empty"), "the password is empty"),
            (.costNotAllowed(.bcrypt, allowed: 4...14), "bcrypt takes a cost from 4 to 14"),
            (.costNotAllowed(.apr1, allowed: nil), "apr1 has no cost to choose"),
        ])
    func descriptions(_ error: PasswordError, _ text: String) { #expect("\(error)" == text) }
}
