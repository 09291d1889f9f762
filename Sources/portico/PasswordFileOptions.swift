internal import ArgumentParser
internal import Passwords

/// Which password file a command is about.
struct PasswordFileOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The virtual host, as in VIRTUAL_HOST; it names the file.", valueName: "host"))
    var host: String

    @Option(
        help: ArgumentHelp(
            "The folder of the password files.",
            discussion:
                "Without it: /etc/nginx/passwords where there is such a folder, as in the image, else ./passwords.",
            valueName: "dir"))
    var passwords: String?

    mutating func validate() throws {
        if let fault = HostFileName.fault(of: host) { throw ValidationError(fault) }
    }

    /// The path of the file, which may not be there.
    var path: String { folder.path(of: host) }

    /// The folder that the file is in or will be in.
    var folder: ChosenFolder { ChosenFolder(named: passwords, usual: "passwords") }

    /// Reads the file.
    ///
    /// - Throws: `CommandFailure` when there is none, and `PasswordError` when it cannot be read.
    func load() throws -> PasswordFile {
        do {
            return try PasswordFile.load(path)
        } catch PasswordError.missingFile {
            throw CommandFailure("\(path): there is no such file; the first `portico passwd set` makes it")
        }
    }
}
