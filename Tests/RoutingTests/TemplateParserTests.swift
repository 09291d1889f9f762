import Bytes
import Testing

@testable import Routing

@Suite("Text with variables")
struct TemplateParserTests {
    @Test(
        "takes variables out of text",
        arguments: [
            ("", []),
            ("plain", ["plain"]),
            ("$host", ["<host>"]),
            ("$HOST", ["<host>"]),
            ("${host}", ["<host>"]),
            ("a$host", ["a", "<host>"]),
            ("${host}b", ["<host>", "b"]),
            ("$host-$args", ["<host>", "-", "<args>"]),
            ("$scheme://$http_host$request_uri", ["<scheme>", "://", "<http(host)>", "<requestURI>"]),
            ("$host$host", ["<host>", "<host>"]),
            ("$http_user_agent", ["<http(user-agent)>"]),
            ("$sent_http_x_a$upstream_http_x_b", ["<sentHTTP(x-a)>", "<upstreamHTTP(x-b)>"]),
            ("$arg_Page_No", ["<argument(page_no)>"]),
            ("$document_uri $query_string", ["<uri>", " ", "<args>"]),
            ("$proxy_add_x_forwarded_for", ["<proxyAddForwardedFor>"]),
            ("$proxy_x_forwarded_proto", ["<forwardedProto>"]),
        ] as [(String, [String])])
    func variables(text: String, expected: [String]) throws {
        #expect(try written(TemplateParser.parse(ByteString(text))) == expected)
    }

    @Test(
        "says what is wrong with a variable and where",
        arguments: [
            ("$", 0, 1, "a $ must be followed by the name of a variable"),
            ("ab$", 2, 1, "a $ must be followed by the name of a variable"),
            ("a$-", 1, 1, "a $ must be followed by the name of a variable"),
            ("${}", 0, 3, "a $ must be followed by the name of a variable"),
            ("${host", 0, 6, "the variable ${host lacks its closing }"),
            ("x${a b}", 1, 3, "the variable ${a lacks its closing }"),
            ("x $nope y", 2, 5, "unknown variable $nope"),
            ("$0", 0, 2, "unknown variable $0"),
            ("$http_", 0, 6, "unknown variable $http_"),
        ])
    func faults(text: String, offset: Int, length: Int, message: String) {
        let error = #expect(throws: TemplateError.self) { try TemplateParser.parse(ByteString(text)) }
        #expect(error?.offset == offset)
        #expect(error?.length == length)
        #expect(error?.message == message)
    }

    @Test("takes one digit for the name of a capture, and what follows for text", arguments: ["$10", "${1}0"])
    func captures(_ text: String) throws {
        #expect(try TemplateParser.parse(ByteString(text)).pieces == [.variable(.capture(1)), .literal("0")])
    }

    @Test("names the variable that was probably meant")
    func suggestion() {
        let error = #expect(throws: TemplateError.self) { try TemplateParser.parse("$remote_adr") }
        #expect(error?.hint == "did you mean $remote_addr?")
    }

    @Test("is a constant where it has no variable")
    func constants() throws {
        #expect(try TemplateParser.parse("").constant == "")
        #expect(try TemplateParser.parse("a").constant == "a")
        #expect(try TemplateParser.parse("a$host").constant == nil)
    }

    @Test("is put together from literals and values")
    func evaluation() throws {
        struct Values: VariableSource {
            func append(_ variable: Variable, to buffer: inout ByteBuffer) {
                if variable == .host { buffer.append("example.org") }
            }
        }
        var buffer = ByteBuffer()
        try TemplateParser.parse("<$host|$args>").append(to: &buffer, from: Values())
        #expect(String(decoding: buffer.readable, as: UTF8.self) == "<example.org|>")
    }
}
