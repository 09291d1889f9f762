internal import Bytes
internal import HTTP

/// A request as it is passed on, read again: it must mean the same to whoever reads it.
enum RewrittenRequest {
    static func check(_ shape: RequestShape, of input: [UInt8]) throws(Violation) {
        // Never passed on.
        guard shape.method != .connect, !shape.host.isEmpty else { return }
        let text = compose(input)
        guard case .complete(let count, let again) = RequestHeadCheck.parse(text) else {
            // A line grows by the blank behind its colon and by the CR of its end, up to past the limits.
            if text.count > HeadLimits.request.fieldLine { return }
            throw Violation("what is passed on is no request: \(text.text)")
        }
        try requireEqual(count, text.count, "nothing is left of what is passed on")
        try requireEqual(again.method, shape.method, "the method")
        try requireEqual(text[again.host].text, input[shape.host].text, "the host")
        try requireEqual(text[again.hostName].text, input[shape.hostName].text, "the host's name")
        try requireEqual(again.framing, shape.framing, "the framing")
        try requireEqual(again.hasQuery, shape.hasQuery, "whether there is a query")
        try requireEqual(text[again.query].text, input[shape.query].text, "the query")
        if !shape.path.isEmpty { try requireEqual(text[again.path].text, input[shape.path].text, "the path") }
        try requireEqual(
            again.fields.passedOn(of: text), shape.fields.passedOn(of: input), "the fields that are passed on")
        try requireEqual(again.fields.filter { $0.known == .host }.count, 1, "how often Host is passed on")
    }

    private static func compose(_ input: [UInt8]) -> [UInt8] {
        var parser = RequestHeadParser()
        var head = RequestHead()
        _ = parser.parse(input.span, into: &head)
        return input.withUnsafeBytes { bytes in
            written { output in
                HeadWriter.appendRequestLine(of: head, in: bytes, to: &output)
                HeadWriter.appendField(.host, value: bytes[head.host], to: &output)
                for field in head.fields where !field.isDropped {
                    if field.known == .host || field.known == .contentLength || field.known == .expect { continue }
                    HeadWriter.appendField(field, in: bytes, to: &output)
                }
                switch head.framing {
                case .none, .untilClose: break
                case .length(let count): HeadWriter.appendField(.contentLength, decimal: count, to: &output)
                case .chunked: HeadWriter.appendField(.transferEncoding, "chunked", to: &output)
                }
                HeadWriter.appendEnd(to: &output)
            }
        }
    }
}
