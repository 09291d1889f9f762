/// An answer of the control socket.
struct ControlAnswer {
    /// The status of HTTP.
    var status: Int
    /// JSON.
    var body: [UInt8]

    /// An answer with a message instead of a result.
    static func message(_ status: Int, _ text: StaticString) -> ControlAnswer {
        ControlAnswer(status: status, body: Array("{\"message\":\"\(text)\"}\n".utf8))
    }
}
