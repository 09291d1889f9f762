internal import Bytes
internal import HTTP

/// What was made of a response's head, to be compared.
struct ResponseShape: Equatable {
    let version: HTTPVersion
    let status: Int
    let reason: ByteRange
    let declaredFraming: BodyFraming
    let isPersistent: Bool
    let upgrade: ByteRange
    let fields: HeaderFieldShapes

    init(_ head: ResponseHead) {
        version = head.version
        status = head.status
        reason = head.reason
        declaredFraming = head.declaredFraming
        isPersistent = head.isPersistent
        upgrade = head.upgrade
        fields = HeaderFieldShapes(head.fields)
    }

    /// Checks that every range lies in the head, which has so many bytes.
    func checkRanges(headCount: Int) throws(Violation) {
        for range in [reason, upgrade] {
            try require(range.start >= 0 && range.count >= 0 && range.end <= headCount, "a range lies in its head")
        }
        try fields.checkRanges(headCount: headCount)
    }
}
