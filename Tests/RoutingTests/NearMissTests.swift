import Testing

@testable import Routing

@Suite("Suggestions for unknown names")
struct NearMissTests {
    @Test(
        "finds what was probably meant",
        arguments: [
            ("lient_max_body_size", "client_max_body_size"),
            ("client_max_body_sise", "client_max_body_size"),
            ("client_max_bdoy_size", "client_max_body_size"),
            ("clientmaxbodysize", "client_max_body_size"),
            ("alow", "allow"),
            ("dney", "deny"),
            ("proxy_pas", "proxy_pass"),
            ("completely_else", nil),
            ("x", nil),
        ] as [(String, String?)])
    func suggestions(word: String, expected: String?) {
        #expect(NearMiss.suggestion(for: word, among: DirectiveCatalog.names) == expected)
    }
}
