internal import ArgumentParser
internal import Passwords

/// Where a command takes the password from.
enum PasswordInput {
    /// The password on standard input, without the line end behind it.
    ///
    /// - Throws: `CommandFailure` when there is none, or more than one line.
    static func fromStandardInput() throws -> SecretBytes {
        guard var bytes = StandardStreams.readInput(limit: 4_096) else {
            throw CommandFailure("standard input cannot be read, or holds more than one password")
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw CommandFailure("there is no password on standard input") }
        guard !bytes.contains(UInt8(ascii: "\n")) else {
            throw CommandFailure("there is more than one line on standard input; the password is a single one")
        }
        return bytes.withUnsafeBytes { SecretBytes($0) }
    }

    /// The password that the user types, once or twice in the same way.
    ///
    /// - Throws: `CommandFailure` when there is no terminal or the two differ, and `ExitCode` 130 when the user cancelled.
    static func fromTerminal(for user: String, isRepeated: Bool) throws -> SecretBytes {
        guard let terminal = Terminal() else {
            throw CommandFailure(
                "there is no terminal to ask for the password on; give it with --password-stdin"
                    + (isRepeated ? ", or have one made with --generate" : ""))
        }
        guard let password = terminal.askSecret("Password for \(user): ") else { throw ExitCode(130) }
        guard isRepeated else { return password }
        try check(password)
        guard let repetition = terminal.askSecret("The same again: ") else { throw ExitCode(130) }
        let isEqual = password.withBytes { first in repetition.withBytes { first.elementsEqual($0) } }
        guard isEqual else { throw CommandFailure("the two passwords differ; nothing was changed") }
        return password
    }

    /// A new password of 130 random bits, in letters and digits that are hard to mistake for one another.
    static func generated() -> String {
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        return String(RandomBytes.make(26).map { letters[Int($0 & 31)] })
    }

    /// Refuses a password that could not be used.
    ///
    /// - Throws: `PasswordError.passwordNotAllowed`.
    static func check(_ password: SecretBytes) throws {
        let fault: PasswordError? = password.withBytes { bytes in
            do throws(PasswordError) {
                try PasswordHash.check(password: bytes)
                return nil
            } catch {
                return error
            }
        }
        if let fault { throw fault }
    }
}
