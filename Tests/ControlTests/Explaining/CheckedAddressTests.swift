import Testing

@testable import Control

@Suite("The address of a request that is to be explained")
struct CheckedAddressTests {
    @Test(
        "is read into scheme, host, port and target",
        arguments: [
            ("https://a.example", true, "a.example", 443, "/", "a.example"),
            ("HTTP://A.example:8080/x?y=1", false, "A.example", 8080, "/x?y=1", "A.example:8080"),
            ("https://a.example:443?x", true, "a.example", 443, "/?x", "a.example"),
            ("https://[::1]:8443/v2/#part", true, "[::1]", 8443, "/v2/", "[::1]:8443"),
            ("http://192.0.2.1/", false, "192.0.2.1", 80, "/", "192.0.2.1"),
        ])
    func good(_ text: String, isSecure: Bool, host: String, port: UInt16, target: String, authority: String) throws {
        let address = try CheckedAddress(text)
        #expect(address.isSecure == isSecure)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.target == target)
        #expect(address.authority == authority)
    }

    @Test(
        "is refused in words that help",
        arguments: [
            ("a.example/x", CheckedAddress.Failure.noScheme("a.example/x")),
            ("ftp://a.example", .noScheme("ftp://a.example")),
            ("https://", .noHost("https://")),
            ("https://:443/", .noHost("https://:443/")),
            ("https://a:0/", .badPort("https://a:0/")),
            ("https://a:70000/", .badPort("https://a:70000/")),
            ("https://a/b c", .badByte("https://a/b c")),
            ("https://u:p@a/", .hasUser("https://u:p@a/")),
        ])
    func bad(_ text: String, failure: CheckedAddress.Failure) {
        #expect(throws: failure) { try CheckedAddress(text) }
        #expect(failure.description.hasPrefix(text))
    }
}
