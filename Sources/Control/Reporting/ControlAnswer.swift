/// An answer of the control socket.
struct ControlAnswer {
    /// The status of HTTP.
    var status: Int
    /// JSON.
    var body: [UInt8]
    /// What goes with the answer, and is closed behind it; nil for nothing.
    var descriptor: Int32?

    /// An answer with a message instead of a result.
    static func message(_ status: Int, _ text: StaticString) -> ControlAnswer {
        ControlAnswer(status: status, body: Array("{\"message\":\"\(text)\"}\n".utf8))
    }
}
