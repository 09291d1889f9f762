internal import Bytes
internal import HTTP
internal import Routing

extension AnswerFields {
    /// Appends what Location or Refresh becomes; false where no rule fits. A target that has become a path alone is completed with
    /// what the client asked for, so that it stays on this host and port.
    func appendRedirected(
        _ value: UnsafeRawBufferPointer, isRefresh: Bool, for exchange: Exchange, to output: inout ByteBuffer
    ) -> Bool {
        guard let start = isRefresh ? Self.startOfURL(value) : 0 else { return false }
        let target = UnsafeRawBufferPointer(rebasing: value[start...])
        var text = ByteBuffer()
        for rule in redirects {
            text.removeAll()
            guard apply(rule, to: target, exchange, &text) else { continue }
            guard text.readable.isFieldValue else { return false }
            output.append(UnsafeRawBufferPointer(rebasing: value[..<start]))
            if text.readable.first == ASCII.slash {
                output.append(exchange.downstream.isSecure ? "https://" : "http://")
                exchange.appendHost(to: &output)
            }
            output.append(text.readable)
            return true
        }
        return false
    }

    private func apply(
        _ rule: RedirectRule, to target: UnsafeRawBufferPointer, _ exchange: Exchange, _ text: inout ByteBuffer
    ) -> Bool {
        switch rule {
        case .implicit: return false
        case .beginning(let beginning, let replacement):
            var wanted = ByteBuffer()
            beginning.append(to: &wanted, from: VariableValues(exchange))
            guard target.count >= wanted.count,
                ASCII.equals(UnsafeRawBufferPointer(rebasing: target[..<wanted.count]), wanted.readable)
            else { return false }
            replacement.append(to: &text, from: VariableValues(exchange))
            text.append(UnsafeRawBufferPointer(rebasing: target[wanted.count...]))
            return true
        case .pattern(let pattern, let replacement):
            guard exchange.worker.patterns.match(pattern, in: target) == .matched else { return false }
            exchange.rewriting().capture(pattern, in: target, exchange.worker.patterns)
            replacement.append(to: &text, from: VariableValues(exchange))
            return true
        }
    }

    /// Where the target begins in a Refresh such as `5; url=http://…`.
    private static func startOfURL(_ value: UnsafeRawBufferPointer) -> Int? {
        guard value.count >= 4 else { return nil }
        return (0...value.count - 4).first { index in
            ASCII.equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: value[index..<index + 4]), "url=")
        }.map { $0 + 4 }
    }
}
