package import Bytes

/// The form of an access log's lines, compiled once (nginx: `log_format`).
package struct LogFormat: Hashable, Sendable {
    /// How the values of variables are written (nginx: `escape=`).
    package enum Escape: String, CaseIterable, Sendable {
        /// Quotes, backslashes and whatever is no printable ASCII as `\xHH`; `-` for a variable without a value.
        case `default`
        /// As the inside of a JSON string.
        case json
        /// As they are. A client can then forge lines.
        case none
    }

    /// The text of a line, without its end.
    package let template: Template
    /// How the values in it are written.
    package let escape: Escape

    /// A compiled form.
    package init(template: Template, escape: Escape = .default) {
        self.template = template
        self.escape = escape
    }

    /// Compiles text as `log_format` takes it.
    ///
    /// - Throws: an error at `place` where a variable is unknown or the text is empty.
    package init(
        compiling text: ByteString, escape: Escape = .default, at place: Diagnostic.Place
    ) throws(Diagnostic) {
        guard !text.isEmpty else { throw Diagnostic(.error, at: place, "the format is empty") }
        do throws(TemplateError) {
            self.init(template: try TemplateParser.parse(text), escape: escape)
        } catch {
            throw Diagnostic(.error, at: place, error.message, hint: error.hint)
        }
    }
}

extension LogFormat {
    /// nginx-proxy's form: that of Apache's combined log between host and backend.
    package static let virtualHost = LogFormat(
        template: Template(
            pieces: [.variable(.host), .literal(" ")] + combinedPieces
                + [.literal("\" \""), .variable(.upstreamAddress), .literal("\"")]))

    /// nginx's own form where a directive names none: that of Apache's combined log.
    package static let combined = LogFormat(template: Template(pieces: combinedPieces + [.literal("\"")]))

    /// The form that nginx's image names `main`: combined, and whom the client came for.
    package static let main = LogFormat(
        template: Template(
            pieces: combinedPieces + [.literal("\" \""), .variable(.http("x-forwarded-for")), .literal("\"")]))

    /// What nginx-proxy writes where `LOG_JSON` is set: an object a line, all of its values text.
    package static let json: LogFormat = {
        let members: [(name: String, value: Variable)] = [
            ("time_local", .timeISO8601), ("client_ip", .http("x-forwarded-for")), ("remote_addr", .remoteAddress),
            ("request", .request), ("status", .status), ("body_bytes_sent", .bodyBytesSent),
            ("request_time", .requestTime), ("upstream_response_time", .upstreamResponseTime),
            ("upstream_addr", .upstreamAddress), ("http_referrer", .http("referer")),
            ("http_user_agent", .http("user-agent")), ("request_id", .requestID),
        ]
        var pieces: [Template.Piece] = []
        for (index, member) in members.enumerated() {
            pieces.append(.literal(ByteString((index == 0 ? "{\"" : "\",\"") + member.name + "\":\"")))
            pieces.append(.variable(member.value))
        }
        return LogFormat(template: Template(pieces: pieces + [.literal("\"}")]), escape: .json)
    }()

    /// The forms that may be named without having been declared.
    package static let predefined: [ByteString: LogFormat] = ["combined": combined, "main": main]

    /// Up to the client's program, whose closing quote is missing.
    private static let combinedPieces: [Template.Piece] = [
        .variable(.remoteAddress), .literal(" - "), .variable(.remoteUser), .literal(" ["), .variable(.timeLocal),
        .literal("] \""), .variable(.request), .literal("\" "), .variable(.status), .literal(" "),
        .variable(.bodyBytesSent), .literal(" \""), .variable(.http("referer")), .literal("\" \""),
        .variable(.http("user-agent")),
    ]
}
