import HTTP
import Testing

@Suite("Methods")
struct MethodTests {
    private static func find(_ text: String) -> HTTP.Method {
        Array(text.utf8).withUnsafeBytes { HTTP.Method($0) }
    }

    @Test(
        "are known by their exact text",
        arguments: zip(
            ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"], HTTP.Method.allCases))
    func known(text: String, method: HTTP.Method) {
        #expect(Self.find(text) == method)
        #expect(Self.find(text.lowercased()) == .other)
        #expect(Self.find(text + "X") == .other)
        #expect(Self.find(String(text.dropLast()) + "X") == .other)
        #expect(Self.find(String(text.dropLast())) == .other)
    }

    @Test("are safe or idempotent as RFC 9110 §9.2 says")
    func properties() {
        #expect(HTTP.Method.allCases.filter(\.isSafe) == [.get, .head, .options, .trace])
        #expect(HTTP.Method.allCases.filter(\.isIdempotent) == [.get, .head, .put, .delete, .options, .trace])
    }
}
