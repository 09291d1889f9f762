import Testing

@testable import Routing

@Suite("Rules of access in files that cannot be used")
struct AccessDirectivesTests {
    @Test(
        "are suspected wherever they may be",
        arguments: [
            "auth_basic x;", "foo; allow all;", "a { deny all; }", "satisfy any;", "auth_request /x;",
            "limit_except GET { }", "\"auth_basic\" x;", "AUTH_BASIC x;", "foo bar auth_basic x;", "foo\nauth_basic x",
            "auth_basc x;", "foo;\nalow all;", "dney all;", "foo\nauth_basik x;", "auth_jwt x;",
            "ssl_verify_client on;",
            "client_max_body_size \"1m;", "\u{0}", "\u{feff}foo;",
        ])
    func suspected(text: String) {
        #expect(AccessDirectives.mayStand(in: Array(text.utf8)))
    }

    @Test(
        "are not suspected where nothing looks like them",
        arguments: [
            "", "foo;", "clent_max_body_size 1m;", "# auth_basic x;", "add_header X \"allow nobody\";",
            "location / { }",
        ])
    func unsuspected(text: String) {
        #expect(!AccessDirectives.mayStand(in: Array(text.utf8)))
    }
}
