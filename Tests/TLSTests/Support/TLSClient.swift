import COpenSSL
import Glibc

/// An OpenSSL client on a non-blocking descriptor, driven step by step by the test.
final class TLSClient {
    enum Step: Equatable {
        case done
        case wouldBlock
        case failed(String)
    }

    enum Received: Equatable {
        case bytes([UInt8])
        case wouldBlock
        case closeNotify
        case failed(String)
    }

    let connection: OpaquePointer
    let descriptor: Int32
    private let settings: OpaquePointer

    init(_ descriptor: Int32, serverName: String? = nil, configure: (OpaquePointer) -> Void = { _ in }) {
        self.descriptor = descriptor
        settings = SSL_CTX_new(TLS_client_method())
        SSL_CTX_set_verify(settings, SSL_VERIFY_NONE, nil)
        connection = SSL_new(settings)
        SSL_set_fd(connection, descriptor)
        SSL_set_connect_state(connection)
        if let serverName { portico_ssl_set_server_name(connection, serverName) }
        configure(connection)
    }

    deinit {
        SSL_free(connection)
        SSL_CTX_free(settings)
        close(descriptor)
    }

    func handshake() -> Step {
        let result = SSL_do_handshake(connection)
        return result == 1 ? .done : outcome(result)
    }

    /// Encrypts and sends a part of the bytes, and says how many.
    func write(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = bytes.withUnsafeBytes { SSL_write(connection, $0.baseAddress, Int32($0.count)) }
        ERR_clear_error()
        return max(Int(count), 0)
    }

    func read(limit: Int = 65536) -> Received {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = SSL_read(connection, &bytes, Int32(limit))
        if count > 0 { return .bytes(Array(bytes[..<Int(count)])) }
        if SSL_get_shutdown(connection) & SSL_RECEIVED_SHUTDOWN != 0 { return .closeNotify }
        switch outcome(count) {
        case .wouldBlock, .done: return .wouldBlock
        case .failed(let reason): return .failed(reason)
        }
    }

    /// The session to come back with; take it after a read, because TLS 1.3 sends tickets behind the handshake.
    func session() -> ClientSession? { SSL_get_session(connection).map(ClientSession.init) }

    var isResumed: Bool { SSL_session_reused(connection) == 1 }
    var version: Int32 { SSL_version(connection) }
    var cipher: String { String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(connection))) }

    /// The common name of the certificate that the server showed.
    var serverCommonName: String { chainNames.first ?? "" }

    /// The common names of all certificates that the server showed, its own first.
    var chainNames: [String] {
        let chain = SSL_get_peer_cert_chain(connection)
        return (0..<portico_certificate_count(chain)).map { index in
            var text = [CChar](repeating: 0, count: 256)
            let subject = X509_get_subject_name(portico_certificate(chain, index))
            X509_NAME_get_text_by_NID(subject, NID_commonName, &text, 256)
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    var negotiatedProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(connection, &name, &count)
        return name.map { String(decoding: UnsafeBufferPointer(start: $0, count: Int(count)), as: UTF8.self) }
    }

    private func outcome(_ result: Int32) -> Step {
        let error = SSL_get_error(connection, result)
        defer { ERR_clear_error() }
        if error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE { return .wouldBlock }
        let code = ERR_peek_error()
        return .failed(code == 0 ? "closed" : String(cString: ERR_reason_error_string(code)))
    }
}

/// A session that a client kept.
final class ClientSession {
    private let pointer: OpaquePointer

    /// Keeps a copy: a connection that ends unhappily spoils the session that it was begun with.
    init(_ session: OpaquePointer) { pointer = SSL_SESSION_dup(session) }

    deinit { SSL_SESSION_free(pointer) }

    /// Offers a copy to the server.
    func offer(on connection: OpaquePointer) {
        let copy = SSL_SESSION_dup(pointer)
        SSL_set_session(connection, copy)
        SSL_SESSION_free(copy)
    }
}
