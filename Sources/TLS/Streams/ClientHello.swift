package import Bytes

/// Reads the parts of a client's greeting that decide before OpenSSL does.
package enum ClientHello {
    /// What the server_name extension holds.
    package enum ServerName: Equatable {
        /// A host, in lower case and without a last dot.
        case host(ByteString)
        /// Nothing that could name a host here; it is served like an unknown one.
        case unusable
        /// The extension breaks its syntax.
        case malformed
    }

    /// Reads the contents of a server_name extension (RFC 6066 §3): a list that may hold one name of a host.
    package static func serverName(_ bytes: Span<UInt8>) -> ServerName {
        guard bytes.count >= 5, number(bytes, at: 0) == bytes.count - 2 else { return .malformed }
        let count = number(bytes, at: 3)
        // Host names are the only kind there is, and no kind may occur twice.
        guard bytes[2] == 0, count == bytes.count - 5, count > 0 else { return .malformed }
        let last = bytes[bytes.count - 1] == UInt8(ascii: ".") ? count - 1 : count
        guard last > 0, last <= 253 else { return .unusable }
        var name: [UInt8] = []
        name.reserveCapacity(last)
        for index in 5..<5 + last {
            let byte = ASCII.lowercased(bytes[index])
            guard isNameByte(byte) else { return .unusable }
            name.append(byte)
        }
        return .host(ByteString(name))
    }

    /// The offer in a list of protocol names, each behind its length (RFC 7301 §3.1), that comes first in `preferred`.
    package static func offer(in list: UnsafeRawBufferPointer, preferred: [ByteString]) -> UnsafeRawBufferPointer? {
        for wanted in preferred {
            var index = 0
            while index < list.count {
                let end = index + 1 + Int(list[index])
                guard end <= list.count else { return nil }
                let name = UnsafeRawBufferPointer(rebasing: list[(index + 1)..<end])
                if wanted.withBytes({ ASCII.equals($0, name) }) { return name }
                index = end
            }
        }
        return nil
    }

    /// Letters, digits, `-`, `.`, `_` (not a host name's, but in use), and `:` for those who send an IPv6 address.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_") || byte == ASCII.colon
    }

    private static func number(_ bytes: Span<UInt8>, at index: Int) -> Int {
        Int(bytes[index]) << 8 | Int(bytes[index + 1])
    }
}
