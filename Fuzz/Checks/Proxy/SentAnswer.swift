internal import Bytes
internal import HTTP

/// What a backend's bytes say, up to the close behind them.
struct SentAnswer {
    let status: Int
    let body: [UInt8]
    let isComplete: Bool

    /// Nil where the bytes hold no final head that can be passed on.
    init?(_ bytes: [UInt8], to method: Method) {
        var connection = HTTP1ClientConnection()
        connection.begin(method: method)
        connection.requestEnded()
        var rest = bytes[...]
        var head = ResponseHead()
        while true {
            switch connection.receiveHead(Array(rest).span, into: &head) {
            case .needMore, .failed, .switched: return nil
            case .informational(let count, _): rest = rest.dropFirst(count)
            case .response(let count):
                status = head.status
                var content = Array(rest.dropFirst(count))
                let piece = content.withUnsafeMutableBytes { try? connection.receiveBody($0) }
                body = Array(content.prefix(piece?.produced ?? 0))
                isComplete = piece != nil && (connection.isBodyComplete || connection.endOfInput() == .complete)
                return
            }
        }
    }
}
