internal import Bytes
internal import COpenSSL
internal import Glibc

/// What OpenSSL calls while it works on a connection.
///
/// Every connection carries its `TLSStream` as its first piece of extra data; the stream owns the connection, so it is
/// alive whenever one of these is called.
extension TLSStream {
    private static func of(_ connection: OpaquePointer?) -> TLSStream? {
        SSL_get_ex_data(connection, 0).map { Unmanaged<TLSStream>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The client's greeting has come: chooses the certificate (SSL_CTX_set_client_hello_cb(3)).
    ///
    /// This early, because a session is looked up right after it, and must already be bound to the chosen host.
    static let greeted:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
            connection, alert, _ in
            guard let connection, let stream = of(connection) else { return SSL_CLIENT_HELLO_ERROR }
            stream.saveTicket(connection)
            if let refusal = stream.chooseContext(connection) {
                alert?.pointee = refusal
                return SSL_CLIENT_HELLO_ERROR
            }
            return SSL_CLIENT_HELLO_SUCCESS
        }

    /// Tells the client that its host name was made use of (SSL_CTX_set_tlsext_servername_callback(3)).
    static let serverNameAccepted:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
            connection, _, _ in
            of(connection)?.serverName == nil ? SSL_TLSEXT_ERR_NOACK : SSL_TLSEXT_ERR_OK
        }

    /// The client offers application protocols: picks one, or refuses as RFC 7301 §3.2 wants.
    static let protocolsOffered:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
            UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
        ) -> Int32 = { connection, chosen, chosenCount, offers, offersCount, _ in
            let list = UnsafeRawBufferPointer(start: offers, count: Int(offersCount))
            guard let protocols = of(connection)?.context?.protocols,
                let offer = ClientHello.offer(in: list, preferred: protocols)
            else { return SSL_TLSEXT_ERR_ALERT_FATAL }
            chosen?.pointee = offer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            chosenCount?.pointee = UInt8(truncatingIfNeeded: offer.count)
            return SSL_TLSEXT_ERR_OK
        }

    /// The client wants to know the status of the certificate (SSL_CTX_set_tlsext_status_cb(3)): it gets what is in memory.
    static let statusAsked: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { connection, _ in
        guard let connection, let staple = of(connection)?.context?.certificate.staple,
            let status = staple.status(at: Int64(time(nil)))
        else { return SSL_TLSEXT_ERR_NOACK }
        let isTaken = status.bytes.withUnsafeBytes { portico_ssl_set_status(connection, $0.baseAddress, $0.count) }
        return isTaken == 1 ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK
    }

    /// The client has shown a certificate (SSL_CTX_set_cert_verify_callback(3)).
    ///
    /// It is judged when a request comes, by the rules of that time, so that the client can be told in its own language
    /// what is wrong with it, as nginx does. That the key is the client's is proved in the handshake.
    static let certificateShown: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { _, _ in 1 }

    /// A session ticket is to be sealed or opened (SSL_CTX_set_tlsext_ticket_key_evp_cb(3)).
    static let ticketHandled:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, OpaquePointer?, OpaquePointer?,
            Int32
        ) -> Int32 = { connection, name, vector, cipher, authenticator, isSealing in
            guard let keys = of(connection)?.engine.ticketKeys, let name, let vector, let cipher, let authenticator
            else { return -1 }
            let ticket = TicketParts(name: name, vector: vector, cipher: cipher, authenticator: authenticator)
            guard isSealing != 1 else { return keys.seal(ticket) }
            let verdict = keys.open(ticket)
            // A client of TLS 1.3 uses a ticket once (RFC 8446 §C.4), and OpenSSL gives it the next one only when told to.
            return verdict == 1 && SSL_version(connection) == TLS1_3_VERSION ? 2 : verdict
        }

    /// A backend has offered a session to go on from later (SSL_CTX_sess_set_new_cb(3)); 1 takes over its reference.
    static let sessionMade: @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32 = { connection, session in
        guard let session, let sessions = of(connection)?.sessions else { return 0 }
        sessions.keep(session)
        return 1
    }

    /// OpenSSL has dealt with a handshake message or an alert (SSL_CTX_set_info_callback(3)).
    static let progressed: @convention(c) (OpaquePointer?, Int32, Int32) -> Void = { connection, event, value in
        guard let stream = of(connection) else { return }
        // One that ends the handshake ends all, and before that the version is not settled.
        if event == SSL_CB_READ_ALERT, stream.isEstablished, isFatal(value, on: connection) { stream.isAborted = true }
        stream.noteMessage()
    }

    /// Whether an alert, its level and number in a byte each, ends the connection as broken (RFC 8446 §6, RFC 5246 §7.2).
    private static func isFatal(_ alert: Int32, on connection: OpaquePointer?) -> Bool {
        let (level, number) = (alert >> 8, alert & 0xff)
        guard number != SSL_AD_CLOSE_NOTIFY else { return false }
        return level == SSL3_AL_FATAL || SSL_version(connection) == TLS1_3_VERSION && number != SSL_AD_USER_CANCELLED
    }

    /// A client that does not say how it would resume cannot (RFC 8446 §4.2.9): Go's clients, docker among them, by custom.
    private func saveTicket(_ connection: OpaquePointer) {
        let isOffered = SSL_client_hello_get0_ext(connection, UInt32(TLSEXT_TYPE_psk_kex_modes), nil, nil) == 1
        if !isOffered { SSL_set_num_tickets(connection, 0) }
    }

    /// The alert to refuse the client with, nil once a certificate was chosen.
    private func chooseContext(_ connection: OpaquePointer) -> Int32? {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        if SSL_client_hello_get0_ext(connection, UInt32(TLSEXT_TYPE_server_name), &bytes, &count) == 1 {
            switch ClientHello.serverName(UnsafeBufferPointer(start: bytes, count: count).span) {
            case .host(let name): serverName = name
            case .unusable: return use(engine.selector.fallback, connection)
            case .malformed: return SSL_AD_DECODE_ERROR
            }
        }
        return use(engine.selector.select(serverName: serverName, localAddress: localAddress), connection)
    }

    private func use(_ chosen: TLSContext?, _ connection: OpaquePointer) -> Int32? {
        guard let chosen else {
            isNameRefused = true
            return SSL_AD_UNRECOGNIZED_NAME
        }
        context = chosen
        return chosen.adopt(connection, serverName: serverName) ? nil : SSL_AD_INTERNAL_ERROR
    }
}
