internal import ArgumentParser
private import Glibc
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
    var path: String {
        let folder = folder
        return folder.hasSuffix("/") ? folder + host : "\(folder)/\(host)"
    }

    /// The folder that the file is in or will be in.
    var folder: String {
        if let passwords { return passwords.isEmpty ? "." : passwords }
        return Self.isFolder(Self.imageFolder) ? Self.imageFolder : "passwords"
    }

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

    /// Makes sure that the folder is there, and makes it if nobody named it.
    ///
    /// - Throws: `CommandFailure` when a folder that was named is missing, or it cannot be made.
    func prepareFolder() throws {
        guard !Self.isFolder(folder) else { return }
        guard passwords == nil else {
            throw CommandFailure("\(folder): there is no such folder; make it first: mkdir -p \(folder)")
        }
        guard mkdir(folder, 0o750) == 0 else {
            throw CommandFailure("\(folder): cannot make the folder: \(String(cString: strerror(errno)))")
        }
        StandardStreams.tell("Made the folder \(folder).")
    }

    private static let imageFolder = "/etc/nginx/passwords"

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
