internal import Bytes
internal import HTTP

/// A whole worker: what a client sends, what of it reaches a backend, and what the client gets back.
///
/// The input is what the client sends; behind a line `<<<` may stand what the backend answers before it closes.
enum ProxyCheck {
    static func run(_ input: [UInt8]) throws(Violation) {
        let mark = Array("\n<<<\n".utf8)
        let end = input.indices.first { input[$0...].starts(with: mark) }
        let bytes = Array(input[..<(end ?? input.count)])
        let answer = end.map { Array(input[($0 + mark.count)...]) }
        let outcome = try proxy.get().exchange(bytes, answer: answer)
        if let violation = outcome.record.violation { throw violation }
        let expected = ExpectedRequest.all(in: bytes)
        let received = outcome.record.requests
        try checkBackend(received, expected)
        let answers = try ReceivedAnswer.all(
            in: outcome.received, to: expected.map(\.method), isWhole: outcome.isWhole)
        if let answer {
            try checkForwarded(answer, received, answers)
        } else {
            try checkEchoes(received, answers, isWhole: outcome.isWhole)
        }
    }

    // Inputs are fed one after the other.
    nonisolated(unsafe) private static let proxy = Result { try ProxyUnderTest() }.mapError {
        Violation("no proxy to test: \($0)")
    }

    /// What reaches the backend are requests of the client's, in order and as it sent them, and only those that may.
    private static func checkBackend(_ received: [ReceivedRequest], _ expected: [ExpectedRequest]) throws(Violation) {
        var next = 0
        for request in received {
            let name = "\(request.method.text) \(request.target.text) of \(request.host.text)"
            // One that was given up may be noted when the next one has come over another connection.
            let isMatch = { (asked: ExpectedRequest) in
                asked.isSame(as: request) && (request.isComplete ? asked.body == request.body : asked.mayBeGivenUp)
                    && request.fields.allSatisfy { isOwn($0) || asked.fields.contains($0) }
            }
            guard let index = expected[(request.isComplete ? next : 0)...].firstIndex(where: isMatch) else {
                throw Violation("never asked so: \(name), \(request.fields), \(request.body.text)")
            }
            let asked = expected[index]
            // One whose connection broke may be sent once more.
            if request.isComplete { next = index }
            try require(
                asked.isComplete || !request.isComplete, "a body that was cut is not passed on as whole: \(name)")
            try require(asked.isAdmitted, "what may not be asked: \(name)")
        }
        guard let first = expected.first, first.isComplete, first.isAdmitted else { return }
        guard first.body.count <= ProxyUnderTest.bodyLimit, first.method != .connect, first.method != .trace else {
            return
        }
        try require(!received.isEmpty, "what may be asked reaches the backend")
    }

    /// Whether the proxy says it by itself.
    private static func isOwn(_ field: String) -> Bool {
        [
            "host", "x-real-ip", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port",
            "x-forwarded-ssl", "x-original-uri", "content-length", "transfer-encoding",
        ].contains { field.hasPrefix("\($0): ") }
    }

    /// The answers that come back belong to the requests, in their order.
    private static func checkEchoes(
        _ received: [ReceivedRequest], _ answers: [ReceivedAnswer], isWhole: Bool
    ) throws(Violation) {
        let asked = received.filter(\.isComplete).map(\.target.text)
        let echoed = answers.compactMap(\.target)
        if isWhole {
            try requireEqual(echoed, asked, "the targets of the answers")
        } else {
            try require(asked.starts(with: echoed), "the targets of the answers \(echoed) begin those of \(asked)")
        }
    }

    /// An answer is passed on whole, or the client sees that it was cut.
    private static func checkForwarded(
        _ answer: [UInt8], _ received: [ReceivedRequest], _ answers: [ReceivedAnswer]
    ) throws(Violation) {
        guard let request = received.first, request.isComplete else { return }
        let method = request.method.withUnsafeBytes { Method($0) }
        let sent = SentAnswer(answer, to: method)
        for answer in answers where (200..<400).contains(answer.status) {
            // The proxy itself says nothing of the kind.
            guard let sent else { throw Violation("an answer of status \(answer.status) that was never given") }
            try requireEqual(answer.status, sent.status, "the status")
            guard answer.isComplete else { continue }
            try require(sent.isComplete, "an answer that was cut is not passed on as whole")
            try requireEqual(answer.body, sent.body, "the content")
            return
        }
    }
}
