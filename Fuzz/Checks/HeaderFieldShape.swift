internal import Bytes
internal import HTTP

/// What a parser made of a field line, to be compared.
struct HeaderFieldShape: Equatable {
    let name: ByteRange
    let value: ByteRange
    let known: FieldName
    let isDropped: Bool
}

typealias HeaderFieldShapes = [HeaderFieldShape]

extension HeaderFieldShapes {
    init(_ fields: HeaderFields) {
        self = fields.map {
            HeaderFieldShape(name: $0.name, value: $0.value, known: $0.known, isDropped: $0.isDropped)
        }
    }

    /// What is passed on: the fields that are not dropped, without those that the proxy writes itself.
    func passedOn(of input: [UInt8]) -> [String] {
        filter { !$0.isDropped && $0.known != .host && $0.known != .contentLength && $0.known != .expect }
            .map { "\(input[$0.name].text): \(input[$0.value].text)" }
    }

    /// Checks that every range lies in the head, and each field behind the one before.
    func checkRanges(headCount: Int) throws(Violation) {
        var end = 0
        for field in self {
            try require(Int(field.name.start) >= end && !field.name.isEmpty, "fields stand in order")
            try require(Int(field.value.start) > field.name.end, "a value stands behind its name")
            try require(field.value.end < headCount, "a field lies in its head")
            end = field.value.end
        }
    }
}
