internal import Routing

/// What becomes of a request and why, in a form to be shown and sent. The JSON of `portico check --json URL` is this.
package struct Explanation: Codable, Equatable, Sendable {
    /// A part of a step's account.
    package struct Line: Codable, Equatable, Sendable {
        /// What holds, in plain words.
        package var text: String
        /// The file that says so; nil for a default, a container or a setting.
        package var file: String?
        /// The line in the file.
        package var line: Int?
    }

    /// One decision on the way of a request.
    package struct Step: Codable, Equatable, Sendable {
        /// Which: `listener`, `certificate`, `host`, `scheme`, `tls`, `shut`, `location`, `rewriting`, `body`, `methods`,
        /// `return`, `access`, `password`, `limits`, `timeouts`, `request`, `answer`, `files`, `backends`, `left out`.
        package var name: String
        /// What was decided and why; the first line is the decision.
        package var lines: [Line]
    }

    /// What it comes to.
    package enum Verdict: String, Codable, Sendable {
        /// The request is passed on, or answered as the operator says.
        case served
        /// It is refused, or there is nobody to serve it.
        case refused
    }

    /// The method and the URL.
    package var request: String
    /// The client's address.
    package var client: String
    /// What it comes to.
    package var verdict: Verdict
    /// The verdict in a sentence.
    package var summary: String
    /// The status that Portico answers with by itself; nil where a backend answers, or nobody does.
    package var status: Int?
    /// The virtual host by its declared name; nil where there is none.
    package var host: String?
    /// The certificate's pair; nil where none is shown.
    package var certificate: String?
    /// The location as nginx would write it; nil where none was reached.
    package var location: String?
    /// The backends that it may be passed on to.
    package var backends: [RouteReport.Backend]
    /// The containers that ask for the host and get nothing.
    package var leftOut: [RouteReport.LeftOut]
    /// The way of the request, in order.
    package var steps: [Step]
    /// What was found wrong in what the request touches.
    package var findings: [CheckFinding]

    /// 0 for a request that is served, 1 for one that is not.
    package var exitCode: Int32 { verdict == .served ? 0 : 1 }

    /// The account for people.
    package var text: String {
        var rows = ["\(request), from \(client)", ""]
        let width = (steps.map(\.name.count).max() ?? 0) + 2
        for step in steps {
            for (index, line) in step.lines.enumerated() {
                let label = index == 0 ? step.name : ""
                let place = line.file.map { file in " (\(file)\(line.line.map { ":\($0)" } ?? ""))" } ?? ""
                rows.append(label + String(repeating: " ", count: width - label.count) + line.text + place)
            }
        }
        if !findings.isEmpty { rows += ["", "To be looked at:"] + findings.map { "  \($0.text)" } }
        rows += ["", "\(verdict == .served ? "Served" : "Not served"): \(summary)"]
        return rows.joined(separator: "\n") + "\n"
    }
}
