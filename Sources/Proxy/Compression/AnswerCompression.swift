internal import Bytes
internal import HTTP
internal import Routing

/// Which answers of a location are compressed, by the rules of nginx's gzip module.
struct AnswerCompression {
    /// What becomes of an answer.
    enum Choice {
        /// It stays as it is.
        case asItCame
        /// It stays as it is because of what the client takes.
        case notForThisClient
        /// It is compressed.
        case gzip
    }

    private let settings: CompressionSettings

    /// The rules; nil where nothing is compressed.
    init?(_ settings: CompressionSettings) {
        guard settings.isOn else { return nil }
        self.settings = settings
    }

    /// The level of compression.
    var level: Int { settings.level }

    /// Whether answers say that they depend on what the client takes.
    var varies: Bool { settings.varies }

    /// What becomes of an answer whose head is known.
    func choose(
        _ response: borrowing ResponseHead, framing: BodyFraming, bytes: UnsafeRawBufferPointer, for exchange: Exchange
    ) -> Choice {
        switch response.status {
        case 200, 403, 404: break
        default: return .asItCame
        }
        switch framing {
        case .none: return .asItCame
        case .length(let count) where count < settings.minLength || count == 0: return .asItCame
        case .length, .chunked, .untilClose: break
        }
        if let coding = response.fields.first(.contentEncoding), coding.value.count > 0 { return .asItCame }
        guard covers(response.fields.first(.contentType).map { bytes[$0.value] }),
            !isOfRegistry(response, exchange), exchange.sentStatus(response.status) == response.status
        else { return .asItCame }
        return takes(exchange, response, bytes) ? .gzip : .notForThisClient
    }

    // MARK: The answer

    private func covers(_ type: UnsafeRawBufferPointer?) -> Bool {
        guard let type else { return false }
        guard let types = settings.types else { return true }
        let name = UnsafeRawBufferPointer(
            rebasing: type[..<(type.firstIndex { $0 == UInt8(ascii: ";") || $0 == ASCII.space } ?? type.count)])
        return ASCII.equalsIgnoringCase(name, "text/html")
            || types.contains { known in known.withBytes { ASCII.equalsIgnoringCase(name, $0) } }
    }

    /// What a registry sends is addressed by the digest of its bytes.
    private func isOfRegistry(_ response: borrowing ResponseHead, _ exchange: Exchange) -> Bool {
        let path = exchange.downstream.headBytes[exchange.downstream.request.path]
        guard path.count >= 4, ASCII.equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: path[..<4]), "/v2/") else {
            return false
        }
        return exchange.location.settings.hostsRegistry
            || response.fields.first(.dockerDistributionAPIVersion) != nil
    }

    // MARK: The client

    private func takes(
        _ exchange: Exchange, _ response: borrowing ResponseHead, _ bytes: UnsafeRawBufferPointer
    ) -> Bool {
        let request = exchange.downstream.request
        let head = exchange.downstream.headBytes
        guard let field = request.fields.first(.acceptEncoding), Self.takesGzip(head[field.value]),
            settings.servesHTTP10 || request.version != .http10
        else { return false }
        guard request.fields.first(.via) != nil else { return true }
        let cases = settings.proxied
        if cases.isEmpty { return false }
        if cases.contains(.any) { return true }
        if cases.contains(.authorized), request.fields.first(.authorization) != nil { return true }
        return mayBeKept(response, bytes, exchange, cases)
    }

    private func mayBeKept(
        _ response: borrowing ResponseHead, _ bytes: UnsafeRawBufferPointer, _ exchange: Exchange,
        _ cases: CompressionSettings.Proxied
    ) -> Bool {
        if let expires = response.fields.first(.expires) {
            guard cases.contains(.expired), let time = HTTPDate.parse(bytes[expires.value]) else { return false }
            return time < exchange.worker.clock.seconds
        }
        if let control = response.fields.first(.cacheControl) {
            let value = bytes[control.value]
            return cases.contains(.noCache) && Self.holds(value, "no-cache")
                || cases.contains(.noStore) && Self.holds(value, "no-store")
                || cases.contains(.isPrivate) && Self.holds(value, "private")
        }
        if cases.contains(.noLastModified), response.fields.first(.lastModified) != nil { return false }
        if cases.contains(.noETag), response.fields.first(.etag) != nil { return false }
        return true
    }

    private static func holds(_ value: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        let size = word.utf8CodeUnitCount
        guard value.count >= size else { return false }
        return (0...(value.count - size)).contains { start in
            ASCII.equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: value[start..<start + size]), word)
        }
    }

    /// Whether the value of an Accept-Encoding takes gzip (RFC 9110 §12.5.3); `*` does not count, as in nginx.
    static func takesGzip(_ value: UnsafeRawBufferPointer) -> Bool {
        for item in value.split(separator: ASCII.comma) {
            let parts = item.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            guard let coding = parts.first, ASCII.equalsIgnoringCase(trimmed(coding), "gzip") else { continue }
            guard parts.count > 1 else { return true }
            return isPositive(trimmed(parts[1]))
        }
        return false
    }

    /// Whether a weight such as `q=0.5` is more than nothing.
    private static func isPositive(_ weight: UnsafeRawBufferPointer) -> Bool {
        guard weight.count >= 3, weight[0] | 0x20 == UInt8(ascii: "q"), weight[1] == UInt8(ascii: "=") else {
            return false
        }
        return weight[2...].contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
    }

    private static func trimmed(_ text: Slice<UnsafeRawBufferPointer>) -> UnsafeRawBufferPointer {
        var text = text
        while text.first == ASCII.space || text.first == ASCII.tab { text.removeFirst() }
        while text.last == ASCII.space || text.last == ASCII.tab { text.removeLast() }
        return UnsafeRawBufferPointer(rebasing: text)
    }
}
