internal import Bytes
internal import HTTP

/// What was made of a request's head, to be compared.
struct RequestShape: Equatable {
    let method: Method
    let methodRange: ByteRange
    let version: HTTPVersion
    let target: ByteRange
    let form: RequestHead.TargetForm
    let path: ByteRange
    let query: ByteRange
    let hasQuery: Bool
    let host: ByteRange
    let hostName: ByteRange
    let framing: BodyFraming
    let isPersistent: Bool
    let expectsContinue: Bool
    let upgrade: ByteRange
    let pathAndQuery: ByteRange
    let fields: HeaderFieldShapes

    init(_ head: RequestHead) {
        method = head.method
        methodRange = head.methodRange
        version = head.version
        target = head.target
        form = head.form
        path = head.path
        query = head.query
        hasQuery = head.hasQuery
        host = head.host
        hostName = head.hostName
        framing = head.framing
        isPersistent = head.isPersistent
        expectsContinue = head.expectsContinue
        upgrade = head.upgrade
        pathAndQuery = head.pathAndQuery
        fields = HeaderFieldShapes(head.fields)
    }

    /// Checks that every range lies in the head, which has so many bytes.
    func checkRanges(headCount: Int) throws(Violation) {
        for range in [methodRange, target, path, query, host, hostName, upgrade, pathAndQuery] {
            try require(range.start >= 0 && range.count >= 0 && range.end <= headCount, "a range lies in its head")
        }
        try fields.checkRanges(headCount: headCount)
        for part in [path, query] where !part.isEmpty {
            try require(part.start >= target.start && part.end <= target.end, "path and query lie in the target")
        }
        try require(hostName.start == host.start && hostName.count <= host.count, "the host's name begins the host")
    }
}
