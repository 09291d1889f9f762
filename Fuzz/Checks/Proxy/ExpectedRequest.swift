internal import Bytes
internal import FoundationEssentials
internal import HTTP

/// A request that the client's bytes hold, read with the parsers and without any connection.
struct ExpectedRequest {
    let method: Method
    let methodText: [UInt8]
    let target: [UInt8]
    let host: [UInt8]
    let hostName: [UInt8]
    /// The fields that may be passed on, with their names in lower case.
    let fields: Set<String>
    let body: [UInt8]
    let isComplete: Bool

    /// The requests up to the first one that is refused or not whole.
    static func all(in input: [UInt8]) -> [ExpectedRequest] {
        var requests: [ExpectedRequest] = []
        var rest = input[...]
        while !rest.isEmpty {
            let bytes = Array(rest)
            var parser = RequestHeadParser()
            var head = RequestHead()
            guard case .complete(let count) = parser.parse(bytes.span, into: &head) else { break }
            var decoder = BodyDecoder(head.framing)
            var body = Array(bytes[count...])
            let piece = body.withUnsafeMutableBytes { try? decoder.decode($0) }
            let isComplete = piece != nil && decoder.isComplete
            requests.append(
                ExpectedRequest(head, in: bytes, body: Array(body.prefix(piece?.produced ?? 0)), isComplete: isComplete)
            )
            guard let piece, isComplete else { break }
            rest = rest.dropFirst(count + piece.consumed)
        }
        return requests
    }

    private init(_ head: RequestHead, in bytes: [UInt8], body: [UInt8], isComplete: Bool) {
        let shape = RequestShape(head)
        method = head.method
        methodText = Array(bytes[head.methodRange])
        let line = bytes.withUnsafeBytes { text in
            written { HeadWriter.appendRequestLine(of: head, in: text, to: &$0) }
        }
        target = line.dropFirst(methodText.count + 1).prefix { $0 != ASCII.space }.map { $0 }
        host = Array(bytes[head.host])
        hostName = bytes[head.hostName].lowercased
        fields = Set(
            shape.fields.filter { !$0.isDropped }.map {
                "\(bytes[$0.name].lowercased.text): \(bytes[$0.value].text)"
            })
        self.body = body
        self.isComplete = isComplete
    }

    /// Whether a backend may see no more than a part of it.
    var mayBeGivenUp: Bool { !isComplete || body.count > ProxyUnderTest.bodyLimit }

    /// Whether the proxy under test lets it in.
    var isAdmitted: Bool {
        if hostName.has("site.test") { return true }
        guard hostName.has("door.test"), let field = fields.first(where: { $0.hasPrefix("authorization: ") }) else {
            return false
        }
        let words = field.split(separator: " ")
        guard words.count == 3, words[1].lowercased() == "basic" else { return false }
        return Data(base64Encoded: String(words[2])) == Data(ProxyUnderTest.credentials.utf8)
    }

    /// Whether what a backend was sent is this request.
    func isSame(as received: ReceivedRequest) -> Bool {
        received.method == methodText && received.target == target && received.host == host
    }
}
