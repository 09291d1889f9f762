import Foundation
import TestSupport

/// What of an answer is compared: all that does not differ from one run, or one program, to the next by nature.
struct Answer: Equatable, CustomStringConvertible {
    /// Nil where the connection was closed without an answer.
    let status: Int?
    /// The fields as `name: value`, sorted.
    let fields: [String]
    let body: String

    /// Date and Server name the moment and the program; framing and connection are compared by what they bring about.
    private static let passedOver: Set<String> = [
        "date", "server", "connection", "keep-alive", "transfer-encoding", "content-length",
    ]

    /// Reads an answer whose connection has ended. `port` is the proxy's own, which is replaced wherever it stands.
    init(_ bytes: [UInt8], to method: String, port: UInt16) throws {
        guard !bytes.isEmpty else {
            (status, fields, body) = (nil, [], "")
            return
        }
        // What is said before the answer proper.
        var bytes = bytes
        while bytes.starts(with: Array("HTTP/1.1 1".utf8)), let end = bytes.endOfHead { bytes = Array(bytes[end...]) }
        guard let end = bytes.endOfHead else {
            throw HarnessError("no whole head in \(String(decoding: bytes, as: UTF8.self))")
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        let all = lines.dropFirst().filter { !$0.isEmpty }.map(Self.lowercasingName)
        status = Int(lines[0].split(separator: " ").dropFirst().first ?? "")
        fields = all.filter { !Self.passedOver.contains(String($0.prefix { $0 != ":" })) }
            .map { $0.replacingPort(port) }.sorted()
        var content = Array(bytes[end...])
        if all.contains("transfer-encoding: chunked") {
            content = try content.dechunked().content
        } else if method != "HEAD", let length = all.first(where: { $0.hasPrefix("content-length: ") }) {
            guard Int(length.dropFirst(16)) == content.count else {
                throw HarnessError("\(length), but \(content.count) came")
            }
        }
        // Two encoders need not come to the same bytes for one text.
        if all.contains("content-encoding: gzip"), method != "HEAD" {
            guard let whole = gunzipped(content) else { throw HarnessError("a broken gzip stream") }
            content = whole
        }
        let text = String(decoding: content, as: UTF8.self)
        body = Self.isPage(text) ? "(the page of the status)" : text.replacingPort(port)
    }

    var description: String {
        (["\(status.map(String.init) ?? "no answer")"] + fields + (body.isEmpty ? [] : ["", body]))
            .joined(separator: "\n    ")
    }

    /// Whether it is a page that one of the two programs makes by itself.
    private static func isPage(_ text: String) -> Bool {
        text.contains("<hr><center>nginx") || text.hasPrefix("<!doctype html>\n<title>")
    }

    private static func lowercasingName(_ line: String) -> String {
        guard let colon = line.firstIndex(of: ":") else { return line }
        return line[..<colon].lowercased() + line[colon...]
    }
}

extension [UInt8] {
    /// Where the body begins.
    var endOfHead: Int? {
        guard count >= 4 else { return nil }
        return (0...(count - 4)).first {
            self[$0] == 13 && self[$0 + 1] == 10 && self[$0 + 2] == 13 && self[$0 + 3] == 10
        }
        .map { $0 + 4 }
    }

    /// The content of a chunked body that is whole, and the lines of its trailers.
    func dechunked() throws -> (content: [UInt8], trailers: [String]) {
        var (result, rest) = ([UInt8](), self[...])
        while let end = rest.firstIndex(of: 10) {
            let line = String(decoding: rest[..<end], as: UTF8.self).filter { $0 != "\r\n" && $0 != "\r" }
            guard let size = Int(line, radix: 16) else { throw HarnessError("no chunk size: \(line)") }
            rest = rest[(end + 1)...]
            if size == 0 {
                guard let end = ([13, 10] + rest).endOfHead else { break }
                let lines = String(decoding: rest.prefix(Swift.max(end - 6, 0)), as: UTF8.self)
                return (result, lines.isEmpty ? [] : lines.components(separatedBy: "\r\n"))
            }
            guard rest.count >= size + 2 else { break }
            result += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        throw HarnessError("a chunked body that was cut")
    }
}

extension String {
    /// The text with the port's number replaced, so that two servers say the same.
    func replacingPort(_ port: UInt16) -> String { replacingOccurrences(of: "\(port)", with: "PORT") }
}
