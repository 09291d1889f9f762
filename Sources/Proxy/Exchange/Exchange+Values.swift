internal import Bytes
internal import HTTP

/// What variables and logs ask of an exchange.
extension Exchange {
    /// Appends a field of the backend's answer, while its head is passed on.
    func appendResponseField(_ name: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        guard let upstream, !responseBytes.isEmpty else {
            keptFields?.appendReceived(name, to: &output)
            return
        }
        for field in upstream.response.fields where ASCII.equalsIgnoringCase(responseBytes[field.name], name) {
            return output.append(responseBytes[field.value])
        }
    }

    /// Appends a field of the answer as it was sent, for a log; before that, as the backend sent it.
    func appendSentField(_ name: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        if responseBytes.isEmpty, keptFields?.appendSent(name, to: &output) == true { return }
        appendResponseField(name, to: &output)
    }

    /// Keeps the lines of the head that the client is sent, for a log.
    func keep(sent lines: UnsafeRawBufferPointer) { fieldsToKeep().keep(sent: lines) }

    /// Keeps the fields of the backend's answer, for a log.
    func keep(_ response: borrowing ResponseHead, in bytes: UnsafeRawBufferPointer) {
        fieldsToKeep().keep(response, in: bytes)
    }

    private func fieldsToKeep() -> KeptFields {
        if let keptFields { return keptFields }
        let made = KeptFields()
        keptFields = made
        return made
    }

    /// Appends the host that the client asked for, with its port; HTTP/1.0 lets it ask for none, then the virtual host's.
    func appendHost(to output: inout ByteBuffer) {
        withDownstream { downstream in
            let asked = downstream.request.host
            if asked.isEmpty {
                host?.name.withBytes { output.append($0) }
            } else {
                output.append(downstream.headBytes[asked])
            }
        }
    }

    /// The path of the request as the client sent it.
    var pathAsSent: UnsafeRawBufferPointer { withDownstream { $0.headBytes[$0.request.path] } }

    /// 16 random bytes that name the request.
    var requestID: (UInt64, UInt64) {
        if let identifier { return identifier }
        let made = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
        identifier = made
        return made
    }

    /// The bytes of the request that were read: its head and what came of its body.
    var bytesReceived: Int { bodyReceived + downstream.headByteCount }
}
