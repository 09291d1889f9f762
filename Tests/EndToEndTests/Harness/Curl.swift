import Foundation

/// A request made with curl.
struct Curl {
    var url: String
    var arguments: [String] = []
    private var input: String?
    private var engine: DockerEngine?

    init(_ url: String) { self.url = url }

    /// An answer, or the lack of one.
    struct Answer: CustomStringConvertible {
        /// The status; 0 where there was no answer at all.
        var status: Int
        /// The head, as it came.
        var head: String
        var body: String
        /// What curl says went wrong; empty where nothing did.
        var trouble: String

        /// The values of a field, in order.
        subscript(field: String) -> [String] {
            head.split(whereSeparator: \.isNewline).compactMap { line in
                guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == field.lowercased() else {
                    return nil
                }
                return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            }
        }

        var description: String { "\(status) \(trouble)\n\(head)\(body)" }
    }

    /// The same request with further arguments of curl.
    func with(_ more: String...) -> Self {
        var copy = self
        copy.arguments += more
        return copy
    }

    /// The same request with a name and password.
    func user(_ user: String, _ password: String) -> Self { with("--user", "\(user):\(password)") }

    /// The same request, trusting the site's certificate of the host.
    func trusting(_ site: Site, _ host: String) -> Self { with("--cacert", site.certificate(host)) }

    /// The same request with curl's standard input from a file, for `--upload-file -`.
    func reading(_ file: String) -> Self {
        var copy = self
        copy.input = file
        return copy
    }

    /// The same request, made inside an engine's network.
    func inside(_ engine: DockerEngine) -> Self {
        var copy = self
        copy.engine = engine
        return copy
    }

    /// The command that makes the request and leaves head and body in the folder.
    func command(leaving folder: TemporaryFolder) -> Command {
        let curl =
            [
                "curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "120",
                "--dump-header", folder["head"], "--output", folder["body"], "--write-out", "%{http_code}",
            ] + arguments + [url]
        return Command(engine?.enter(curl) ?? curl, input: input)
    }

    /// Makes the request.
    func outcome() throws -> Answer {
        let folder = try TemporaryFolder()
        let outcome = try command(leaving: folder).outcome(within: .seconds(150))
        return Answer(
            status: Int(outcome.output) ?? 0, head: folder.read("head"), body: folder.read("body"),
            trouble: outcome.errors)
    }
}
