import Bytes
import Testing

@testable import Routing

@Suite("Choice of a certificate")
struct CertificateChoiceTests {
    @Test(
        "goes through the five steps in order",
        arguments: [
            (.exact("reg.example.com"), nil, ["reg.example.com", "example.com", "default"], "reg.example.com"),
            (.exact("reg.example.com"), nil, ["example.com", "default"], "example.com"),
            (.exact("a.b.example.com"), nil, ["example.com"], nil),
            (.exact("a.b.example.com"), nil, ["b.example.com"], "b.example.com"),
            (.exact("example.com"), nil, ["com", "default"], "default"),
            (.exact("registry0"), nil, ["default"], "default"),
            (.exact("registry0"), nil, [], nil),
            (.exact("reg.example.com"), "shared", ["shared", "reg.example.com"], "shared"),
            (.exact("reg.example.com"), "shared", ["reg.example.com", "default"], nil),
            (.exact("reg.example.com"), "", ["reg.example.com", "default"], nil),
            (.leading("example.com"), nil, ["*.example.com", "example.com"], "*.example.com"),
            (.leading("example.com"), nil, ["example.com"], "example.com"),
            (.trailing("www.example"), nil, ["www.example.*"], "www.example.*"),
            (.exact("192.168.0.1"), nil, ["168.0.1", "192.168.0.1"], "192.168.0.1"),
            (.exact("192.168.0.1"), nil, ["168.0.1"], nil),
            (.exact("[fd00::1]"), nil, ["fd00::1"], "fd00::1"),
        ] as [(HostPattern, String?, Set<String>, String?)])
    func steps(host: HostPattern, asked: String?, available: Set<String>, expected: String?) {
        let name = CertificateChoice.name(for: host, asked: asked, available: available, trustsDefault: true)
        #expect(name == expected)
    }

    @Test("leaves the default one alone where it is not trusted")
    func untrustedDefault() {
        #expect(
            CertificateChoice.name(for: .exact("a"), asked: nil, available: ["default"], trustsDefault: false) == nil)
    }
}
