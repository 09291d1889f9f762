import Bytes
import Foundation
import Net
import TLS

@testable import Control

/// A scripted engine on a Unix domain socket. It runs on the loop of its test.
final class FakeDocker: EventSource {
    /// The containers that run, by identifier, as inspecting them shows.
    var containers: [String: String] = [:]
    /// What is listed instead of `containers`.
    var list: String?
    /// The networks, as listing them shows; nil refuses the question.
    var networks: String? = "[]"
    /// The version of its API.
    var version = "1.50"
    /// Answers 400 to requests for versions below.
    var oldestVersion = 24
    /// Paths that are never answered.
    var hanging: Set<String> = []
    /// Paths whose questions end their connection.
    var breaking: Set<String> = []
    /// Bytes that are sent instead of an answer, by path.
    var raw: [String: String] = [:]
    /// How many bytes each chunk of an answer holds.
    var chunkSize = 65_536
    /// Whether a new event stream gets a head.
    var acceptsStreams = true
    /// Speaks TLS on connections that come.
    var engine: TLSEngine?
    /// Which containers the filters of a client let in; nil for all.
    var admitted: Set<String>?
    /// The filters of the last list that was asked for about single containers.
    private(set) var filters: [String: [String]] = [:]
    /// How often a connection could not be taken.
    private(set) var failures = 0
    /// The requests that came, without their version.
    private(set) var requests: [String] = []
    /// The events that were told, which a new stream tells those who ask since when; engines keep some of them.
    private var told: [(at: Int64, text: String)] = []
    /// The event streams that are open.
    private(set) var streams: [FakeDockerConnection] = []
    private(set) var connections: [ObjectIdentifier: FakeDockerConnection] = [:]

    let path: String
    private let loop: EventLoop
    private var listener: FileDescriptor?
    private var token: Token?

    init(on loop: EventLoop, path: String) throws {
        self.loop = loop
        self.path = path
        try listen()
    }

    /// Opens the socket.
    func listen() throws {
        let listener = try Socket.listen(on: .unix(path))
        token = try loop.add(listener.raw, self, interest: .reading)
        self.listener = consume listener
    }

    /// Closes the socket and every connection, as an engine that is stopped does.
    func stop() throws {
        for connection in connections.values { connection.close() }
        connections = [:]
        streams = []
        if let token { loop.remove(token) }
        listener = nil
        unlink(path)
    }

    func ready(_ readiness: Readiness) {
        do {
            while let descriptor = listener?.raw, let accepted = try Socket.accept(descriptor) {
                try take(accepted.unpack())
            }
        } catch {
            failures += 1
        }
    }

    /// Answers on a connection that was accepted elsewhere.
    func take(_ socket: consuming FileDescriptor) throws {
        let connection = try FakeDockerConnection(socket, on: loop, owner: self)
        connections[ObjectIdentifier(connection)] = connection
    }

    /// Adds a container that runs, and tells it.
    func start(_ id: String, host: String, address: String = "172.18.0.2", tells: Bool = true) {
        containers[id] = Self.container(id, host: host, address: address)
        if tells { emit("start", id) }
    }

    /// Removes a container, and tells it.
    func end(_ id: String) {
        containers[id] = nil
        emit("die", id, #","exitCode":"0""#)
    }

    /// Sends an event of a container to every stream.
    func emit(_ action: String, _ id: String, _ attributes: String = "") {
        let text =
            #"{"status":"\#(action)","id":"\#(id)","Type":"container","Action":"\#(action)","#
            + #""Actor":{"ID":"\#(id)","Attributes":{"image":"x"\#(attributes)}}}"# + "\n"
        told.append((FileStamp.now, text))
        send(text)
    }

    /// Sends text to every event stream.
    func send(_ text: String) {
        for stream in streams { stream.sendChunks(text) }
    }

    /// Ends every event stream, with or without the last chunk.
    func closeStreams() {
        for stream in streams { stream.close() }
        streams = []
    }

    func forget(_ connection: FakeDockerConnection) {
        connections[ObjectIdentifier(connection)] = nil
        streams.removeAll { $0 === connection }
    }

    func answer(_ target: String, on connection: FakeDockerConnection) {
        var path = target.prefix { $0 != "?" }
        if path.hasPrefix("/v1."), let end = path.dropFirst().firstIndex(of: "/") {
            let minor = Int(path[..<end].dropFirst(4)) ?? 0
            path = path[end...]
            guard minor >= oldestVersion else {
                return connection.answer(400, #"{"message":"client version 1.\#(minor) is too old"}"#)
            }
        }
        requests.append(String(path))
        if hanging.contains(String(path)) { return }
        if breaking.contains(String(path)) { return connection.close() }
        if let raw = raw[String(path)] { return connection.sendRaw(raw) }
        switch path {
        case "/version":
            connection.answer(200, #"{"Version":"28.2.2","ApiVersion":"\#(version)"}"#)
        case "/events":
            guard acceptsStreams else { return }
            streams.append(connection)
            connection.sendRaw(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            for event in told where event.at >= Self.since(target) { connection.sendChunks(event.text) }
        case "/networks":
            connection.answer(networks == nil ? 403 : 200, networks ?? #"{"message":"forbidden"}"#)
        case "/containers/json" where target.contains("all=1"):
            answerFiltered(target, on: connection)
        case "/containers/json":
            let ids = containers.keys.sorted().map { #"{"Id":"\#($0)","Names":["/n"],"State":"running"}"# }
            connection.answer(200, list ?? "[" + ids.joined(separator: ",") + "]")
        default:
            let id = path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            let container = containers[id]
            connection.answer(container == nil ? 404 : 200, container ?? #"{"message":"No such container: \#(id)"}"#)
        }
    }

    /// What a request for events names as the beginning, in nanoseconds since 1970.
    private static func since(_ target: String) -> Int64 {
        let digits = target.split(separator: "since=").last?.prefix { $0 != "&" }.filter { $0 != "." }
        return digits.flatMap { Int64($0) } ?? 0
    }

    private func answerFiltered(_ target: String, on connection: FakeDockerConnection) {
        let text = target.split(separator: "=").last.flatMap { String($0).removingPercentEncoding } ?? ""
        filters = (try? JSONDecoder().decode([String: [String]].self, from: Data(text.utf8))) ?? [:]
        guard filters["refused"] == nil else {
            return connection.answer(400, #"{"message":"invalid filter 'refused'"}"#)
        }
        let ids = (admitted ?? Set(containers.keys)).intersection(filters["id"] ?? Array(containers.keys)).sorted()
        connection.answer(200, "[" + ids.map { #"{"Id":"\#($0)"}"# }.joined(separator: ",") + "]")
    }

    /// What inspecting a container shows.
    static func container(
        _ id: String, host: String, address: String = "172.18.0.2", network: String = "front", isRunning: Bool = true,
        started: String = "2026-01-31T12:00:00Z"
    ) -> String {
        #"{"Id":"\#(id)","Name":"/\#(id)","Created":"2026-01-31T12:00:00Z","State":{"Running":\#(isRunning),"#
            + #""StartedAt":"\#(started)"},"#
            + #""Config":{"Env":["VIRTUAL_HOST=\#(host)"],"ExposedPorts":{"80/tcp":{}}},"NetworkSettings":{"Networks":"#
            + #"{"\#(network)":{"IPAddress":"\#(address)","Gateway":"172.18.0.1"}}}}"#
    }
}
