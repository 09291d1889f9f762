import Bytes
import Testing

@testable import Routing

@Suite("Rules of access")
struct AccessRuleTests {
    private func rules(_ texts: [String]) -> [AccessRule] {
        texts.compactMap { text in
            let parts = text.split(separator: " ").map(String.init)
            let clients: AccessRule.Clients? =
                switch parts[1] {
                case "all": .all
                case "unix": .unixSocket
                default: IPNetwork(parts[1]).map { .network($0) }
                }
            return clients.map { AccessRule(allows: parts[0] == "allow", clients: $0) }
        }
    }

    @Test(
        "let the first that matches decide",
        arguments: [
            ([], "10.0.0.1", nil),
            (["allow 10.0.0.0/8", "deny all"], "10.0.0.1", true),
            (["allow 10.0.0.0/8", "deny all"], "11.0.0.1", false),
            (["deny 10.0.0.1", "allow 10.0.0.0/8"], "10.0.0.1", false),
            (["deny 10.0.0.1", "allow 10.0.0.0/8"], "10.0.0.2", true),
            (["deny 10.0.0.1"], "10.0.0.2", nil),
            (["allow 2001:db8::/32", "deny all"], "2001:db8::1", true),
            (["allow 0.0.0.0/0", "deny all"], "::1", false),
            (["allow unix", "deny all"], "10.0.0.2", false),
        ] as [([String], String, Bool?)])
    func verdicts(texts: [String], address: String, expected: Bool?) {
        let client = IPAddress(address)
        #expect(client != nil && rules(texts).verdict(for: client) == expected)
    }

    @Test("know clients of a Unix domain socket")
    func unixSocket() {
        #expect(rules(["allow unix", "deny all"]).verdict(for: nil) == true)
        #expect(rules(["allow 10.0.0.0/8", "deny all"]).verdict(for: nil) == false)
    }
}
