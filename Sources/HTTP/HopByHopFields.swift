internal import Bytes

/// Finds the fields that must not be passed on (RFC 9110 §7.6.1).
enum HopByHopFields {
    // Each option that is not known is compared with each field, so their number is bounded.
    private static let optionLimit = 32

    /// Marks as dropped each field that a `Connection` field names; nil when there are too many options.
    ///
    /// Only names that no rule knows can be taken away so: a client that names `Host`, `Content-Length`,
    /// `Authorization` or `X-Forwarded-For` does not get rid of it (CVE-2022-31813). Fields that are of one hop by
    /// their own name are marked when they are parsed.
    static func drop(in fields: inout HeaderFields, _ text: UnsafeRawBufferPointer) -> ConnectionOptions? {
        var options: ConnectionOptions = []
        var count = 0
        for index in fields.indices where fields[index].known == .connection {
            for element in ListElements(text[fields[index].value]) {
                count += 1
                guard count <= optionLimit else { return nil }
                if element.equalsFolded("close") {
                    options.insert(.close)
                } else if element.equalsFolded("keep-alive") {
                    options.insert(.keepAlive)
                } else if element.equalsFolded("upgrade") {
                    options.insert(.upgrade)
                } else {
                    drop(element, in: &fields, text)
                }
            }
        }
        return options
    }

    /// Marks as dropped each field with `_` in its name: behind CGI such a name cannot be told from its twin with `-`.
    static func dropUnderscored(in fields: inout HeaderFields, _ text: UnsafeRawBufferPointer) {
        for index in fields.indices where fields[index].known == .other {
            if text.position(of: UInt8(ascii: "_"), in: fields[index].name) != nil { fields[index].isDropped = true }
        }
    }

    private static func drop(
        _ option: UnsafeRawBufferPointer, in fields: inout HeaderFields, _ text: UnsafeRawBufferPointer
    ) {
        for index in fields.indices where fields[index].known == .other {
            if ASCII.equalsIgnoringCase(text[fields[index].name], option) { fields[index].isDropped = true }
        }
    }
}
