/// Why a text cannot name a virtual host.
enum HostNameError: Error, Hashable {
    case badAddress
    case badByte(UInt8)
    case badLabel
    case badPattern(PatternError)
    case hasPort
    case isURL
    case misplacedStar
    case notASCII
    case tooLong

    /// What is wrong, to follow the name.
    var message: String {
        switch self {
        case .badAddress: "is not an IPv6 address"
        case .badByte(let byte): "holds \(Self.shown(byte)), which no host name has"
        case .badLabel: "has a part between dots that is empty or longer than 63 bytes"
        case .hasPort: "holds a port"
        case .badPattern(let error): "\(error.message) (at byte \(error.offset + 2))"
        case .isURL: "is a URL"
        case .misplacedStar: "has a * that is not the whole first or last part"
        case .notASCII: "holds characters beyond ASCII that no host name has, or letters in parts"
        case .tooLong: "is longer than 253 bytes"
        }
    }

    /// What to write instead.
    var hint: String? {
        switch self {
        case .badAddress: "write it as [2001:db8::1]"
        case .badByte: "a host name has letters, digits, - and _ in parts between dots"
        case .badLabel, .badPattern, .tooLong: nil
        case .hasPort: "leave the port out; VIRTUAL_PORT says the port inside the container"
        case .isURL: "write the host name alone"
        case .misplacedStar: "write *.example.com or www.example.*"
        case .notASCII: "write the name in its xn-- form"
        }
    }

    private static func shown(_ byte: UInt8) -> String {
        byte > 0x20 && byte < 0x7f
            ? "\"\(Character(Unicode.Scalar(byte)))\"" : byte == 0x20 ? "a space" : "a control byte"
    }
}
