internal import Bytes

/// What was sent of a request, as long as it may have to be sent once more because the backend has not looked at it.
///
/// The head is composed anew. A body is kept up to a limit; a larger one cannot be sent again.
struct RequestReplay: ~Copyable {
    /// The most that is kept of a body.
    static let limit = 16 * 1024

    /// Whether all that was sent is still there.
    private(set) var isWhole = true
    /// Whether the request has a body.
    private(set) var hasBody = false
    /// Whether it was sent once more.
    var isUsed = false
    private var body = ByteBuffer()
    private var trailers = ByteBuffer()

    /// A request's head is sent.
    mutating func begin(hasBody: Bool) {
        self.hasBody = hasBody
        isWhole = true
    }

    /// A piece of its body is sent, or is held here because it cannot be sent yet.
    mutating func append(_ piece: UnsafeRawBufferPointer, isHeld: Bool) {
        guard isWhole, !piece.isEmpty else { return }
        guard isHeld || body.count + piece.count <= Self.limit else {
            isWhole = false
            body = ByteBuffer()
            return
        }
        body.append(piece)
    }

    /// Its trailers are sent.
    mutating func append(trailers lines: UnsafeRawBufferPointer) { trailers.append(lines) }

    /// What is there of the body.
    func withBody<Result>(_ use: (UnsafeRawBufferPointer) -> Result) -> Result { use(body.readable) }

    /// The lines of the trailers.
    func withTrailers(_ use: (UnsafeRawBufferPointer) -> Void) { use(trailers.readable) }

    /// The request will not be sent again.
    mutating func forget() {
        isWhole = false
        body = ByteBuffer()
        trailers = ByteBuffer()
    }
}
