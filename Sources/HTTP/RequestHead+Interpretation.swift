internal import Bytes

extension RequestHead {
    /// Where the fields stand that decide about the message, each by its index; -1 where there is none.
    private struct Landmarks {
        var host = -1
        var contentLength = -1
        var transferEncoding = -1
        var upgrade = -1
        var connection = -1
        var expect = -1
    }

    /// Checks what the syntax cannot tell, in the order of RFC 9112, and fills in what follows from it.
    ///
    /// - Parameters:
    ///   - text: what the ranges point into.
    ///   - unframed: the framing of a body that no field declares.
    mutating func interpret(
        _ text: UnsafeRawBufferPointer, unframed: BodyFraming = .none
    ) throws(RequestError) {
        method = Method(text[methodRange])
        try readTarget(text)
        var marks = Landmarks()
        try findLandmarks(&marks)
        try readHost(text, marks)
        framing = try readFraming(text, marks, unframed)
        try readConnection(text, marks)
        try readExpectation(text, marks)
        HopByHopFields.dropUnderscored(in: &fields, text)
    }

    /// RFC 9112 §3.2.
    private mutating func readTarget(_ text: UnsafeRawBufferPointer) throws(RequestError) {
        let bytes = text[target]
        if method == .connect {
            guard let authority = Authority(text, in: target), authority.hasPort else { throw .malformedTarget }
            form = .authority
            host = target
            hostName = authority.name
            return
        }
        if bytes[0] == ASCII.slash {
            form = .origin
            splitPath(text, from: Int(target.start))
        } else if bytes.equals("*") {
            guard method == .options else { throw .malformedTarget }
            form = .asterisk
            path = target
            pathAndQuery = target
        } else {
            try readAbsoluteTarget(text)
        }
    }

    /// RFC 9112 §3.2.2, for the two schemes that this proxy serves.
    private mutating func readAbsoluteTarget(_ text: UnsafeRawBufferPointer) throws(RequestError) {
        let bytes = text[target]
        let schemeEnd: Int
        if UnsafeRawBufferPointer(rebasing: bytes.prefix(7)).equalsFolded("http://") {
            schemeEnd = 7
        } else if UnsafeRawBufferPointer(rebasing: bytes.prefix(8)).equalsFolded("https://") {
            schemeEnd = 8
        } else {
            throw .malformedTarget
        }
        let isDelimiter = { (byte: UInt8) in byte == ASCII.slash || byte == UInt8(ascii: "?") }
        let authorityEnd = bytes[schemeEnd...].firstIndex(where: isDelimiter) ?? bytes.count
        let range = ByteRange(start: Int(target.start) + schemeEnd, count: authorityEnd - schemeEnd)
        guard let authority = Authority(text, in: range) else { throw .malformedHost }
        form = .absolute
        host = range
        hostName = authority.name
        splitPath(text, from: range.end)
    }

    private mutating func splitPath(_ text: UnsafeRawBufferPointer, from start: Int) {
        let end = target.end
        pathAndQuery = ByteRange(start: start, count: end - start)
        let mark = text.position(of: UInt8(ascii: "?"), in: pathAndQuery)
        path = ByteRange(start: start, count: (mark ?? end) - start)
        hasQuery = mark != nil
        if let mark { query = ByteRange(start: mark + 1, count: end - mark - 1) }
    }

    private func findLandmarks(_ marks: inout Landmarks) throws(RequestError) {
        var hasAuthorization = false
        for index in fields.indices {
            switch fields[index].known {
            case .host:
                guard marks.host < 0 else { throw .repeatedHost }
                marks.host = index
            case .contentLength:
                guard marks.contentLength < 0 else { throw .repeatedContentLength }
                marks.contentLength = index
            case .transferEncoding:
                guard marks.transferEncoding < 0 else { throw .malformedTransferEncoding }
                marks.transferEncoding = index
            case .authorization:
                // Whoever judges the first one may stand before someone who believes the last.
                guard !hasAuthorization else { throw .repeatedAuthorization }
                hasAuthorization = true
            case .connection: marks.connection = index
            case .expect: marks.expect = index
            case .upgrade: marks.upgrade = marks.upgrade < 0 ? index : .max
            default: break
            }
        }
    }

    /// RFC 9112 §3.2: `Host` must be there and well-formed even where the target names another host, which then counts.
    private mutating func readHost(_ text: UnsafeRawBufferPointer, _ marks: Landmarks) throws(RequestError) {
        guard marks.host >= 0 else {
            guard version == .http10 else { throw .missingHost }
            return
        }
        let value = fields[marks.host].value
        guard let authority = Authority(text, in: value) else { throw .malformedHost }
        guard host.isEmpty else { return }
        host = value
        hostName = authority.name
    }

    /// RFC 9112 §6.1 and §6.3; where the RFC lets a server choose between repairing and refusing, this refuses.
    private func readFraming(
        _ text: UnsafeRawBufferPointer, _ marks: Landmarks, _ unframed: BodyFraming
    ) throws(RequestError) -> BodyFraming {
        if marks.transferEncoding >= 0 {
            guard version == .http11 else { throw .transferEncodingInHTTP10 }
            guard marks.contentLength < 0 else { throw .contradictoryFraming }
            return try readTransferEncoding(text[fields[marks.transferEncoding].value])
        }
        guard marks.contentLength >= 0 else { return unframed }
        guard let length = ASCII.decimal(text[fields[marks.contentLength].value]) else { throw .malformedContentLength }
        return .length(length)
    }

    private func readTransferEncoding(_ value: UnsafeRawBufferPointer) throws(RequestError) -> BodyFraming {
        if value.equalsFolded("chunked") { return .chunked }
        // Without `chunked` at its very end the body has no end that can be trusted: §6.3 demands a 400.
        let suffix = UnsafeRawBufferPointer(rebasing: value.suffix(7))
        guard suffix.equalsFolded("chunked") else { throw .malformedTransferEncoding }
        var codings = ListElements(value)
        var last: UnsafeRawBufferPointer?
        while let coding = codings.next() {
            if let last, last.equalsFolded("chunked") { throw .malformedTransferEncoding }
            last = coding
        }
        guard let last, last.equalsFolded("chunked") else { throw .malformedTransferEncoding }
        throw .unsupportedTransferCoding
    }

    /// RFC 9112 §9.3, §9.6; RFC 9110 §7.8.
    private mutating func readConnection(_ text: UnsafeRawBufferPointer, _ marks: Landmarks) throws(RequestError) {
        var options: ConnectionOptions = []
        if marks.connection >= 0 {
            guard let found = HopByHopFields.drop(in: &fields, text) else { throw .tooManyConnectionOptions }
            options = found
        }
        isPersistent = !options.contains(.close) && (version != .http10 || options.contains(.keepAlive))
        guard version == .http11, options.contains(.upgrade), fields.indices.contains(marks.upgrade) else { return }
        upgrade = fields[marks.upgrade].value
    }

    /// RFC 9110 §10.1.1: HTTP/1.0 has no expectations.
    private mutating func readExpectation(_ text: UnsafeRawBufferPointer, _ marks: Landmarks) throws(RequestError) {
        guard marks.expect >= 0, version != .http10 else { return }
        for field in fields where field.known == .expect {
            guard text[field.value].equalsFolded("100-continue") else { throw .unsupportedExpectation }
        }
        expectsContinue = framing != .none && framing != .length(0)
    }
}
