import Bytes
import Proxy
import Routing
import Testing

@testable import Control

@Suite("Settings")
struct SettingsTests {
    private func settings(
        _ environment: [String: String] = [:], _ change: (inout ServeOptions) -> Void = { _ in }
    ) throws -> Settings {
        var options = ServeOptions()
        change(&options)
        return try Settings(options: options, environment: Environment(environment))
    }

    @Test("are nginx-proxy's when nothing is said")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.http.map(\.description) == ["0.0.0.0:80"])
        #expect(settings.https.map(\.description) == ["0.0.0.0:443"])
        #expect(settings.folders.certificates == "/etc/nginx/certs")
        #expect(settings.folders.virtualHosts == "/etc/nginx/vhost.d")
        #expect(settings.folders.htpasswd == "/etc/nginx/htpasswd")
        #expect(settings.docker == .found)
        #expect(settings.workers == nil)
        #expect(settings.accessLog == .standardOutput)
        #expect(settings.drainTimeout == .seconds(30))
        #expect(settings.clientHeaderTimeout == .seconds(60))
        #expect(settings.controlSocket == "/run/portico.sock")
        #expect(!settings.isControlSocketRequired)
    }

    @Test(
        "take addresses in their usual forms",
        arguments: [
            ("8080", ["0.0.0.0:8080"]), (":8080", ["0.0.0.0:8080"]), ("*:8080", ["0.0.0.0:8080"]),
            ("127.0.0.1:0", ["127.0.0.1:0"]), ("[::1]:443", ["[::1]:443"]),
        ])
    func addresses(text: String, expected: [String]) throws {
        #expect(try settings { $0.http = [text] }.http.map(\.description) == expected)
    }

    @Test(
        "refuse other addresses",
        arguments: ["", "host:80", "1.2.3.4", "::1:80", "[1.2.3.4]:80", "1.2.3.4:65536", "off:1", ":+8"])
    func oddAddresses(text: String) {
        #expect(throws: SettingsError.listenAddress(setting: "--http", text: text)) {
            try settings { $0.http = [text] }
        }
    }

    @Test("listen on several addresses, and on none of a scheme that is off")
    func severalAddresses() throws {
        let settings = try settings {
            $0.http = ["off"]
            $0.https = ["127.0.0.1:1", "127.0.0.1:2"]
        }
        #expect(settings.http.isEmpty)
        #expect(settings.https.count == 2)
    }

    @Test("say how many logins may fail, any number with `off`, and by the option before the variable")
    func loginAttempts() throws {
        #expect(try settings().loginAttempts == 10)
        #expect(try settings(["LOGIN_ATTEMPTS": "3"]).loginAttempts == 3)
        #expect(try settings(["LOGIN_ATTEMPTS": "off"]).loginAttempts == nil)
        #expect(try settings(["LOGIN_ATTEMPTS": "3"]) { $0.loginAttempts = "off" }.loginAttempts == nil)
        #expect(throws: SettingsError.number(setting: "LOGIN_ATTEMPTS", text: "0", allowed: 1...10_000)) {
            try settings(["LOGIN_ATTEMPTS": "0"])
        }
        #expect(throws: SettingsError.number(setting: "--login-attempts", text: "no", allowed: 1...10_000)) {
            try settings { $0.loginAttempts = "no" }
        }
    }

    @Test("say how fast clients have to be, and that they need not be with `off`")
    func leastRate() throws {
        #expect(try settings().leastRate == 500)
        #expect(try settings(["CLIENT_MIN_RATE": "1000"]).leastRate == 1000)
        #expect(try settings(["CLIENT_MIN_RATE": "off"]).leastRate == nil)
        #expect(throws: SettingsError.number(setting: "CLIENT_MIN_RATE", text: "0", allowed: 1...1_000_000)) {
            try settings(["CLIENT_MIN_RATE": "0"])
        }
    }

    @Test("say how much memory there may be, by the option before the variable")
    func memoryLimit() throws {
        #expect(try settings().memoryLimit == .ofGroup)
        #expect(try settings(["MEMORY_LIMIT": "256m"]).memoryLimit == .bytes(256 << 20))
        #expect(try settings(["MEMORY_LIMIT": "256m"]) { $0.memoryLimit = "1G" }.memoryLimit == .bytes(1 << 30))
        #expect(try settings { $0.memoryLimit = "off" }.memoryLimit == .off)
        for text in ["31m", "0", "-1", "much", "256 m", "256mb"] {
            #expect(throws: SettingsError.size(setting: "MEMORY_LIMIT", text: text)) {
                try settings(["MEMORY_LIMIT": text])
            }
            #expect(throws: SettingsError.size(setting: "--memory-limit", text: text)) {
                try settings { $0.memoryLimit = text }
            }
        }
    }

    @Test("refuse to listen nowhere")
    func nowhere() {
        #expect(throws: SettingsError.nothingToListenOn) {
            try settings {
                $0.http = ["off"]
                $0.https = ["off"]
            }
        }
    }

    @Test("read the environment where no option was given")
    func environment() throws {
        let settings = try settings([
            "HTTP_PORT": " 8080 ", "HTTPS_PORT": "8443", "ENABLE_IPV6": "true", "ENABLE_PROXY_PROTOCOL": "t",
            "DISABLE_ACCESS_LOGS": "1", "CLIENT_HEADER_TIMEOUT": "5",
            "DOCKER_HOST": "tcp://engine:2375", "XDG_RUNTIME_DIR": "/run/user/1",
        ])
        #expect(settings.http.map(\.description) == ["0.0.0.0:8080", "[::]:8080"])
        #expect(settings.https.map(\.description) == ["0.0.0.0:8443", "[::]:8443"])
        #expect(settings.accessLog == .off)
        #expect(settings.requiresProxyHeader)
        #expect(settings.clientHeaderTimeout == .seconds(5))
        #expect(settings.docker == .at(.tcp(host: "engine", port: 2375)))
        #expect(settings.controlSocket == "/run/user/1/portico.sock")
    }

    @Test("prefer the option to the variable")
    func precedence() throws {
        let settings = try settings(["HTTP_PORT": "8080", "DOCKER_HOST": "nonsense", "DISABLE_ACCESS_LOGS": "1"]) {
            $0.http = ["81"]
            $0.docker = "none"
            $0.accessLog = "/var/log/access.log"
        }
        #expect(settings.http.map(\.description) == ["0.0.0.0:81"])
        #expect(settings.docker == .none)
        #expect(settings.accessLog == .file("/var/log/access.log", isRequired: true))
    }

    @Test(
        "refuse values of the environment that make no sense",
        arguments: [
            ["HTTP_PORT": "eighty"], ["HTTPS_PORT": "0"], ["ENABLE_IPV6": "maybe"], ["DOCKER_HOST": "ssh://host"],
            ["DOCKER_CONTAINER_FILTERS": "label"], ["DISABLE_ACCESS_LOGS": "x"], ["LOG_JSON": "x"],
            ["LOG_FORMAT_ESCAPE": "xml"],
        ])
    func oddEnvironment(variables: [String: String]) {
        #expect(throws: SettingsError.self) { try settings(variables) }
    }

    @Test("refuse numbers outside their range", arguments: ["0", "-1", "many", "1025", "1.5"])
    func oddNumbers(text: String) {
        #expect(throws: SettingsError.number(setting: "--workers", text: text, allowed: 1...1024)) {
            try settings { $0.workers = text }
        }
    }

    @Test("read what nginx-proxy's variables say of routing")
    func routing() throws {
        let routing = try settings([
            "HTTPS_METHOD": "noredirect", "HSTS": "off", "DEFAULT_HOST": "a.example", "TRUST_DEFAULT_CERT": "false",
            "ENABLE_HTTP_ON_MISSING_CERT": "false", "PREFER_IPV6_NETWORK": "1", "HEALTH": "ignore", "HTTP_PORT": "8080",
        ]).routing
        #expect(routing.httpsMethod == .noredirect)
        #expect(routing.hsts == "off")
        #expect(routing.defaultHost == "a.example")
        #expect(!routing.trustsDefaultCertificate)
        #expect(!routing.servesHTTPWithoutCertificate)
        #expect(routing.prefersIPv6)
        #expect(routing.ignoresHealth)
        #expect(routing.httpPorts == [8080])
        #expect(routing.httpsPorts == [443])
    }

    @Test(
        "refuse other words", arguments: [["HTTPS_METHOD": "always"], ["HEALTH": "yes"], ["TRUST_DEFAULT_CERT": "2"]])
    func oddWords(variables: [String: String]) {
        #expect(throws: SettingsError.self) { try settings(variables) }
    }

    @Test("tell which variables have no effect")
    func warnings() throws {
        #expect(try settings().warnings == [])
        #expect(try settings(["ENABLE_HTTP3": "true", "SHA1_UPSTREAM_NAME": ""]).warnings.count == 1)
    }

    @Test("redirect to the port that clients see")
    func redirectPort() throws {
        #expect(try settings().redirectPort == 443)
        #expect(try settings { $0.https = ["127.0.0.1:8443"] }.redirectPort == 8443)
        #expect(try settings(["HTTPS_PORT": "5043"]) { $0.https = ["127.0.0.1:8443"] }.redirectPort == 5043)
    }

    @Test("take the form of the access log, LOG_JSON before LOG_FORMAT")
    func logFormat() throws {
        #expect(try settings().logFormat == .virtualHost)
        let own = try settings(["LOG_FORMAT": "$host $status", "LOG_FORMAT_ESCAPE": "none"]).logFormat
        #expect(own == (try LogFormat(compiling: "$host $status", escape: .none, at: .setting("LOG_FORMAT"))))
        #expect(try settings(["LOG_FORMAT": "$host", "LOG_JSON": "true"]).logFormat == .json)
        #expect(try settings(["LOG_JSON": "false"]).logFormat == .virtualHost)
        #expect(try settings(["LOG_FORMAT_ESCAPE": "json"]).logFormat.escape == .json)
    }

    @Test("keep the usual form of the access log where the other one has a mistake, and say so")
    func badLogFormat() throws {
        let settings = try settings(["LOG_FORMAT": "$host $hots"])
        #expect(settings.logFormat == .virtualHost)
        #expect(
            settings.problems == [
                Diagnostic(
                    .error, at: .setting("LOG_FORMAT"), "unknown variable $hots, so the access log has its usual form",
                    hint: "did you mean $host?")
            ])
    }

    @Test("write the logs to their folder where there is one, as nginx does")
    func logFolder() throws {
        #expect(
            try settings { $0.logFolder = "/logs" }.accessLog == .file("/logs/access.log", isRequired: false))
        #expect(try settings(["DISABLE_ACCESS_LOGS": "true"]) { $0.logFolder = "/logs" }.accessLog == .off)
        #expect(
            try settings {
                $0.logFolder = "/logs"
                $0.accessLog = "-"
            }.accessLog == .standardOutput)
    }

    @Test("know a folder of logs that is mounted")
    func mountedLogFolder() {
        let text = """
            741 740 0:55 / /proc rw,nosuid - proc proc rw
            750 739 8:1 /srv/log /var/log/nginx rw,relatime - ext4 /dev/sda1 rw
            """
        #expect(LogFolder.isMountPoint("/var/log/nginx", in: text))
        #expect(!LogFolder.isMountPoint("/var/log", in: text))
        #expect(!LogFolder.isMountPoint("/srv/log", in: text))
    }
}
