import Bytes
import COpenSSL
import Foundation
import Glibc
import TLS

/// An end of a TLS connection.
final class SecureStream: TestStream {
    /// Whether the other side has said that nothing more follows, so that no cut can hide in the end.
    private(set) var wasEndedProperly = false
    private let connection: OpaquePointer
    private let settings: OpaquePointer

    /// A client's end.
    ///
    /// - Parameters:
    ///   - serverName: the host that is named in the greeting; nil for none.
    ///   - client: the paths of a certificate and its key to be shown to a server that asks for one.
    ///   - protocols: the application protocols on offer, the preferred one first.
    init(
        owning descriptor: Int32, serverName: String?, client: (certificate: String, key: String)? = nil,
        protocols: [String] = []
    ) {
        settings = SSL_CTX_new(TLS_client_method())
        SSL_CTX_set_verify(settings, SSL_VERIFY_NONE, nil)
        connection = SSL_new(settings)
        super.init(owning: descriptor)
        SSL_set_fd(connection, descriptor)
        SSL_set_connect_state(connection)
        if let serverName { portico_ssl_set_server_name(connection, serverName) }
        let offer = protocols.flatMap { [UInt8($0.utf8.count)] + $0.utf8 }
        if !offer.isEmpty { SSL_set_alpn_protos(connection, offer, UInt32(offer.count)) }
        guard let client else { return }
        SSL_use_certificate_chain_file(connection, client.certificate)
        SSL_use_PrivateKey_file(connection, client.key, SSL_FILETYPE_PEM)
    }

    /// A server's end.
    ///
    /// - Parameter pair: the paths of its certificate and key.
    init(accepting descriptor: Int32, pair: (certificate: String, key: String)) {
        settings = SSL_CTX_new(TLS_server_method())
        SSL_CTX_use_certificate_chain_file(settings, pair.certificate)
        SSL_CTX_use_PrivateKey_file(settings, pair.key, SSL_FILETYPE_PEM)
        connection = SSL_new(settings)
        super.init(owning: descriptor)
        SSL_set_fd(connection, descriptor)
        SSL_set_accept_state(connection)
    }

    deinit {
        SSL_free(connection)
        SSL_CTX_free(settings)
    }

    override func transmit(_ bytes: UnsafeRawBufferPointer) -> Int {
        // A write that would block must be repeated with the same bytes.
        let count = SSL_write(connection, bytes.baseAddress, Int32(min(bytes.count, 16384)))
        return outcome(count)
    }

    override func absorb(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        let count = SSL_read(connection, bytes.baseAddress, Int32(bytes.count))
        if count <= 0, SSL_get_shutdown(connection) & SSL_RECEIVED_SHUTDOWN != 0 {
            wasEndedProperly = true
            return 0
        }
        return outcome(count)
    }

    /// Says that nothing more follows, and goes on reading.
    func endProperly() {
        SSL_shutdown(connection)
        halfClose()
    }

    /// A copy of the session to come back with; nil where the server has sent none.
    var session: OpaquePointer? { SSL_get1_session(connection).flatMap { SSL_SESSION_dup($0) } }

    /// Comes back with a session.
    func offer(_ session: OpaquePointer) { SSL_set_session(connection, session) }

    var isResumed: Bool { SSL_session_reused(connection) == 1 }

    private func outcome(_ count: Int32) -> Int {
        guard count <= 0 else { return Int(count) }
        let error = SSL_get_error(connection, count)
        ERR_clear_error()
        errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET
        return -1
    }

    /// A certificate for `registry.test`, made once.
    static let certificates = certificates(protocols: ["http/1.1"])

    /// A certificate for `registry.test`, which is shown to clients of HTTP/2 too.
    static let certificatesForHTTP2 = certificates(protocols: ["h2", "http/1.1"])

    private static func certificates(protocols: [ByteString]) -> CertificateSelector {
        var selector = CertificateSelector()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("proxy-\(UUID().uuidString)")
        let certificate = folder.appendingPathComponent("pair.crt")
        let key = folder.appendingPathComponent("pair.key")
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            let pair = try SelfSigned.make(names: ["registry.test"], addresses: [], days: 30)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(pair.certificate).write(to: certificate)
            try Data(pair.key).write(to: key)
            selector.fallback = try TLSContext(
                certificate: Certificate.load(certificate: certificate.path, key: key.path),
                policy: .mozillaIntermediate, protocols: protocols)
        } catch {
            preconditionFailure("no certificate: \(error)")
        }
        return selector
    }
}
