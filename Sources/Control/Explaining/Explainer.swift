internal import Bytes
internal import Proxy
internal import Routing
internal import TLS

/// Walks the way of a request through a configuration and says at each step what is decided and why.
///
/// What becomes of the request is found out by a worker itself (`Rehearsal`), and each rule is asked where it stands; here
/// are only the words.
struct Explainer {
    let question: Question
    let settings: Settings
    let result: ServingBuilder.Result
    /// The containers that were routed, for their health.
    let containers: [Container]
    /// The time in seconds since 1970.
    let now: Int64
    let matcher = PatternMatcher()
    var steps: [Explanation.Step] = []

    var snapshot: RoutingSnapshot { result.configuration.snapshot }
    var address: CheckedAddress { question.address }

    /// The account of a request.
    ///
    /// - Throws: what the system refuses that a worker needs.
    static func explain(
        _ question: Question, by result: ServingBuilder.Result, settings: Settings, containers: [Container], now: Int64
    ) throws -> Explanation {
        var explainer = Explainer(
            question: question, settings: settings, result: result, containers: containers, now: now)
        return try explainer.explanation()
    }

    private mutating func explanation() throws -> Explanation {
        guard let listener = listener() else {
            return refused("nothing is listened on for \(address.isSecure ? "https" : "http")")
        }
        var certificate: String?
        if address.isSecure {
            certificate = certificateStep()
            guard certificate != nil else {
                return refused("the TLS handshake ends with the alert unrecognized_name, before any request")
            }
        }
        let answer = try Rehearsal.run(
            request(at: listener), by: result.configuration, settings: WorkerSettings(settings))
        let index = hostStep()
        var explanation = refused("")
        explanation.certificate = certificate
        if let index {
            let host = snapshot.hosts[index]
            explanation.host = host.name.text
            let isServed = schemeStep(host, listener)
            if isServed, address.isSecure { connectionStep(host) }
            if isServed, host.shut == nil, let number = answer.location, answer.host == host.name {
                locationSteps(host, number, answer)
                explanation.location = host.locations[number].match.text
            }
            if isServed, host.shut == nil, answer.location == nil { noLocationStep(host) }
            if isServed, let shut = host.shut { note(shut, of: host) }
            explanation.leftOut = leftOut(of: host)
        }
        if case .forwarded(let key, let head) = answer.outcome, let index {
            let upstream = snapshot.hosts[index].locations.flatMap(\.upstreams).first { $0.key == key }
            requestStep(head)
            if !answer.fields.isEmpty { answerStep(answer, in: snapshot.hosts[index]) }
            if let upstream { explanation.backends = backendStep(upstream) }
        } else if !answer.fields.isEmpty, let index {
            answerStep(answer, in: snapshot.hosts[index])
        }
        if !explanation.leftOut.isEmpty {
            step("left out", explanation.leftOut.map { line("\($0.container) gets nothing: \($0.reason)") })
        }
        explanation.steps = steps
        explanation.findings = findings(host: index.map { snapshot.hosts[$0] }, explanation)
        conclude(&explanation, answer)
        return explanation
    }

    // MARK: The verdict

    private func refused(_ summary: String) -> Explanation {
        Explanation(
            request:
                "\(question.method) \(address.isSecure ? "https" : "http")://\(address.authority)\(address.target)",
            client: "\(question.client)" + (question.user.map { " as \($0)" } ?? ""), verdict: .refused,
            summary: summary, status: nil, host: nil, certificate: nil, location: nil, backends: [], leftOut: [],
            steps: steps, findings: [])
    }

    private func conclude(_ explanation: inout Explanation, _ answer: RehearsedAnswer) {
        switch answer.outcome {
        case .forwarded:
            let backends = explanation.backends
            guard let first = backends.first else {
                explanation.status = 502
                explanation.summary = "it would be passed on, and there is no backend: 502"
                return
            }
            explanation.verdict = .served
            explanation.summary =
                backends.count == 1
                ? "it is passed on to \(first.address) (\(first.origin))"
                : "it is passed on to one of \(backends.count) backends"
        case .answered(let status):
            explanation.status = status
            explanation.verdict = status < 400 ? .served : .refused
            let target = answer.fields.first { $0.name.text == "Location" }?.value.text
            explanation.summary =
                "it is answered with \(status)" + (target.map { ", which sends the client to \($0)" } ?? "")
                + (answer.failure.map { ": \($0)" } ?? "")
        case .closed(let status):
            explanation.status = status
            explanation.summary = "the connection is closed without an answer; the log has \(status)"
        case .malformed(let status):
            explanation.status = status
            explanation.summary = "its head is refused with \(status): \(answer.failure ?? "it is malformed")"
        }
    }

    private func findings(host: VirtualHost?, _ explanation: Explanation) -> [CheckFinding] {
        guard let host else { return [] }
        var files: Set<String> = []
        for origin in host.origins.joined() { files.insert(origin.file) }
        for location in host.locations {
            for origin in location.origins.joined() { files.insert(origin.file) }
            if let file = location.settings.authentication?.file { files.insert(file) }
        }
        files.insert(Folders.joined(settings.folders.virtualHosts, host.name.text))
        if let pair = explanation.certificate {
            files.insert(Folders.joined(settings.folders.certificates, "\(pair).crt"))
        }
        let names = Set(host.locations.flatMap(\.upstreams).flatMap(\.backends).map(\.origin))
            .union(explanation.leftOut.map(\.container))
        return result.diagnostics.filter { diagnostic in
            switch diagnostic.place {
            case .file(let path, _), .wholeFile(let path): files.contains(path)
            case .container(let name, _): names.contains(name)
            case .setting: diagnostic.message.contains(host.name.text)
            }
        }.map(CheckFinding.init)
    }

    // MARK: The request

    private func request(at listener: ListenAddress) -> RehearsedRequest {
        var request = RehearsedRequest(
            method: ByteString(question.method), target: ByteString(address.target),
            host: ByteString(address.authority), client: Endpoint(address: question.client, port: 50_000),
            listener: listener)
        request.user = question.user.map { ByteString($0) }
        request.bodySize = question.bodySize
        request.fields = question.fields.map { (ByteString($0.name), ByteString($0.value)) }
        return request
    }

    // MARK: Words

    mutating func step(_ name: String, _ lines: [Explanation.Line]) {
        if !lines.isEmpty { steps.append(Explanation.Step(name: name, lines: lines)) }
    }

    func line(_ text: String, _ place: Diagnostic.Place? = nil) -> Explanation.Line {
        switch place {
        case .file(let path, let position): Explanation.Line(text: text, file: path, line: position.line)
        case .wholeFile(let path): Explanation.Line(text: text, file: path, line: nil)
        case .container, .setting, nil: Explanation.Line(text: text, file: nil, line: nil)
        }
    }

    func line(_ text: String, at origin: DirectiveOrigin?) -> Explanation.Line {
        line(text, origin.map { .file($0.file, $0.position) })
    }
}
