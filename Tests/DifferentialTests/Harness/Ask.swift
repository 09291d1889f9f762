import Foundation

/// A request that both proxies are given.
///
/// As text it is the request line without its version, where a path alone means GET; then field lines, then behind an empty
/// line the body. The backend answers as the fields `X-Reply: STATUS` and `X-Reply-Field: NAME: VALUE` ask it to.
struct Ask: ExpressibleByStringLiteral, CustomStringConvertible, Sendable {
    let method: String
    let target: String
    /// The name that the client asks for, where it is not the one of the case.
    let host: String?
    let fields: [String]
    let body: String
    /// Why the answers differ, by a name that docs/nginx-differences.md explains; nil where they must be equal.
    var difference: String?

    init(stringLiteral text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let words = lines[0].split(separator: " ", maxSplits: 1).map(String.init)
        method = words.count == 2 ? words[0] : "GET"
        target = words.last ?? "/"
        let end = lines.firstIndex(of: "") ?? lines.count
        let given = lines[1..<end]
        host = given.first { $0.hasPrefix("Host: ") }.map { String($0.dropFirst(6)) }
        fields = given.filter { !$0.hasPrefix("Host: ") }
        body = lines.dropFirst(end + 1).joined(separator: "\n")
    }

    /// The same request, whose answers are known to differ.
    static func differing(_ difference: String, _ ask: Ask) -> Ask {
        var ask = ask
        ask.difference = difference
        return ask
    }

    var description: String {
        "\(method) \(target)" + (fields.isEmpty ? "" : " (\(fields.joined(separator: ", ")))")
    }

    /// The bytes for the wire, with the backend's address in the place of `@BACKEND@`.
    func bytes(host: String, backend: UInt16) -> [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: \(self.host ?? host)\r\nConnection: close\r\n"
        for field in fields { text += field + "\r\n" }
        let isFramed = fields.contains { $0.lowercased().hasPrefix("transfer-encoding:") }
        if !body.isEmpty, !isFramed { text += "Content-Length: \(body.utf8.count)\r\n" }
        text += "\r\n" + body
        return Array(text.replacingOccurrences(of: "@BACKEND@", with: "127.0.0.1:\(backend)").utf8)
    }
}
