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
            "client_max_body_size \"1m;", "\u{0}", "\u{feff}foo;", "location / { }", "oops; return 403;",
            "if ($http_x_key != s3cret) { oops; }", "rewrite ^/admin /none; oops;",
            "proxy_pass http://door:4180; oops;",
            "map $a $b { oops; }", "ssl_crl revoked.pem; oops;", "set_real_ip_from 10.0.0.0/8; oops;",
        ])
    func suspected(text: String) {
        #expect(AccessDirectives.mayStand(in: Array(text.utf8)))
    }

    @Test(
        "are not suspected where nothing looks like them",
        arguments: [
            "", "foo;", "clent_max_body_size 1m;", "# auth_basic x;", "add_header X \"allow nobody\";",
            "gzip on; send_timeout 5; oops;",
        ])
    func unsuspected(text: String) {
        #expect(!AccessDirectives.mayStand(in: Array(text.utf8)))
    }
}
