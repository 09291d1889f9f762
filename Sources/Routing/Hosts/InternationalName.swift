internal import Bytes

/// Turns a host name with letters beyond ASCII into the form in which clients send it (RFC 5891).
enum InternationalName {
    /// The name with each such part as `xn--…`, in lower case.
    ///
    /// Letters, marks and digits of any script pass. A mark that could be part of one composed letter is refused, since the
    /// two spellings make different names (RFC 5891 §5.3 demands the composed one).
    static func ascii(_ name: some StringProtocol) throws(HostNameError) -> String {
        var labels: [String] = []
        for label in name.unicodeScalars.split(omittingEmptySubsequences: false, whereSeparator: isDot) {
            let text = String(String.UnicodeScalarView(label)).lowercased()
            guard text.utf8.contains(where: { $0 >= 0x80 }) else {
                labels.append(text)
                continue
            }
            guard text.unicodeScalars.allSatisfy(isAllowed), let encoded = Punycode.encode(text) else {
                throw .notASCII
            }
            labels.append("xn--" + encoded)
        }
        return labels.joined(separator: ".")
    }

    private static func isDot(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", "\u{3002}", "\u{ff0e}", "\u{ff61}": true
        default: false
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 { return isNameLetter(UInt8(scalar.value)) }
        // Latin, Greek and Cyrillic letters with these marks exist composed.
        if (0x300...0x36f).contains(scalar.value) { return false }
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .nonspacingMark, .spacingMark: return true
        default: return false
        }
    }

    private static func isNameLetter(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "-")
    }
}
