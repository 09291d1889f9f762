internal import Bytes
private import Glibc
internal import HTTP
internal import Net
internal import Routing

/// What is known of an exchange when it has ended.
extension VariableValues {
    /// `$upstream_addr`.
    func appendUpstreamAddresses(to output: inout ByteBuffer) {
        exchange.attempts.append(to: &output) { attempt, output in
            attempt.backend.text.withBytes { output.append($0) }
        }
    }

    /// `$upstream_status`.
    func appendUpstreamStatuses(to output: inout ByteBuffer) {
        exchange.attempts.append(to: &output) { attempt, output in
            if attempt.status > 0 { output.append(decimal: attempt.status) }
        }
    }

    /// `$upstream_connect_time`, `$upstream_header_time` and `$upstream_response_time`.
    func appendUpstreamTime(to output: inout ByteBuffer, until moment: (UpstreamAttempts.Attempt) -> Instant?) {
        exchange.attempts.append(until: moment, to: &output)
    }

    /// One of the counts of bytes of each attempt.
    func appendUpstreamCount(_ count: (UpstreamAttempts.Attempt) -> Int, to output: inout ByteBuffer) {
        exchange.attempts.append(to: &output) { attempt, output in output.append(decimal: count(attempt)) }
    }

    /// `$request_time`.
    func appendRequestTime(to output: inout ByteBuffer) {
        output.append(seconds: exchange.worker.loop.now.since(exchange.downstream.requestBegan))
    }

    /// `$connection_time`.
    func appendConnectionTime(to output: inout ByteBuffer) {
        output.append(seconds: exchange.worker.loop.now.since(exchange.downstream.connectionBegan))
    }

    /// `$pid`.
    func appendProcessID(to output: inout ByteBuffer) { output.append(decimal: Int(getpid())) }

    /// `$cookie_NAME`: the first cookie of the name (RFC 6265 §4.2.1), in any case of its letters as in nginx.
    func appendCookie(_ name: ByteString, to output: inout ByteBuffer) {
        let downstream = exchange.downstream
        name.withBytes { name in
            for field in downstream.request.fields
            where ASCII.equalsIgnoringCase(downstream.headBytes[field.name], "cookie") {
                for pair in downstream.headBytes[field.value].split(separator: UInt8(ascii: ";")) {
                    let pair = UnsafeRawBufferPointer(rebasing: pair.drop { $0 == ASCII.space || $0 == ASCII.tab })
                    guard let equals = pair.firstIndex(of: UInt8(ascii: "=")),
                        ASCII.equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: pair[..<equals]), name)
                    else { continue }
                    return output.append(UnsafeRawBufferPointer(rebasing: pair[(equals + 1)...]))
                }
            }
        }
    }
}
