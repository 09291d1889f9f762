import Testing

@testable import portico

@Suite("Hosts as names of files")
struct HostFileNameTests {
    @Test(
        "may be what VIRTUAL_HOST may be",
        arguments: [
            "registry.localhost", "localhost", "a", "A.Example.COM", "xn--bcher-kva.example", "*.example.com",
            "foo.bar.*", "10.0.0.1",
            "fd00::1", "::1", "my_registry", "a.example_0123456789abcdef0123456789abcdef01234567",
        ])
    func allowed(_ host: String) { #expect(HostFileName.fault(of: host) == nil) }

    @Test(
        "may not lead to another folder, a hidden file or a terminal's control sequence",
        arguments: [
            "", ".", "..", "/", "../x", "a/b", "a/../../etc/passwd", "/etc/passwd", ".hidden", "a.", "-x", "a b",
            "a\nb", "a\0b",
            "a\u{1b}[31m", "a\\b", "~x", "$(id)", "a;b", "%2e%2e", "\u{1b}[31mü", "bücher.example",
            String(repeating: "a", count: 254),
            "a\u{7f}",
        ])
    func refused(_ host: String) throws {
        let fault = try #require(HostFileName.fault(of: host))
        #expect(fault.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
    }

    @Test("may not have a port, and the message names the file that was meant")
    func port() {
        #expect(HostFileName.fault(of: "registry.localhost:5000")?.contains("\"registry.localhost\"") == true)
    }
}
