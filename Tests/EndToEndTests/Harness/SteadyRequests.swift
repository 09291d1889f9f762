import Foundation

/// One client that asks the same thing again and again, and keeps count: the bystander of changes that must not disturb it.
final class SteadyRequests {
    private let process: RunningProcess
    private let folder: TemporaryFolder

    /// Starts asking a hundred times a second, each time on a new connection where `reconnecting`.
    init(
        _ url: String, inside engine: DockerEngine, reconnecting: Bool = false, arguments more: [String] = []
    ) throws {
        folder = try TemporaryFolder()
        let arguments =
            [
                "curl", "--silent", "--show-error", "--globoff", "--noproxy", "*", "--rate", "100/s",
                "--output", "/dev/null", "--write-out", "%{stderr}%{http_code}\n", "--no-globoff",
            ] + (reconnecting ? ["--header", "Connection: close"] : []) + more + [url + "?[1-1000000]"]
        process = try RunningProcess(
            Command(engine.enter(arguments)), output: "/dev/null", errors: folder["statuses"])
        try eventually("the first answer") { !statuses.isEmpty }
    }

    /// What was answered so far: a status a line, and curl's words where there was no answer.
    var statuses: [Substring] { folder.read("statuses").split(separator: "\n") }

    /// Waits for as many more answers.
    func waitForMore(_ count: Int) throws {
        let wanted = statuses.count + count
        try eventually("\(count) more answers") { statuses.count >= wanted }
    }

    /// Ends it and returns how many answers were 200, and the others.
    func finish() -> (good: Int, others: [Substring]) {
        process.signal(SIGTERM)
        _ = process.status(within: .seconds(5))
        let others = statuses.filter { $0 != "200" }
        return (statuses.count - others.count, others)
    }
}
