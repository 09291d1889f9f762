internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// Composes the head of the answer to the client from the backend's head and the location's settings.
enum ResponseWriter {
    /// Sends the head of a backend's answer; `bytes` is what the response's ranges point into.
    static func write(
        _ response: borrowing ResponseHead, framing: BodyFraming, bytes: UnsafeRawBufferPointer, for exchange: Exchange
    ) {
        let varies = compress(response, framing: framing, bytes: bytes, for: exchange)
        let isCompressed = exchange.encoder != nil
        let length: HTTP1ServerConnection.ResponseLength =
            switch framing {
            case _ where isCompressed: .unknown
            case .none: .none
            case .length(let count): .known(count)
            case .chunked, .untilClose: .unknown
            }
        let status = exchange.sentStatus(response.status)
        exchange.withDownstream { downstream in
            downstream.startHead(status: status, length: length, keepAlive: true)
            writeFields(
                response, status: status, framing: framing, varies: varies, bytes: bytes, to: downstream, for: exchange)
        }
    }

    /// Sends the head with which a backend goes over to another protocol.
    static func writeSwitch(_ response: borrowing ResponseHead, bytes: UnsafeRawBufferPointer, for exchange: Exchange) {
        exchange.downstream.startSwitch(to: bytes[response.upgrade])
        writeFields(
            response, status: exchange.status, framing: .untilClose, varies: false, bytes: bytes,
            to: exchange.downstream, for: exchange)
    }

    private static func writeFields(
        _ response: borrowing ResponseHead, status: Int, framing: BodyFraming, varies: Bool,
        bytes: UnsafeRawBufferPointer, to downstream: Downstream, for exchange: Exchange
    ) {
        let fields = response.fields
        let isCompressed = exchange.encoder != nil
        let rules = exchange.location.answerFields
        let kept = exchange.rewritten
        if rules.filters {
            writeOwnFields(to: downstream, for: exchange) { rules.passes($0) && fields.contains($0, in: bytes) }
        } else {
            writeOwnFields(to: downstream, for: exchange)
        }
        for index in fields.indices where !fields[index].isDropped {
            let field = fields[index]
            if rules.filters {
                let name = bytes[field.name]
                if rules.hides(name) { continue }
                if rules.passes(name) {
                    downstream.addField(field.known, name, bytes[field.value])
                    continue
                }
            }
            if let kept, kept.keeps(bytes[field.name]) { continue }
            switch field.known {
            case .location where !rules.redirects.isEmpty, .refresh where !rules.redirects.isEmpty:
                writeRedirect(bytes[field.name], bytes[field.value], field.known == .refresh, rules, exchange)
            case .expires where rules.replaces(.expires, onStatus: status): continue
            case .cacheControl where rules.replaces(.cacheControl, onStatus: status): continue
            case .date, .server, .xAccelBuffering, .xAccelRedirect: continue
            // Meant for this proxy, or for nobody (nginx: `proxy_hide_header`).
            case .other where isHidden(bytes[field.name]): continue
            // An answer without a body may still say how long the body would be (RFC 9110 §8.6).
            case .contentLength where framing != .none: continue
            case .acceptRanges where isCompressed: continue
            case .etag where isCompressed: writeWeak(bytes[field.value], to: downstream)
            default: downstream.addField(field.known, bytes[field.name], bytes[field.value])
            }
        }
        if isCompressed { downstream.addField("Content-Encoding", "gzip") }
        if varies { downstream.addField("Vary", "Accept-Encoding") }
        if rules.expiry != nil {
            let changed = fields.first(.lastModified).map { bytes[$0.value] }
            rules.writeExpiry(status: status, changed: changed, for: exchange)
        }
        writeConfiguredFields(status: status, to: downstream, for: exchange) { known, name, value in
            for index in fields.indices where fields[index].known == known {
                let field = fields[index]
                if !field.isDropped, known != .other || ASCII.equalsIgnoringCase(bytes[field.name], name),
                    ASCII.equals(bytes[field.value], value)
                {
                    return true
                }
            }
            return false
        }
        downstream.endHead()
    }

    /// Gives the exchange an encoder where its answer is compressed; whether the answer says that this depends on the client.
    private static func compress(
        _ response: borrowing ResponseHead, framing: BodyFraming, bytes: UnsafeRawBufferPointer, for exchange: Exchange
    ) -> Bool {
        guard let compression = exchange.location.compression, !exchange.downstream.isInner else { return false }
        switch compression.choose(response, framing: framing, bytes: bytes, for: exchange) {
        case .asItCame: return false
        case .notForThisClient: break
        case .gzip: exchange.encoder = exchange.worker.encoders.take(level: compression.level)
        }
        return compression.varies
    }

    /// Adds an ETag that stands for the same content in other bytes (RFC 9110 §8.8.1); one that is none is left out.
    private static func writeWeak(_ tag: UnsafeRawBufferPointer, to downstream: Downstream) {
        if tag.count > 2, tag[0] == UInt8(ascii: "W"), tag[1] == ASCII.slash { return downstream.addField("ETag", tag) }
        guard tag.first == UInt8(ascii: "\"") else { return }
        var weak = ByteBuffer()
        weak.append("W/")
        weak.append(tag)
        downstream.addField("ETag", weak.readable)
    }

    private static func writeRedirect(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ isRefresh: Bool, _ rules: AnswerFields,
        _ exchange: Exchange
    ) {
        var text = ByteBuffer()
        let isChanged = rules.appendRedirected(value, isRefresh: isRefresh, for: exchange, to: &text)
        exchange.downstream.addField(name, isChanged ? text.readable : value)
    }

    /// Sends an interim response on at once.
    static func writeInterim(
        _ response: borrowing ResponseHead, bytes: UnsafeRawBufferPointer, for exchange: Exchange
    ) -> WriteResult {
        let downstream = exchange.downstream
        downstream.startInterim(status: response.status)
        for field in response.fields where !field.isDropped {
            downstream.addField(bytes[field.name], bytes[field.value])
        }
        downstream.endHead()
        return downstream.flush()
    }

    private static func isHidden(_ name: UnsafeRawBufferPointer) -> Bool {
        // The letter is looked at first, because hardly a field has it.
        guard name.count >= 5, name[0] | 0x20 == UInt8(ascii: "x") else { return false }
        return ASCII.equalsIgnoringCase(name, "x-pad")
            || name.count > 8 && ASCII.equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: name[..<8]), "x-accel-")
    }

    /// Adds the fields that every answer carries.
    ///
    /// - Parameter isGiven: whether the answer brings a field of a name along that is passed on.
    static func writeOwnFields(
        to downstream: Downstream, for exchange: Exchange,
        unless isGiven: (UnsafeRawBufferPointer) -> Bool = { _ in false }
    ) {
        if !isGiven(Self.bytes(of: "server")) {
            downstream.addField(.server, Self.bytes(of: "portico"))
        }
        if !isGiven(Self.bytes(of: "date")) {
            exchange.worker.clock.withDate { downstream.addField(.date, $0) }
        }
        exchange.rewritten?.writeFields(to: downstream)
    }

    private static func bytes(of text: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// Adds the fields of `add_header` and Strict-Transport-Security.
    ///
    /// A field that the backend has sent with the very same value is not sent twice.
    static func writeConfiguredFields(
        status: Int, to downstream: Downstream, for exchange: Exchange,
        isPresent: (FieldName, UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool = { _, _, _ in false }
    ) {
        if downstream.isSecure, let hsts = exchange.host?.hsts {
            hsts.withBytes { downstream.addField(.strictTransportSecurity, $0) }
        }
        let directives = exchange.location.directives
        for index in directives.addedFields.indices {
            let field = directives.addedFields[index]
            guard field.header.applies(toStatus: status) else { continue }
            if let constant = field.constant {
                constant.withBytes { add(field, $0, to: downstream, unless: isPresent) }
                continue
            }
            var text = ByteBuffer()
            exchange.worker.heads.lend(to: &text)
            field.header.value.append(to: &text, from: VariableValues(exchange))
            if !text.isEmpty, text.readable.isFieldValue {
                add(field, text.readable, to: downstream, unless: isPresent)
            }
            exchange.worker.heads.reclaim(from: &text)
        }
    }

    private static func add(
        _ field: AddedField, _ value: UnsafeRawBufferPointer, to downstream: Downstream,
        unless isPresent: (FieldName, UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
    ) {
        field.header.name.withBytes { name in
            if !isPresent(field.known, name, value) { downstream.addField(field.known, name, value) }
        }
    }
}

extension HeaderFields {
    /// Whether there is a field of this name.
    fileprivate func contains(_ name: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Bool {
        contains { !$0.isDropped && ASCII.equalsIgnoringCase(bytes[$0.name], name) }
    }
}
