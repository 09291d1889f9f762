internal import Bytes

/// What the containers of one host say about the host as a whole; the oldest that says something decides.
struct ContainerSettings {
    /// `HTTPS_METHOD`.
    private(set) var httpsMethod: HTTPSMethod?
    /// `CERT_NAME`; an empty text where one was given that cannot name a pair.
    private(set) var certificate: String?
    /// `HSTS`.
    private(set) var hsts: String?
    /// `ENABLE_HTTP_ON_MISSING_CERT`.
    private(set) var servesHTTPWithoutCertificate: Bool?
    /// What was found wrong.
    private(set) var diagnostics: [Diagnostic] = []

    /// Reads the variables of the containers of `host`, which come oldest first.
    init(_ containers: [Container], host: String) {
        httpsMethod = choose("HTTPS_METHOD", containers, host, expecting: "redirect, noredirect, nohttp or nohttps") {
            HTTPSMethod(rawValue: $0)
        }
        certificate = choose("CERT_NAME", containers, host, expecting: "the name of a pair without / and ..") {
            Self.isFileName($0) ? $0 : nil
        }
        if certificate == nil, containers.contains(where: { $0.value("CERT_NAME") != nil }) { certificate = "" }
        hsts = choose("HSTS", containers, host, expecting: "off or a value such as max-age=31536000") {
            FieldText.isValid($0) ? $0 : nil
        }
        servesHTTPWithoutCertificate = choose(
            "ENABLE_HTTP_ON_MISSING_CERT", containers, host, expecting: "true or false"
        ) { Self.bool($0) }
    }

    private mutating func choose<Value: Equatable>(
        _ variable: String,
        _ containers: [Container],
        _ host: String,
        expecting: String,
        read: (String) -> Value?
    ) -> Value? {
        var chosen: (value: Value, text: String, container: String)?
        for container in containers {
            guard let text = container.value(variable) else { continue }
            guard let value = read(text) else {
                diagnostics.append(
                    Diagnostic(
                        .error, at: .container(container.name, variable: variable),
                        "\(Quoted(text)) cannot be used", hint: "write \(expecting)"))
                continue
            }
            guard let first = chosen else {
                chosen = (value, text, container.name)
                continue
            }
            guard first.value != value else { continue }
            diagnostics.append(
                Diagnostic(
                    .warning, at: .container(container.name, variable: variable),
                    "\(Quoted(text)) has no effect on \(host), because the older container \(first.container) says "
                        + "\(Quoted(first.text))",
                    hint: "give all containers of a host the same value"))
        }
        return chosen?.value
    }

    /// Whether the text can stand for a file in a folder without leading out of it.
    private static func isFileName(_ text: String) -> Bool {
        !text.hasPrefix(".") && text.utf8.count <= 250
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != ASCII.slash } && !text.contains("..")
    }

    private static func bool(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1", "t": true
        case "false", "0", "f": false
        default: nil
        }
    }
}

/// Text from outside that is to become the value of a field.
enum FieldText {
    /// Whether it holds no control byte but tabs.
    static func isValid(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == ASCII.tab }
    }
}
