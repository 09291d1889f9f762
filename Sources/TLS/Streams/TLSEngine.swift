internal import Bytes
internal import COpenSSL
internal import Net

/// One worker's part of TLS: where its connections begin, and the buffer through which they write.
///
/// It belongs to one thread.
package final class TLSEngine {
    /// Decides which certificate each new connection is shown; connections under way keep theirs.
    package var selector: CertificateSelector

    let ticketKeys: TicketKeys
    let wire: UnsafeMutablePointer<TLSWire>
    private let settings: OpenSSLObject
    private let bio: OpenSSLObject

    /// An engine that shows the selector's certificates and seals session tickets with the keys.
    ///
    /// - Throws: `TLSError.setUp` when OpenSSL refuses.
    package init(selector: CertificateSelector, ticketKeys: TicketKeys) throws(TLSError) {
        let settings = try TLSContext.makeSettings(.mozillaIntermediate)
        // Greetings are answered with the certificate's own settings; until it is known, these hold.
        SSL_CTX_set_client_hello_cb(settings.pointer, TLSStream.greeted, nil)
        guard portico_ctx_set_ticket_key_callback(settings.pointer, TLSStream.ticketHandled) == 1,
            let method = TLSWire.method, let bio = OpenSSLObject(BIO_new(method.pointer), release: BIO_free_all)
        else { throw .setUp(OpenSSLFault.take().text) }
        wire = .allocate(capacity: 1)
        wire.initialize(to: TLSWire())
        BIO_set_data(bio.pointer, wire)
        BIO_set_init(bio.pointer, 1)
        self.settings = settings
        self.bio = bio
        self.selector = selector
        self.ticketKeys = ticketKeys
    }

    deinit {
        wire.pointee.deallocate()
        wire.deinitialize(count: 1)
        wire.deallocate()
    }

    /// Begins the server's side of a connection; nil when memory has run out.
    ///
    /// - Parameters:
    ///   - socket: the connection's socket.
    ///   - localAddress: the address of this host that the client came to, which decides where it names no host.
    func accept(_ socket: StreamSocket, localAddress: IPAddress?) -> TLSStream? {
        guard let connection = SSL_new(settings.pointer) else {
            ERR_clear_error()
            return nil
        }
        SSL_set_accept_state(connection)
        attach(connection)
        return TLSStream(connection, socket: socket, engine: self, localAddress: localAddress)
    }

    /// Begins the client's side of a connection to a backend; nil when memory has run out.
    ///
    /// - Parameters:
    ///   - socket: the connection's socket.
    ///   - context: whose certificates are believed.
    ///   - serverName: the name or address that the backend is asked for; nil to ask for none.
    ///   - sessions: where the session comes from and goes to.
    ///   - offersHTTP2: whether HTTP/2 is asked for, and nothing else (RFC 7301).
    func connect(
        _ socket: StreamSocket, context: BackendContext, serverName: ByteString?, sessions: BackendSessions,
        offersHTTP2: Bool
    ) -> TLSStream? {
        guard let connection = SSL_new(context.object.pointer) else {
            ERR_clear_error()
            return nil
        }
        SSL_set_connect_state(connection)
        attach(connection)
        let stream = TLSStream(connection, socket: socket, engine: self, localAddress: nil)
        stream.sessions = sessions
        guard context.address(connection, to: serverName), !offersHTTP2 || Self.offerHTTP2(on: connection) else {
            ERR_clear_error()
            return nil
        }
        sessions.resume(on: connection)
        return stream
    }

    private static func offerHTTP2(on connection: OpaquePointer) -> Bool {
        let offer: StaticString = "\u{2}h2"
        return SSL_set_alpn_protos(connection, offer.utf8Start, UInt32(offer.utf8CodeUnitCount)) == 0
    }

    private func attach(_ connection: OpaquePointer) {
        // On the connection itself: what is set on its settings is lost when it takes over those of a certificate.
        SSL_set_info_callback(connection, TLSStream.progressed)
        BIO_up_ref(bio.pointer)
        SSL_set_bio(connection, bio.pointer, bio.pointer)
    }
}
