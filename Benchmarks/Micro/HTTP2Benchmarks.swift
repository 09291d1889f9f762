internal import Bytes
internal import HTTP

/// Heads on their way between HTTP/2 and what the rest of the proxy knows.
enum HTTP2Benchmarks {
    static let all = [
        Microbenchmark(name: "http2-request", run: assemble),
        Microbenchmark(name: "http2-fields", run: compose),
    ]

    private static let request: [(name: StaticString, value: StaticString)] = [
        (":method", "GET"), (":scheme", "https"), (":authority", "registry.example.com"),
        (":path", "/v2/library/debian/blobs/sha256:0f4b0d6a3e0a4c1c6c7a5d8f2b9e1d3c5a7f9e8b6d4c2a0f1e3d5c7b9a8f6e4d"),
        ("user-agent", "docker/24.0.7 go/go1.20.10 git-commit/311b9ff kernel/6.1.0 os/linux arch/amd64"),
        ("accept", "application/vnd.docker.distribution.manifest.v2+json"), ("accept-encoding", "gzip"),
    ]

    /// The fields of a request, as a session hands them over, become a head.
    private static func assemble(_ count: Int) throws {
        var assembler = HTTP2RequestAssembler()
        var head = RequestHead()
        for _ in 0..<count {
            assembler.begin()
            for (name, value) in request { assembler.add(bytes(of: name), bytes(of: value)) }
            guard case .complete = assembler.complete(endsStream: true, into: &head) else {
                throw UnexpectedOutcome(benchmark: "http2-request")
            }
        }
    }

    /// The fields of an answer become a block for a session.
    private static func compose(_ count: Int) throws {
        var parser = ResponseHeadParser()
        var head = ResponseHead()
        guard parser.parse(Samples.response.span, into: &head) == .complete(Samples.response.count) else {
            throw UnexpectedOutcome(benchmark: "http2-fields")
        }
        var block = HTTP2FieldBlock()
        try Samples.response.withUnsafeBytes { text in
            for _ in 0..<count {
                block.begin()
                block.add(":status", decimal: head.status)
                for field in head.fields { block.add(text[field.name], text[field.value]) }
                guard block.withFields({ $0.count }) == head.fields.count + 1 else {
                    throw UnexpectedOutcome(benchmark: "http2-fields")
                }
            }
        }
    }

    private static func bytes(of text: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }
}
