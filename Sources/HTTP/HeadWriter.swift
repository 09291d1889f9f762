package import Bytes

/// Writes heads. Lines are made from what was parsed, never copied as received.
package enum HeadWriter {
    /// The interim response that a client waits for before it sends a body (RFC 9110 §15.2.1).
    package static let continueResponse: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// Appends a request line of HTTP/1.1 (RFC 9112 §3).
    ///
    /// - Parameters:
    ///   - method: the token, as parsed.
    ///   - target: in origin form or `*`; where the path is empty, `/` is put before it.
    ///   - buffer: where the line goes.
    package static func appendRequestLine(
        method: UnsafeRawBufferPointer, target: UnsafeRawBufferPointer, to buffer: inout ByteBuffer
    ) {
        buffer.append(method)
        buffer.append(ASCII.space)
        if target.first != ASCII.slash, !target.equals("*") { buffer.append(ASCII.slash) }
        buffer.append(target)
        buffer.append(" HTTP/1.1\r\n")
    }

    /// Appends the request line that passes on this request: its path and query in origin form, or `*`.
    package static func appendRequestLine(
        of head: RequestHead, in text: UnsafeRawBufferPointer, to buffer: inout ByteBuffer
    ) {
        let target = text[head.pathAndQuery]
        // RFC 9112 §3.2.4: an OPTIONS request about the server itself, in absolute form.
        if target.isEmpty, head.method == .options {
            buffer.append("OPTIONS * HTTP/1.1\r\n")
        } else {
            appendRequestLine(method: text[head.methodRange], target: target, to: &buffer)
        }
    }

    /// Appends a status line of HTTP/1.1 with the registered reason (RFC 9112 §4).
    package static func appendStatusLine(_ status: Int, to buffer: inout ByteBuffer) {
        let reason = StatusCode.reason(status)
        appendStatusLine(
            status, reason: UnsafeRawBufferPointer(start: reason.utf8Start, count: reason.utf8CodeUnitCount),
            to: &buffer)
    }

    /// Appends a status line of HTTP/1.1 with a reason that was parsed.
    package static func appendStatusLine(
        _ status: Int, reason: UnsafeRawBufferPointer, to buffer: inout ByteBuffer
    ) {
        buffer.append("HTTP/1.1 ")
        buffer.append(decimal: status)
        buffer.append(ASCII.space)
        buffer.append(reason)
        buffer.append("\r\n")
    }

    /// Appends a field that was parsed, with its name as sent.
    package static func appendField(
        _ field: HeaderField, in text: UnsafeRawBufferPointer, to buffer: inout ByteBuffer
    ) {
        buffer.append(text[field.name])
        buffer.append(": ")
        buffer.append(text[field.value])
        buffer.append("\r\n")
    }

    /// Appends a field of any origin, unless its value could end the line or the head.
    ///
    /// - Returns: false when the value holds a control byte; nothing was appended then (RFC 9110 §5.5).
    @discardableResult
    package static func appendField(
        name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, to buffer: inout ByteBuffer
    ) -> Bool {
        let span = Span(_unsafeElements: value.assumingMemoryBound(to: UInt8.self))
        guard span.endOfText(from: 0, to: value.count) == value.count else { return false }
        buffer.append(name)
        buffer.append(": ")
        buffer.append(value)
        buffer.append("\r\n")
        return true
    }

    /// Appends a field of a known name, unless its value could end the line or the head.
    ///
    /// - Returns: false when the value holds a control byte; nothing was appended then (RFC 9110 §5.5).
    @discardableResult
    package static func appendField(
        _ name: FieldName, value: UnsafeRawBufferPointer, to buffer: inout ByteBuffer
    ) -> Bool {
        let text = name.text
        return appendField(
            name: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), value: value,
            to: &buffer)
    }

    /// Appends a field with a fixed value.
    package static func appendField(_ name: FieldName, _ value: StaticString, to buffer: inout ByteBuffer) {
        buffer.append(name.text)
        buffer.append(": ")
        buffer.append(value)
        buffer.append("\r\n")
    }

    /// Appends a field with a number, as `Content-Length` is.
    package static func appendField(_ name: FieldName, decimal value: Int, to buffer: inout ByteBuffer) {
        buffer.append(name.text)
        buffer.append(": ")
        buffer.append(decimal: value)
        buffer.append("\r\n")
    }

    /// Appends the empty line that ends a head.
    package static func appendEnd(to buffer: inout ByteBuffer) {
        buffer.append("\r\n")
    }
}
