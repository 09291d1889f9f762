internal import Bytes
internal import HTTP

/// Reading and writing of heads.
enum HeadBenchmarks {
    static let all = [
        Microbenchmark(name: "request-head") { try parseRequests(Samples.request, $0, "request-head") },
        Microbenchmark(name: "request-head-browser") {
            try parseRequests(Samples.browserRequest, $0, "request-head-browser")
        },
        Microbenchmark(name: "response-head", run: parseResponses),
        Microbenchmark(name: "head-writing", run: write),
    ]

    private static func parseRequests(_ text: [UInt8], _ count: Int, _ name: String) throws {
        var parser = RequestHeadParser()
        var head = RequestHead()
        for _ in 0..<count {
            guard parser.parse(text.span, into: &head) == .complete(text.count) else {
                throw UnexpectedOutcome(benchmark: name)
            }
        }
    }

    private static func parseResponses(_ count: Int) throws {
        var parser = ResponseHeadParser()
        var head = ResponseHead()
        for _ in 0..<count {
            guard parser.parse(Samples.response.span, into: &head) == .complete(Samples.response.count) else {
                throw UnexpectedOutcome(benchmark: "response-head")
            }
        }
    }

    /// The request line, the fields as they came, and an answer's status line with fields of the proxy's own.
    private static func write(_ count: Int) throws {
        var parser = RequestHeadParser()
        var head = RequestHead()
        guard parser.parse(Samples.request.span, into: &head) == .complete(Samples.request.count) else {
            throw UnexpectedOutcome(benchmark: "head-writing")
        }
        var output = ByteBuffer(capacity: 4096)
        Samples.request.withUnsafeBytes { text in
            for _ in 0..<count {
                output.removeAll()
                HeadWriter.appendRequestLine(of: head, in: text, to: &output)
                for field in head.fields { HeadWriter.appendField(field, in: text, to: &output) }
                HeadWriter.appendEnd(to: &output)
                HeadWriter.appendStatusLine(200, to: &output)
                HeadWriter.appendField(.server, "portico", to: &output)
                HeadWriter.appendField(.contentLength, decimal: 31403, to: &output)
                HeadWriter.appendField(.host, value: text[head.host], to: &output)
                HeadWriter.appendEnd(to: &output)
            }
        }
    }
}
