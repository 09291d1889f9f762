private import COpenSSL

/// What OpenSSL's error queue of this thread says of a call that failed.
struct OpenSSLFault: Equatable, Sendable {
    /// The part of OpenSSL that reported it (`ERR_LIB_SSL`, `ERR_LIB_PEM`, …), 0 when the queue was empty.
    let library: Int32
    /// The reason's number within that part.
    let reason: Int32
    /// The reason in OpenSSL's words.
    let text: String

    /// Takes the error that was reported first, which is the cause of the others, and empties the queue.
    static func take() -> OpenSSLFault {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return OpenSSLFault(library: 0, reason: 0, text: "no reason given") }
        let reason = portico_err_reason(code)
        let text = ERR_reason_error_string(code).map { String(cString: $0) } ?? "reason \(reason)"
        return OpenSSLFault(library: portico_err_library(code), reason: reason, text: text)
    }
}
