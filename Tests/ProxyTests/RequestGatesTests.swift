import Bytes
import Passwords
import Proxy
import Routing
import Testing

@Suite("Who may come in", .timeLimit(.minutes(10)))
struct RequestGatesTests {
    private static let file = "/passwords/registry.test"
    private let backend: ScriptedBackend

    init() throws { backend = try .answering() }

    private func proxy(
        _ source: PasswordSource? = .loaded(PasswordFile(parsing: Array("alice:{PLAIN}secret\n".utf8))),
        _ configure: @escaping (inout LocationSettings) -> Void = { _ in },
        workers: @escaping (inout WorkerSettings) -> Void = { _ in }
    ) throws -> TestProxy {
        let host = VirtualHost.forwarding("registry.test", to: [backend.endpoint]) { settings in
            settings.authentication = Authentication(realm: Template(literal: "A \"B\" \\"), file: Self.file)
            settings.addedHeaders = [
                AddedHeader(
                    name: "Docker-Distribution-Api-Version", value: Template(literal: "registry/2.0"), always: true)
            ]
            configure(&settings)
        }
        return try TestProxy(
            [host], passwordFiles: source.map { [Self.file: $0] } ?? [:], configure: workers)
    }

    private func get(_ credentials: String?, more: String = "") -> String {
        let field = credentials.map { "Authorization: \(basic($0))\r\n" } ?? ""
        return "GET /v2/ HTTP/1.1\r\nHost: registry.test\r\n\(field)\(more)\r\n"
    }

    @Test("asks for a password, with the realm quoted and the fields that are added always")
    func challenge() throws {
        let proxy = try proxy()
        for credentials in [nil, "alice:wrong", "mallory:secret", "alice", ":secret"] {
            let answer = try proxy.answer(to: get(credentials))
            #expect(answer.status == 401)
            #expect(answer.values("WWW-Authenticate") == [#"Basic realm="A \"B\" \\""#])
            #expect(answer["Docker-Distribution-Api-Version"] == "registry/2.0")
        }
        #expect(backend.log.current.connectionCount == 0)
    }

    @Test("lets the right password pass, again and again, and shows it to the backend as nginx does")
    func pass() throws {
        let client = try proxy().connect()
        for _ in 1...3 {
            try client.send(get("alice:secret"))
            #expect(try client.receiveResponse().status == 200)
        }
        #expect(try backend.requests(3).allSatisfy { $0["Authorization"] == basic("alice:secret") })
    }

    private func throttled(after attempts: Int? = 2) throws -> TestProxy {
        try proxy(workers: { settings in
            settings.loginAttempts = attempts
            settings.longestLoginHold = .zero
        })
    }

    @Test("answers 429 and says for how long where logins have failed too often, but never those who bring no password")
    func throttle() throws {
        let proxy = try throttled()
        for _ in 1...5 { #expect(try proxy.answer(to: get(nil)).status == 401) }
        for password in 1...2 { #expect(try proxy.answer(to: get("alice:\(password)")).status == 401) }
        for password in ["3", "secret"] {
            let answer = try proxy.answer(to: get("alice:\(password)"))
            #expect(answer.status == 429)
            #expect(answer["Retry-After"] == "1")
            #expect(answer["WWW-Authenticate"] == nil)
        }
        #expect(try proxy.answer(to: get(nil)).status == 401)
        #expect(try proxy.answer(to: get("mallory:1")).status == 401)
        try proxy.reports.wait(for: "a report") { reports in
            reports.contains { report in
                if case .throttled(let client, "registry.test") = report { "\(client)" == "127.0.0.1" } else { false }
            }
        }
        #expect(backend.log.current.requests.isEmpty)
    }

    @Test("lets those in whose password was right before, however many others fail as the same user")
    func throttleSpares() throws {
        let proxy = try throttled()
        #expect(try proxy.answer(to: get("alice:secret")).status == 200)
        for password in 1...2 { #expect(try proxy.answer(to: get("alice:\(password)")).status == 401) }
        #expect(try proxy.answer(to: get("alice:3")).status == 429)
        #expect(try proxy.answer(to: get("alice:secret")).status == 200)
    }

    @Test("counts failed logins over HTTP/2 as over HTTP/1")
    func throttleHTTP2() throws {
        let proxy = try throttled()
        let client = try proxy.connectHTTP2()
        let ask = { (password: String) throws in
            try client.receive(client.request(fields: [("authorization", basic("alice:\(password)"))]))
        }
        #expect(try ask("1").status == 401)
        #expect(try proxy.answer(to: get("alice:2")).status == 401)
        let answer = try ask("3")
        #expect(answer.status == 429)
        #expect(answer["retry-after"] == "1")
        #expect(try proxy.answer(to: get("alice:4")).status == 429)
    }

    @Test("holds a login that comes a little too early, and then checks it")
    func throttleHolds() throws {
        let proxy = try proxy(workers: { $0.loginAttempts = 1 })
        #expect(try proxy.answer(to: get("alice:1")).status == 401)
        #expect(try proxy.answer(to: get("alice:secret")).status == 200)
    }

    @Test("counts nothing where it is told not to")
    func throttleOff() throws {
        let proxy = try throttled(after: nil)
        for password in 1...30 { #expect(try proxy.answer(to: get("alice:\(password)")).status == 401) }
    }

    @Test("carries no permission over to the next request of a connection")
    func perRequest() throws {
        let client = try proxy().connect()
        for (credentials, status) in [("alice:secret", 200), (nil, 401), ("alice:secret", 200), ("alice:no", 401)] {
            try client.send(get(credentials))
            #expect(try client.receiveResponse().status == status)
        }
    }

    @Test("takes pipelined requests with passwords one after the other")
    func pipelined() throws {
        let client = try proxy().connect()
        try client.send(get("alice:secret") + get("alice:no") + get("alice:secret") + get(nil))
        #expect(try (1...4).map { _ in try client.receiveResponse().status } == [200, 401, 200, 401])
    }

    @Test("survives clients that leave while their password is being checked")
    func gone() throws {
        let bcrypt = "alice:$2y$04$YxnI9tjc6U/GpaNMJdSfsObATp7lBJc4gd90bemYvVcx8WNLon4oS\n"
        let proxy = try proxy(.loaded(PasswordFile(parsing: Array(bcrypt.utf8))))
        for number in 1...8 {
            let client = try proxy.connect()
            try client.send(get("alice:\(number)"))
            client.reset()
        }
        #expect(try proxy.answer(to: get("alice:wrong")).status == 401)
    }

    @Test("answers 403 without a password file, or one that nobody has read, and 500 with an unreadable one")
    func files() throws {
        for source in [PasswordSource.missing(path: Self.file), nil] {
            #expect(try proxy(source).answer(to: get("alice:secret")).status == 403)
        }
        #expect(try proxy(PasswordSource.load("/")).answer(to: get("alice:secret")).status == 500)
        #expect(backend.log.current.connectionCount == 0)
    }

    @Test("answers a request that is too large before it asks for a password (413 comes before 401, as in nginx)")
    func tooLargeFirst() throws {
        let proxy = try proxy { $0.maxBodySize = 9 }
        let request = "PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: "
        let answer = try proxy.answer(to: request + "10\r\n\r\n")
        #expect(answer.status == 413)
        #expect(answer["Docker-Distribution-Api-Version"] == "registry/2.0")
        #expect(try proxy.answer(to: request + "9\r\n\r\n").status == 401)
    }

    @Test("asks for a password before it reads a chunked body, or asks for one with a 100")
    func beforeBody() throws {
        let proxy = try proxy { $0.maxBodySize = 9 }
        let request = "PUT / HTTP/1.1\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\n"
        #expect(try proxy.answer(to: request + "\r\n").status == 401)
        #expect(try proxy.answer(to: request + "Expect: 100-continue\r\n\r\n").status == 401)
    }

    @Test("keeps the connection behind a 401 when the small body came with the request")
    func smallBody() throws {
        let client = try proxy().connect()
        try client.send("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\nabc" + get("alice:secret"))
        let refusal = try client.receiveResponse()
        #expect(refusal.status == 401)
        #expect(refusal["Connection"] == nil)
        #expect(try client.receiveResponse().status == 200)
    }

    @Test(
        "puts address and password together as satisfy says",
        arguments: [
            // allowed by address, password given, satisfy, status
            (true, true, LocationSettings.Satisfy.all, 200), (true, false, .all, 401), (false, true, .all, 403),
            (false, false, .all, 403), (true, true, .any, 200), (true, false, .any, 200), (false, true, .any, 200),
            (false, false, .any, 401),
        ])
    func satisfy(_ isAllowed: Bool, _ isKnown: Bool, _ satisfy: LocationSettings.Satisfy, _ status: Int) throws {
        let proxy = try proxy { settings in
            settings.accessRules = [AccessRule(allows: isAllowed, clients: .all)]
            settings.satisfy = satisfy
        }
        #expect(try proxy.answer(to: get(isKnown ? "alice:secret" : nil)).status == status)
    }

    @Test("judges by the first rule that matches the address, and lets pass where none does")
    func rules() throws {
        let loopback = AccessRule.Clients.network(try #require(IPNetwork("127.0.0.0/8")))
        let other = AccessRule.Clients.network(try #require(IPNetwork("10.0.0.0/8")))
        let table: [([AccessRule], Int)] = [
            ([AccessRule(allows: true, clients: loopback), AccessRule(allows: false, clients: .all)], 200),
            ([AccessRule(allows: false, clients: loopback), AccessRule(allows: true, clients: .all)], 403),
            ([AccessRule(allows: true, clients: other), AccessRule(allows: false, clients: .all)], 403),
            ([AccessRule(allows: false, clients: other)], 200),
        ]
        for (rules, status) in table {
            for satisfy in [LocationSettings.Satisfy.all, .any] {
                let proxy = try proxy { settings in
                    settings.authentication = nil
                    settings.accessRules = rules
                    settings.satisfy = satisfy
                }
                #expect(try proxy.answer(to: get(nil)).status == status)
            }
        }
    }

    @Test("returns what return says before any check but that of the declared size, as nginx does")
    func returned() throws {
        let proxy = try proxy { settings in
            settings.accessRules = [AccessRule(allows: false, clients: .all)]
            settings.maxBodySize = 1
            settings.returned = Return(status: 418, content: .text(Template(literal: "short and stout")))
        }
        let large = "PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 2\r\n\r\nab"
        #expect(try proxy.answer(to: large).status == 413)
        let answer = try proxy.answer(to: "PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 1\r\n\r\na")
        #expect(answer.status == 418)
        #expect(answer.text == "short and stout")
    }
}
