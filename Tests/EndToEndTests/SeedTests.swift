import Foundation
import Testing

extension EndToEnd {
    /// The guide of 2015, "Deploying a private and secure Docker registry", followed to the letter where that can be: the
    /// proxy's image is this project's, and what today's tools no longer have is made by others (see the comments).
    @Suite("The guide for a registry behind nginx-proxy", .requires(.engine, .administrator, .registry, .image))
    struct SeedTests {
        private static let domain = "registry.example.com"
        private let engine: DockerEngine
        private let home: TemporaryFolder

        init() throws {
            engine = try DockerEngine.shared()
            try engine.clear()
            try engine.name(Self.domain)
            home = try TemporaryFolder()
            try engine.docker("load", "--input", Checkout.imageFile, within: .seconds(120))
        }

        @Test("works with only the image's name changed", .timeLimit(.minutes(10)))
        func guide() throws {
            try startRegistry()
            try obtainCertificate()
            try writeSettings()
            try startProxy()
            try logIn()
            try push()
            try pullBack()
        }

        /// "Starting the Docker Registry". The guide lacks the backslash after the port.
        private func startRegistry() throws {
            try run(
                """
                docker run -d \\
                    -p 127.0.0.1::5000 \\
                    -v $HOME/registry/storage:/registry \\
                    -e REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/registry \\
                    -e VIRTUAL_HOST=\(Self.domain) \\
                    --name registry \\
                    registry:2.0
                """)
            let port = try run("docker port registry 5000").split(separator: ":").last ?? ""
            try eventually("the registry answers") {
                try Curl("http://localhost:\(port)/v2/").inside(engine).outcome().body == "{}"
            }
        }

        /// "Obtaining a SSL certificate": bought, and put together with the seller's intermediate one, the order mattering.
        private func obtainCertificate() throws {
            try run(
                """
                mkdir -p $HOME/nginx/{certs,vhost.d,passwords} $HOME/ca
                cd $HOME/ca
                echo basicConstraints=critical,CA:TRUE >middle.ext
                echo subjectAltName=DNS:\(Self.domain) >domain.ext
                openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=Root CA' -keyout root.key -out root.crt
                openssl req -newkey rsa:2048 -nodes -subj '/CN=Intermediate CA' -keyout middle.key -out middle.csr
                openssl x509 -req -in middle.csr -CA root.crt -CAkey root.key -CAcreateserial -days 30 -out middle.crt \\
                    -extfile middle.ext
                openssl req -newkey rsa:2048 -nodes -subj '/CN=\(Self.domain)' -keyout domain.key -out domain.csr
                openssl x509 -req -in domain.csr -CA middle.crt -CAkey middle.key -CAcreateserial -days 30 \\
                    -out domain.crt -extfile domain.ext
                cat domain.crt middle.crt > bundle.csr
                cp bundle.csr $HOME/nginx/certs/\(Self.domain).crt
                cp domain.key $HOME/nginx/certs/\(Self.domain).key
                """)
        }

        /// "VHost Settings" and "Password". OpenSSL has lost `passwd -crypt`, so that Perl makes the same kind of hash; and the
        /// guide's own `n` at the line's end lacks its backslash.
        private func writeSettings() throws {
            try home.write(
                "nginx/vhost.d/\(Self.domain)",
                """
                client_max_body_size 100m;
                auth_basic "Restricted";
                auth_basic_user_file /etc/nginx/passwords/\(Self.domain);
                add_header Docker-Distribution-API-Version registry/2.0 always;

                """)
            try run(
                """
                printf "demo:$(perl -e 'print crypt("sesame", "Qz")')\\n" \\
                >> $HOME/nginx/passwords/\(Self.domain)
                """)
        }

        /// "Start the nginx proxy".
        private func startProxy() throws {
            try run(
                """
                docker run -d -p 443:443 \\
                    -v $HOME/nginx/certs:/etc/nginx/certs:ro \\
                    -v $HOME/nginx/vhost.d:/etc/nginx/vhost.d:ro \\
                    -v $HOME/nginx/passwords:/etc/nginx/passwords:ro \\
                    -v /var/run/docker.sock:/tmp/docker.sock:ro \\
                    --name nginx \\
                    portico
                """)
            let request = Curl("https://\(Self.domain)/v2/").with("--cacert", home["ca/root.crt"]).inside(engine)
            try eventually("the proxy asks for a password: \(try run("docker logs nginx 2>&1"))") {
                try request.outcome().status == 401
            }
            let answer = try request.user("demo", "wrong").outcome()
            #expect(answer.status == 401)
            #expect(answer["Docker-Distribution-API-Version"] == ["registry/2.0"])
            #expect(try request.user("demo", "sesame").outcome().status == 200)
            #expect(try run("docker exec nginx portico routes").contains(Self.domain))
            #expect(try run("docker exec nginx grep ^Uid: /proc/1/status").contains("65534"))
            try eventually("the container is healthy", within: .seconds(40)) {
                try run("docker inspect --format '{{.State.Health.Status}}' nginx") == "healthy"
            }
        }

        /// "Log in". The certificate's seller is not among those whom this machine trusts.
        private func logIn() throws {
            try run(
                """
                mkdir -p /etc/docker/certs.d/\(Self.domain)
                cp $HOME/ca/root.crt /etc/docker/certs.d/\(Self.domain)/ca.crt
                docker login -u demo -p sesame \(Self.domain)
                """)
        }

        /// "Pushing a simple container".
        private func push() throws {
            try run(
                """
                docker tag hello-world \(Self.domain)/demo/hello-world
                docker push \(Self.domain)/demo/hello-world
                """)
        }

        private func pullBack() throws {
            let greeting = try run(
                """
                docker rmi \(Self.domain)/demo/hello-world
                docker run --rm \(Self.domain)/demo/hello-world
                """)
            #expect(greeting.contains("Hello from Docker!"))
            #expect(try run("docker logs nginx 2>/dev/null").contains(#""PUT /v2/demo/hello-world/manifests/latest"#))
        }

        /// Runs the lines of a shell as the guide's reader does; the first that fails ends it.
        @discardableResult
        private func run(_ lines: String) throws -> String {
            try Command(
                engine.enter(["bash", "-e", "-o", "pipefail", "-c", lines]), environment: ["HOME": home.path]
            ).run(within: .seconds(180))
        }
    }
}
