internal import Bytes

extension HostFileCompiler {
    /// The cases of `proxy_next_upstream CASE…` or `proxy_next_upstream off`.
    func nextConditions(_ directive: Directive) throws(Diagnostic) -> NextUpstream.Conditions {
        var conditions: NextUpstream.Conditions = []
        for argument in directive.arguments {
            guard argument.text != "off" else { continue }
            guard let condition = Self.nextConditions[argument.text] else {
                throw directive.error(
                    argument, "\(Quoted(argument.text)) is not a choice here",
                    hint:
                        "write off, or some of \(Self.nextConditions.keys.map(\.text).sorted().joined(separator: ", "))"
                )
            }
            conditions.formUnion(condition)
        }
        return conditions
    }

    private static let nextConditions: [ByteString: NextUpstream.Conditions] = [
        "error": .error, "timeout": .timeout, "invalid_header": .invalidHeader, "non_idempotent": .nonIdempotent,
        "http_403": .status403, "http_404": .status404, "http_429": .status429, "http_500": .status500,
        "http_502": .status502, "http_503": .status503, "http_504": .status504,
    ]
}
