import Foundation
import Testing

extension EndToEnd {
    @Suite("gRPC", .requires(.grpc))
    struct GRPCTests {
        private let site: Site
        private let port: Int
        private let securePort: Int
        private let backend: RunningProcess
        private let door: FrontDoor

        /// A server with each kind of method, without generated code: messages are bytes.
        private static let server = """
            import sys, threading, time
            from concurrent import futures
            import grpc

            cancelled = threading.Event()

            def unary(request, context):
                context.send_initial_metadata((("x-seen", dict(context.invocation_metadata()).get("x-asked", "")),))
                context.set_trailing_metadata((("x-trailer", "behind"), ("x-bytes-bin", b"\\0\\xff")))
                return request

            def count(request, context):
                for number in range(int(request)):
                    yield b"%d" % number

            def add(requests, context):
                return b"%d" % sum(len(request) for request in requests)

            def echo(requests, context):
                for request in requests:
                    yield request

            def fail(request, context):
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not today: grüße")

            def hang(request, context):
                cancelled.clear()
                context.add_callback(cancelled.set)
                if request == b"speak":
                    yield b"spoken"
                cancelled.wait(60)

            def was_cancelled(request, context):
                return b"yes" if cancelled.wait(20) else b"no"

            kinds = {
                "Unary": grpc.unary_unary_rpc_method_handler(unary),
                "Count": grpc.unary_stream_rpc_method_handler(count),
                "Add": grpc.stream_unary_rpc_method_handler(add),
                "Echo": grpc.stream_stream_rpc_method_handler(echo),
                "Fail": grpc.unary_unary_rpc_method_handler(fail),
                "Hang": grpc.unary_stream_rpc_method_handler(hang),
                "WasCancelled": grpc.unary_unary_rpc_method_handler(was_cancelled),
            }
            port, secure_port, certificate, key = sys.argv[1:]
            size = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
                    ("grpc.so_reuseport", 0)]
            server = grpc.server(futures.ThreadPoolExecutor(32), options=size)
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Service", kinds),))
            pair = (open(key, "rb").read(), open(certificate, "rb").read())
            assert server.add_insecure_port("127.0.0.1:" + port)
            assert server.add_secure_port("127.0.0.1:" + secure_port, grpc.ssl_server_credentials([pair]))
            server.start()
            print("serves", flush=True)
            server.wait_for_termination()
            """

        /// A client that goes through all of it, on one channel, and says `done` when everything was as it should be.
        private static let client = """
            import os, sys, threading
            import grpc

            host, port, authority = sys.argv[1:4]
            options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
            if authority:
                options.append(("grpc.ssl_target_name_override", host))
                trust = grpc.ssl_channel_credentials(open(authority, "rb").read())
                channel = grpc.secure_channel("127.0.0.1:" + port, trust, options)
            else:
                options.append(("grpc.default_authority", host))
                channel = grpc.insecure_channel("127.0.0.1:" + port, options)
            name = "/test.Service/"
            unary = channel.unary_unary(name + "Unary")
            limit = 50

            def one(message=b"a", times=1):
                for _ in range(times):
                    assert unary(message, timeout=limit) == message

            def messages():
                answer, call = unary.with_call(b"hello", metadata=(("x-asked", "this"),), timeout=limit)
                assert answer == b"hello"
                assert ("x-seen", "this") in call.initial_metadata(), call.initial_metadata()
                trailers = dict(call.trailing_metadata())
                assert trailers["x-trailer"] == "behind" and trailers["x-bytes-bin"] == b"\\0\\xff", trailers
                one(b"")
                one(os.urandom(1 << 20) * 16)

            def streams():
                counted = list(channel.unary_stream(name + "Count")(b"5000", timeout=limit))
                assert counted == [b"%d" % number for number in range(5000)]
                sizes = [0, 1, 70000, 3, 1 << 20]
                added = channel.stream_unary(name + "Add")((b"x" * size for size in sizes), timeout=limit)
                assert int(added) == sum(sizes)
                echo = channel.stream_stream(name + "Echo")
                pieces = [os.urandom(size) for size in [5, 0, 100000] * 20]
                assert list(echo(iter(pieces), timeout=limit)) == pieces
                # Each message is sent only when the last one has come back.
                turn, sent = threading.Semaphore(1), []
                def turns():
                    for number in range(100):
                        turn.acquire()
                        sent.append(number)
                        yield b"%d" % number
                for number, answer in enumerate(echo(turns(), timeout=limit)):
                    assert int(answer) == number and len(sent) == number + 1
                    turn.release()

            def code(call):
                try:
                    call()
                except grpc.RpcError as error:
                    return error.code(), error.details()
                return grpc.StatusCode.OK, ""

            def ends():
                failed = code(lambda: channel.unary_unary(name + "Fail")(b"", timeout=limit))
                assert failed == (grpc.StatusCode.FAILED_PRECONDITION, "not today: grüße"), failed
                missing = code(lambda: channel.unary_unary(name + "Missing")(b"", timeout=limit))
                assert missing[0] == grpc.StatusCode.UNIMPLEMENTED, missing
                hang, asked = channel.unary_stream(name + "Hang"), channel.unary_unary(name + "WasCancelled")
                late = code(lambda: list(hang(b"", timeout=0.5)))
                assert late[0] == grpc.StatusCode.DEADLINE_EXCEEDED, late
                assert asked(b"", timeout=limit) == b"yes", "the deadline at the server"
                call = hang(b"speak", timeout=limit)
                assert next(call) == b"spoken"
                call.cancel()
                assert asked(b"", timeout=limit) == b"yes", "the cancellation at the server"

            def many():
                calls = [unary.future(b"%d" % number, timeout=limit) for number in range(200)]
                assert [call.result() for call in calls] == [b"%d" % number for number in range(200)]
                threads = [threading.Thread(target=one, args=(os.urandom(100000), 5)) for _ in range(20)]
                [thread.start() for thread in threads]
                [thread.join() for thread in threads]

            def gone():
                state = code(lambda: unary(b"", timeout=limit))
                assert state[0] == grpc.StatusCode.UNAVAILABLE, state

            for step in sys.argv[4:]:
                globals()[step]()
            channel.close()
            print("done")
            """

        init() throws {
            site = try Site()
            port = try freePort()
            securePort = try freePort()
            try site.folder.write("server.py", Self.server)
            try site.folder.write("client.py", Self.client)
            try site.makeCertificate("plain.test")
            try site.makeCertificate("tls.test")
            backend = try Self.start(site, port, securePort)
            // A gRPC channel speaks to one host, and trusts its certificate alone.
            for (host, scheme, port) in [("plain.test", "grpc", port), ("tls.test", "grpcs", securePort)] {
                try site.configure(
                    host,
                    """
                    client_max_body_size 0;
                    grpc_ssl_verify on;
                    grpc_ssl_trusted_certificate \(site.certificate("tls.test"));
                    grpc_ssl_name tls.test;
                    location / { grpc_pass \(scheme)://127.0.0.1:\(port); }
                    """)
            }
            door = try FrontDoor(site, environment: ["HTTPS_METHOD": "noredirect"])
        }

        private static func start(_ site: Site, _ port: Int, _ securePort: Int) throws -> RunningProcess {
            let known = site.folder.read("server.out").count
            let process = try RunningProcess(
                Command([
                    Requirement.python, site.folder["server.py"], "\(port)", "\(securePort)",
                    site.folder["certs/tls.test.crt"], site.folder["certs/tls.test.key"],
                ]), output: site.folder["server.out"], errors: site.folder["server.err"])
            try eventually("the server serves: \(site.folder.read("server.err"))", within: .seconds(30)) {
                site.folder.read("server.out").count > known
            }
            return process
        }

        private func client(_ host: String, isSecure: Bool, _ steps: String...) throws -> Command.Outcome {
            try Command(
                [
                    Requirement.python, site.folder["client.py"], host, "\(isSecure ? door.https : door.http)",
                    isSecure ? site.certificate(host) : "",
                ] + steps
            ).outcome(within: .seconds(120))
        }

        @Test(
            "calls of all kinds get through, with metadata, messages of 16 MiB, deadlines, cancellation and errors",
            .timeLimit(.minutes(4)),
            arguments: [("plain.test", false), ("plain.test", true), ("tls.test", false), ("tls.test", true)])
        func everything(host: String, isSecure: Bool) throws {
            let outcome = try client(host, isSecure: isSecure, "messages", "streams", "ends", "many")
            #expect(outcome.output == "done\n", "\(outcome)\n\(door.log)\n\(site.folder.read("server.err"))")
        }

        @Test("a server that went away is UNAVAILABLE, and is found again when it is back", .timeLimit(.minutes(3)))
        func restart() throws {
            #expect(try client("plain.test", isSecure: true, "one").output == "done\n")
            backend.signal(SIGKILL)
            _ = backend.status(within: .seconds(10))
            let outcome = try client("plain.test", isSecure: true, "gone")
            #expect(outcome.output == "done\n", "\(outcome)\n\(door.log)")
            let again = try Self.start(site, port, securePort)
            for host in ["plain.test", "tls.test"] {
                let outcome = try client(host, isSecure: true, "messages", "many")
                #expect(outcome.output == "done\n", "\(outcome)\n\(door.log)")
            }
            #expect(again.isRunning)
        }
    }
}

extension Requirement {
    /// A real gRPC server and client.
    static let grpc = Requirement.files(["/usr/lib/python3/dist-packages/grpc"])
}
