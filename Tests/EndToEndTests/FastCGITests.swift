import Foundation
import Testing

extension EndToEnd {
    @Suite("php-fpm behind fastcgi_pass", .requires(.php))
    struct FastCGITests {
        private let site: Site
        private let application: Application
        private let door: FrontDoor

        init() throws {
            site = try Site()
            let port = try freePort()
            try site.folder.write(
                "public/index.php",
                """
                <?php header('Content-Type: application/json');
                echo json_encode([$_SERVER['REQUEST_METHOD'], $_SERVER['SCRIPT_NAME'], $_GET['a'] ?? '',
                    $_SERVER['HTTP_HOST'], $_SERVER['HTTP_X_FORWARDED_FOR'], $_SERVER['HTTP_PROXY'] ?? '-']);
                """)
            try site.folder.write(
                "public/body.php",
                "<?php $body = file_get_contents('php://input'); echo strlen($body), ' ', md5($body);")
            try site.folder.write("public/away.php", "<?php header('Location: /elsewhere'); error_log('it went away');")
            try site.folder.write("public/large.php", "<?php echo str_repeat('0123456789', 500000);")
            try site.folder.write("public/broken.php", "<?php http_response_code(503); echo 'not now';")
            try site.folder.write(
                "fpm.conf",
                """
                [global]
                daemonize = no
                error_log = \(site.folder["fpm.log"])
                [www]
                user = root
                group = root
                listen = 127.0.0.1:\(port)
                pm = static
                pm.max_children = 2
                """)
            application = try Application(site)
            try site.configure(
                "php.test",
                """
                client_max_body_size 0;
                location / {
                    include fastcgi_params;
                    fastcgi_pass 127.0.0.1:\(port);
                    fastcgi_param SCRIPT_FILENAME \(site.folder["public"])$fastcgi_script_name;
                }
                """)
            door = try FrontDoor(site)
        }

        private func request(_ path: String) -> Curl {
            Curl("http://php.test:\(door.http)\(path)").with("--resolve", "php.test:\(door.http):127.0.0.1")
        }

        @Test("runs scripts, and tells them who asks", .timeLimit(.minutes(10)))
        func scripts() throws {
            try eventually("php answers") { try request("/").outcome().status == 200 }
            let answer = try request("/?a=b").with("--header", "Proxy: evil", "--header", "X-Forwarded-For: 6.6.6.6")
                .outcome()
            #expect(answer.body == #"["GET","\/index.php","b","php.test:\#(door.http)","127.0.0.1","-"]"#)
            #expect(answer["Content-Type"] == ["application/json"])
            #expect(answer["Server"] == ["portico"])
        }

        @Test("gets bodies, with a length and in chunks, and answers with large ones", .timeLimit(.minutes(10)))
        func bodies() throws {
            try eventually("php answers") { try request("/").outcome().status == 200 }
            let body = String(repeating: "portico ", count: 500_000)
            try site.folder.write("body", body)
            let whole = try request("/body.php").with("--data-binary", "@\(site.folder["body"])").outcome()
            #expect(whole.body.hasPrefix("4000000 "), "\(whole)")
            try site.folder.write("small", String(body.prefix(800_000)))
            let chunked = try request("/body.php").with(
                "--header", "Transfer-Encoding: chunked", "--data-binary", "@\(site.folder["small"])"
            ).outcome()
            #expect(chunked.body.hasPrefix("800000 "), "\(chunked)")
            let tooLarge = try request("/body.php").with(
                "--header", "Transfer-Encoding: chunked", "--data-binary", "@\(site.folder["body"])"
            ).outcome()
            #expect(tooLarge.status == 411)
            #expect(try request("/large.php").outcome().body.utf8.count == 5_000_000)
        }

        @Test("says the status, and its messages stand in the log", .timeLimit(.minutes(10)))
        func statuses() throws {
            try eventually("php answers") { try request("/").outcome().status == 200 }
            let away = try request("/away.php").outcome()
            #expect(away.status == 302)
            #expect(away["Location"] == ["/elsewhere"])
            #expect(try request("/broken.php").outcome().body == "not now")
            #expect(try request("/missing.php").outcome().status == 404)
            try eventually("the message is in the log") { door.log.contains("it went away") }
        }

        @Test("serves more requests at a time than it has processes", .timeLimit(.minutes(10)))
        func manyRequests() throws {
            try eventually("php answers") { try request("/").outcome().status == 200 }
            let outcome = try Command([
                "curl", "--silent", "--parallel", "--resolve", "php.test:\(door.http):127.0.0.1", "--output",
                "/dev/null", "--write-out", "%{http_code} ", "http://php.test:\(door.http)/?a=[1-40]",
            ]).outcome(within: .seconds(60))
            #expect(outcome.output == String(repeating: "200 ", count: 40))
        }
    }
}

/// A running php-fpm. Its processes end with it only where it is told to, and not killed.
private final class Application {
    private let process: RunningProcess

    init(_ site: Site) throws {
        process = try RunningProcess(
            Command([Requirement.fpm, "-n", "-F", "-R", "-y", site.folder["fpm.conf"]]),
            output: site.folder["fpm.out"], errors: site.folder["fpm.out"])
    }

    deinit {
        process.signal(SIGTERM)
        _ = process.status(within: .seconds(10))
    }
}

extension Requirement {
    /// php-fpm, whose program is named after its version.
    static var fpm: String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/sbin")) ?? []
        return names.filter { $0.hasPrefix("php-fpm") }.sorted().last.map { "/usr/sbin/\($0)" } ?? "php-fpm"
    }

    static let php = Requirement.programs([fpm, "curl"])
}
