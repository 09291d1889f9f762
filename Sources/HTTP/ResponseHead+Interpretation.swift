internal import Bytes

extension ResponseHead {
    /// Checks what the syntax cannot tell, in the order of RFC 9112, and fills in what follows from it.
    mutating func interpret(_ text: UnsafeRawBufferPointer) throws(ResponseError) {
        var contentLength: Int?
        var transferEncoding: Int?
        var upgradeField: Int?
        var hasConnection = false
        for index in fields.indices {
            switch fields[index].known {
            case .contentLength:
                if let first = contentLength {
                    guard ASCII.equals(text[fields[first].value], text[fields[index].value]) else {
                        throw .differingContentLengths
                    }
                    fields[index].isDropped = true
                } else {
                    contentLength = index
                }
            case .transferEncoding:
                guard transferEncoding == nil else { throw .unsupportedTransferCoding }
                transferEncoding = index
            case .connection: hasConnection = true
            case .upgrade: upgradeField = upgradeField == nil ? index : .max
            default: break
            }
        }
        try readFraming(text, contentLength, transferEncoding)
        var options: ConnectionOptions = []
        if hasConnection {
            guard let found = HopByHopFields.drop(in: &fields, text) else { throw .tooManyConnectionOptions }
            options = found
        }
        isPersistent = !options.contains(.close) && (version != .http10 || options.contains(.keepAlive))
        if let upgradeField, options.contains(.upgrade), fields.indices.contains(upgradeField) {
            upgrade = fields[upgradeField].value
        }
    }

    /// RFC 9112 §6.3, without what depends on the request.
    private mutating func readFraming(
        _ text: UnsafeRawBufferPointer, _ contentLength: Int?, _ transferEncoding: Int?
    ) throws(ResponseError) {
        if let transferEncoding {
            guard contentLength == nil else { throw .contradictoryFraming }
            guard version == .http11 else { throw .transferEncodingInHTTP10 }
            // A body in another coding could be read up to its end, but not passed on as what it is.
            guard text[fields[transferEncoding].value].equalsFolded("chunked") else {
                throw .unsupportedTransferCoding
            }
            declaredFraming = .chunked
        } else if let contentLength {
            guard let length = ASCII.decimal(text[fields[contentLength].value]) else { throw .malformedContentLength }
            declaredFraming = .length(length)
            // RFC 9110 §8.6: such a response has no length to tell.
            if status < 200 || status == 204 { fields[contentLength].isDropped = true }
        } else {
            declaredFraming = .untilClose
        }
    }
}
