package import Bytes
internal import COpenSSL
internal import Glibc
internal import Net

/// One connection's TLS: plaintext on this side, records on the socket's side.
package final class TLSStream {
    /// The host that the client named (RFC 6066 §3), in lower case; nil when it named none that could be one.
    package internal(set) var serverName: ByteString?
    /// The certificate and policy that the client was given, once its greeting has come.
    package internal(set) var context: TLSContext?
    /// Why the connection failed, once it has.
    package private(set) var failure: TLSError?
    /// Whether the peer's bytes ended without its saying so (close_notify, RFC 8446 §6.1): they may have been cut.
    package private(set) var wasTruncated = false
    /// Whether the other side has sent a fatal alert.
    var isAborted = false
    /// Whether a read may bring something; false until the socket has news.
    private(set) var mayRead = true
    /// Whether the handshake is complete.
    private(set) var isEstablished = false

    /// Where sessions are kept that a backend offers.
    var sessions: BackendSessions?
    let engine: TLSEngine
    let localAddress: IPAddress?
    /// Whether the client was refused for the name it asked for, or for naming none.
    var isNameRefused = false
    /// Handshake messages and alerts since the last data, on either side.
    private var messages = 0
    /// What was received and OpenSSL has not taken yet; mostly nothing, and then no memory.
    private var rest = ByteBuffer()
    /// What every further read returns.
    private var ending: ReadResult?
    /// What the client's certificate was found to be, and by whose rules.
    private var judgement: (rules: ClientVerification, verdict: ClientVerdict)?
    private let connection: OpaquePointer
    private let socket: StreamSocket

    /// Takes over an SSL object that reads from and writes to the engine's byte stream.
    init(_ connection: OpaquePointer, socket: StreamSocket, engine: TLSEngine, localAddress: IPAddress?) {
        self.connection = connection
        self.socket = socket
        self.engine = engine
        self.localAddress = localAddress
        SSL_set_ex_data(connection, 0, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        // Else OpenSSL takes the session for broken, and the next connection could not go on from it.
        if sessions != nil { SSL_set_shutdown(connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
        SSL_free(connection)
    }

    /// The application protocol that was agreed on (RFC 7301); nil when the client offered none. Copies its name.
    package var negotiatedProtocol: ByteString? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(connection, &name, &count)
        return name.map { ByteString(UnsafeRawBufferPointer(start: $0, count: Int(count))) }
    }

    /// Whether HTTP/2 was agreed on (RFC 9113 §3.2).
    package var speaksHTTP2: Bool {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(connection, &name, &count)
        return count == 2 && name?[0] == UInt8(ascii: "h") && name?[1] == UInt8(ascii: "2")
    }

    /// The version that was agreed on; nil during the handshake.
    package var protocolVersion: ProtocolVersion? {
        isEstablished ? ProtocolVersion(rawValue: SSL_version(connection)) : nil
    }

    /// Whether the connection went on from an earlier one's session.
    package var isResumed: Bool { SSL_session_reused(connection) == 1 }

    /// The certificate that the client has shown, whether or not it is any good; nil where it has shown none.
    package private(set) lazy var clientCertificate = ClientCertificate(SSL_get1_peer_certificate(connection))

    /// The name of the cipher that was agreed on, as OpenSSL writes it; empty during the handshake.
    package var cipherName: UnsafeRawBufferPointer {
        guard isEstablished, let name = SSL_CIPHER_get_name(SSL_get_current_cipher(connection)) else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: name, count: strlen(name))
    }

    /// What the client's certificate is by the rules of a host; nil where it was not asked to show it to this host.
    ///
    /// Rules that have changed since the handshake are applied anew.
    package func verdict(of rules: ClientVerification) -> ClientVerdict? {
        if let judgement, judgement.rules === rules { return judgement.verdict }
        guard isEstablished, context?.clients?.host == rules.host else { return nil }
        var verdict = ClientVerdict.none
        if let leaf = SSL_get0_peer_certificate(connection) {
            let code = rules.authorities.verify(
                leaf, chain: SSL_get_peer_cert_chain(connection), depth: rules.depth,
                level: SSL_get_security_level(connection))
            verdict = code == X509_V_OK ? .trusted : .untrusted(ClientVerdict.Fault(code: code))
        }
        judgement = (rules, verdict)
        return verdict
    }

    /// Takes note that the socket has something to read.
    @inline(__always)
    func becameReadable() { mayRead = true }

    /// Takes the handshake as far as the peer's messages allow.
    func handshake() -> HandshakeResult {
        if let failure { return .failed(failure) }
        if isEstablished { return .complete }
        // What an earlier call may have left would be taken for the reason of a failure.
        ERR_clear_error()
        engine.wire.pointee.beginReading(socket, room: 0, rest: &rest)
        let result = SSL_do_handshake(connection)
        let isFollowed = !engine.wire.pointee.isEmpty
        engine.wire.pointee.endReading(rest: &rest)
        if result == 1, isFollowed, SSL_is_server(connection) == 1, SSL_version(connection) == TLS1_3_VERSION {
            // Only a ticket is left to send, and the client has asked already: the answer takes it along.
            socket.withhold(engine.wire.pointee.takeOutput())
        }
        // The alert that tells the peer why it is refused leaves here too.
        let sent = sendOutput(more: false)
        if result == 1 {
            isEstablished = true
            return .complete
        }
        if case .failed(let error) = sent { return .failed(fail(.socket(error))) }
        if engine.wire.pointee.hasBlocked {
            mayRead = false
            return .wouldBlock
        }
        return .failed(fail(fault()))
    }

    /// Reads and decrypts what one system call brings, or as many as the first record takes, or as many as there is room for what
    /// each of them may bring. Where the buffer is not full then, more may still have come.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadResult {
        if let ending { return ending }
        guard let start = buffer.baseAddress else { return .wouldBlock }
        let wire = engine.wire
        wire.pointee.beginReading(socket, room: buffer.count, rest: &rest)
        var total = 0
        var isOpen = true
        while total < buffer.count {
            let count = SSL_read(connection, start + total, Int32(clamping: buffer.count - total))
            guard count > 0 else {
                isOpen = wire.pointee.hasBlocked || wire.pointee.wantsMore
                if isOpen { mayRead = socket.mayReceive }
                break
            }
            total += Int(count)
            messages = 0
            wire.pointee.isSated = buffer.count - total < TLSWire.fullRoom
            // Nothing is left on either side of OpenSSL, which would only find that out at some length.
            if wire.pointee.isEmpty, wire.pointee.isSated || !socket.mayReceive, SSL_has_pending(connection) == 0 {
                mayRead = socket.mayReceive
                break
            }
        }
        if !isOpen { end() }
        wire.pointee.endReading(rest: &rest)
        // Answers to the peer's own: key updates, alerts.
        _ = sendOutput(more: false)
        if total == 0 { _ = socket.sendWithheld() }
        if total > 0 { return .bytes(total) }
        return isOpen ? .wouldBlock : ending ?? .end
    }

    /// Encrypts the bytes and sends the records; what the socket does not take is kept.
    ///
    /// - Parameters:
    ///   - more: whether the next piece follows at once.
    ///   - ends: whether nothing follows at all, which the peer is told along with the bytes.
    func write(_ bytes: UnsafeRawBufferPointer, more: Bool, ends: Bool) -> WriteResult {
        if case .failed(let error) = ending { return .failed(error) }
        var result = socket.hasPending ? WriteResult.pending : .complete
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, TLSWire.pieceLimit)
            engine.wire.pointee.begin(socket)
            guard SSL_write(connection, rest.baseAddress, Int32(count)) == Int32(count) else {
                return .failed(brokenOff(fault()))
            }
            if ends, count == rest.count { notifyEnd() }
            result = sendOutput(more: more || count < rest.count)
            if case .failed = result { return result }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return result
    }

    /// Tells the peer that no more bytes follow (close_notify); reading may go on.
    func closeNotify() -> WriteResult {
        engine.wire.pointee.begin(socket)
        notifyEnd()
        return sendOutput(more: false)
    }

    private func notifyEnd() {
        // A second call would not write but read, and stumble over data (SSL_shutdown(3)).
        guard isEstablished, failure == nil, SSL_get_shutdown(connection) & SSL_SENT_SHUTDOWN == 0 else { return }
        if SSL_shutdown(connection) < 0 { ERR_clear_error() }
    }

    /// Counts what OpenSSL does besides passing data on, and cuts a peer off that does nothing else.
    func noteMessage() {
        guard isEstablished else { return }
        messages += 1
        if messages > Self.messageLimit { engine.wire.pointee.isCutOff = true }
    }

    /// Each key update counts twice: it is read and answered.
    private static let messageLimit = 64

    @inline(__always)
    private func sendOutput(more: Bool) -> WriteResult {
        let wire = engine.wire
        guard wire.pointee.outputCount > 0 else { return socket.hasPending ? .pending : .complete }
        return socket.send(wire.pointee.takeOutput(), more: more)
    }

    private func end() {
        // OpenSSL notes a fatal alert as the peer's end, too.
        if SSL_get_shutdown(connection) & SSL_RECEIVED_SHUTDOWN != 0, !isAborted {
            ending = .end
        } else if engine.wire.pointee.hasEnded {
            wasTruncated = true
            ending = .end
        } else {
            _ = brokenOff(fault())
        }
        ERR_clear_error()
    }

    private func brokenOff(_ fault: TLSError) -> SystemError {
        fail(fault)
        let error: SystemError
        if case .socket(let cause) = fault {
            error = cause
        } else {
            error = SystemError(call: "SSL_read", code: EPROTO)
        }
        ending = .failed(error)
        return error
    }

    @discardableResult
    private func fail(_ fault: TLSError) -> TLSError {
        failure = fault
        return fault
    }

    private func fault() -> TLSError {
        let wire = engine.wire.pointee
        let fault = OpenSSLFault.take()
        if let failure = wire.failure { return .socket(failure) }
        if wire.isCutOff { return .tooManyMessages }
        if wire.hasEnded { return .peerClosed }
        if isNameRefused { return .unknownServerName(serverName) }
        guard fault.library == ERR_LIB_SSL else { return .protocolFault(fault.text) }
        switch fault.reason {
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: return .plainHTTP
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            return .untrustedPeer(String(cString: X509_verify_cert_error_string(SSL_get_verify_result(connection))))
        case SSL_AD_REASON_OFFSET...SSL_AD_REASON_OFFSET + 255:
            return .peerAlert(UInt8(fault.reason - SSL_AD_REASON_OFFSET))
        default: return .protocolFault(fault.text)
        }
    }
}
