internal import Bytes

extension Return {
    /// `return CODE`, `return CODE TEXT`, `return CODE URL` or `return URL`.
    init(_ directive: Directive) throws(Diagnostic) {
        let first = directive.arguments[0]
        if let status = first.text.withBytes({ ASCII.decimal($0) }) {
            guard (200...999).contains(status) else {
                throw directive.error(first, "\(status) is not a status that can be answered", hint: "write 200 to 999")
            }
            if directive.arguments.count == 1 {
                self.init(status: status)
            } else if Self.redirects.contains(status) {
                self.init(status: status, content: .redirect(try directive.fieldValue(directive.arguments[1])))
            } else {
                self.init(status: status, content: .text(try directive.template(directive.arguments[1])))
            }
        } else {
            guard directive.arguments.count == 1, Self.isURL(first.text) else {
                throw directive.error(
                    first, "\(Quoted(first.text)) is neither a status nor a URL",
                    hint: "write return CODE, return CODE TEXT or return http://…")
            }
            self.init(status: 302, content: .redirect(try directive.fieldValue(first)))
        }
    }

    private static func isURL(_ text: ByteString) -> Bool {
        ["http://", "https://", "$scheme"].contains { text.bytes.starts(with: $0.utf8) }
    }

    private static let redirects: Set<Int> = [301, 302, 303, 307, 308]
}
