internal import Bytes
internal import Glibc
internal import Routing
internal import TLS

extension VariableValues {
    /// Appends a value of the client's TLS connection.
    func append(_ variable: TLSVariable, to output: inout ByteBuffer) {
        guard let tls = exchange.downstream.tls else { return }
        switch variable {
        case .applicationProtocol: tls.negotiatedProtocol?.withBytes { output.append($0) }
        case .cipher: output.append(tls.cipherName)
        case .protocolVersion: if let version = tls.protocolVersion { output.append(version.name) }
        case .serverName: tls.serverName?.withBytes { output.append($0) }
        case .sessionReused: output.append(tls.isResumed ? "r" : ".")
        case .clientVerify: appendVerdict(on: tls, to: &output)
        default: appendClient(variable, of: tls, to: &output)
        }
    }

    private func appendVerdict(on tls: TLSStream, to output: inout ByteBuffer) {
        switch exchange.host?.demand?.clients.flatMap({ tls.verdict(of: $0) }) {
        case nil, ClientVerdict.none?: output.append("NONE")
        case .trusted?: output.append("SUCCESS")
        case .untrusted(let fault)?:
            output.append("FAILED:")
            ByteString(fault.text).withBytes { output.append($0) }
        }
    }

    private func appendClient(_ variable: TLSVariable, of tls: TLSStream, to output: inout ByteBuffer) {
        // A host that asks for no certificate is not told of one that was shown to another.
        guard let rules = exchange.host?.demand?.clients, tls.verdict(of: rules) != nil,
            let certificate = tls.clientCertificate
        else { return }
        switch variable {
        case .clientFingerprint: certificate.fingerprint.withBytes { output.append($0) }
        case .clientIssuer: certificate.issuer.withBytes { output.append($0) }
        case .clientSerial: certificate.serial.withBytes { output.append($0) }
        case .clientSubject: certificate.subject.withBytes { output.append($0) }
        case .clientValidFrom: certificate.validFrom.withBytes { output.append($0) }
        case .clientValidUntil: certificate.validUntil.withBytes { output.append($0) }
        case .clientRemaining: output.append(decimal: max(0, Int(certificate.notAfter) - time(nil)) / 86_400)
        case .clientRawCertificate: certificate.pem.withBytes { output.append($0) }
        case .clientEscapedCertificate: appendEscaped(certificate.pem, to: &output)
        case .applicationProtocol, .cipher, .clientVerify, .protocolVersion, .serverName, .sessionReused: break
        }
    }

    private func appendEscaped(_ text: ByteString, to output: inout ByteBuffer) {
        for byte in text.bytes {
            if ASCII.isLetter(byte) || ASCII.isDigit(byte) || Self.unescaped.contains(byte) {
                output.append(byte)
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(Self.hexadecimal[Int(byte >> 4)])
                output.append(Self.hexadecimal[Int(byte & 15)])
            }
        }
    }

    private static let unescaped = Array("-._~".utf8)
    private static let hexadecimal = Array("0123456789ABCDEF".utf8)
}
