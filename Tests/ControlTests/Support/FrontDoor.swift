import Bytes
import Foundation
import Net
import Proxy
import Routing
import Synchronization
import TLS
import Testing

@testable import Control

/// A worker that serves what the operator's folders and containers come to, asked with curl.
final class FrontDoor {
    private let threads: WorkerThreads
    private let generations: Box

    private final class Box: Sendable {
        let served = Mutex<Set<UInt64>>([])
    }

    /// What curl saw: the status, or `alert` where the handshake was refused for the name; and where it was sent to.
    struct Sight: Equatable {
        var outcome: String
        var redirect: String
    }

    /// The port for TLS.
    var httpsPort: UInt16 { threads.httpsAddresses[0].port }

    init() throws {
        var settings = WorkerSettings()
        settings.httpAddresses = [Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)]
        settings.httpsAddresses = settings.httpAddresses
        let box = Box()
        generations = box
        func start() throws -> WorkerThreads {
            try WorkerThreads(
                count: 1, settings: settings, hashing: HashingThreads(count: 1), log: nil, ticketKeys: TicketKeys(),
                report: { report in
                    if case .serving(let generation) = report { box.served.withLock { _ = $0.insert(generation) } }
                })
        }
        // The kernel may give a port that a client's connection takes before the worker has it.
        threads = try (try? start()) ?? start()
    }

    deinit {
        threads.stop()
        threads.join()
    }

    /// Serves a configuration; the worker follows it when this returns.
    func serve(_ configuration: ServingConfiguration, generation: UInt64) throws {
        var configuration = configuration
        configuration.snapshot.generation = generation
        threads.serve(configuration)
        let end = Date() + 20
        while !generations.served.withLock({ $0.contains(generation) }) {
            guard Date() < end else { throw CocoaError(.fileReadUnknown) }
            usleep(500)
        }
    }

    /// Asks for each of the addresses, such as `https://a.example/`, in turn.
    func ask(_ addresses: [String], options: [String] = []) throws -> [Sight] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        var arguments = ["curl"]
        for (index, address) in addresses.enumerated() {
            if index > 0 { arguments.append("--next") }
            arguments += ["-sk", "-o", "/dev/null", "-w", "%{exitcode}|%{http_code}|%{redirect_url}|%{errormsg}\\n"]
            arguments += ["--connect-to", "::127.0.0.1:\(port(of: address))"] + options + [address]
        }
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").map { line in
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            let isAlert = parts[0] == "35" && parts[3].contains("unrecognized name")
            let outcome = parts[0] == "0" ? parts[1] : isAlert ? "alert" : "error \(parts[0]) \(parts[3])"
            return Sight(outcome: outcome, redirect: parts[2])
        }
    }

    private func port(of address: String) -> UInt16 {
        (address.hasPrefix("https:") ? threads.httpsAddresses : threads.httpAddresses)[0].port
    }
}
