import Bytes
import Net
import Proxy
import Testing

@testable import Control

@Suite("Handing listening sockets over", .timeLimit(.minutes(10)))
struct HandoverTests {
    private let loop: EventLoop
    private let outcome = Outcome()

    private final class Outcome {
        var process: Int32?
        var failure: String?
        var isReleased = false
        var isLost = false
    }

    init() throws { loop = try EventLoop() }

    private static let loopback = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)

    /// Offers sockets on a new line; the other end is returned.
    private func offer(
        _ listeners: [ListenAddress: [Int32]], knowsContainers: Bool = true
    ) throws -> (offer: HandoverOffer, line: Int32) {
        let (own, other) = try SocketPair(.packets).release()
        let offer = try HandoverOffer(
            listeners, control: nil, knowsContainers: knowsContainers, over: FileDescriptor(owning: own), on: loop,
            ready: { [outcome] in outcome.process = $0 }, failed: { [outcome] in outcome.failure = $0 })
        return (offer, other)
    }

    private func inherit(_ line: Int32) throws -> Inheritance {
        var settings = try ServedFolder().settings()
        let environment = Environment([Inheritance.variable: "\(line)"])
        return try #require(try Inheritance.find(&settings, environment: environment, takesOver: false))
    }

    @Test("gives the other server the very sockets that clients wait at")
    func sockets() throws {
        let listener = try Socket.listen(on: .ip(Self.loopback))
        let endpoint = try #require(Socket.localEndpoint(listener.raw))
        let address = ListenAddress(endpoint, isSecure: true, isExternal: true)
        // It waits in the queue before anything is handed over.
        let client = try Socket.connect(to: .ip(endpoint))
        let (offer, line) = try offer([address: [listener.raw]])
        let inheritance = try inherit(line)
        #expect(inheritance.isSuccession)
        #expect(inheritance.sockets.addresses == [address])
        try inheritance.succeed(
            on: loop, released: { [outcome] in outcome.isReleased = true }, lost: { [outcome] in outcome.isLost = true }
        )
        try loop.wait(for: "the news") { outcome.process != nil }
        #expect(!outcome.isReleased)
        offer.release()
        try loop.wait(for: "the release") { outcome.isReleased }
        #expect(!inheritance.isSuccession)
        #expect(outcome.failure == nil && !outcome.isLost)
        #expect(Socket.connectError(client.raw) == nil)
    }

    @Test("says whether the containers of an engine are known", arguments: [true, false])
    func containers(areKnown: Bool) throws {
        let (offer, line) = try offer([:], knowsContainers: areKnown)
        #expect(try inherit(line).knowsContainers == areKnown)
        offer.withdraw()
    }

    @Test("goes on where the other server fails, and knows why")
    func failure() throws {
        let (offer, line) = try offer([:])
        try inherit(line).fail("the file is broken")
        try loop.wait(for: "the failure") { outcome.failure != nil }
        #expect(outcome.failure == "the file is broken")
        #expect(outcome.process == nil)
        offer.withdraw()
    }

    @Test("goes on where the other server ends without a word")
    func end() throws {
        let (offer, line) = try offer([:])
        _ = FileDescriptor(owning: line)
        try loop.wait(for: "the end") { outcome.failure != nil }
        #expect(outcome.failure?.hasPrefix("it ended before it served") == true)
        offer.withdraw()
    }

    @Test(
        "tells the other server when the offer is taken back, whatever that has said meanwhile",
        arguments: [false, true])
    func withdrawal(isReady: Bool) throws {
        let inheritance: Inheritance
        let succeed = { (inheritance: Inheritance) in
            try inheritance.succeed(
                on: loop, released: { [outcome] in outcome.isReleased = true },
                lost: { [outcome] in outcome.isLost = true })
        }
        do {
            let (offer, line) = try offer([:])
            inheritance = try inherit(line)
            if isReady { try succeed(inheritance) }
            offer.withdraw()
        }
        if !isReady { try succeed(inheritance) }
        try loop.wait(for: "the end") { outcome.isLost }
        #expect(!outcome.isReleased)
    }

    @Test("leaves all to the other server when it dies", arguments: [false, true])
    func death(isReset: Bool) throws {
        let (own, other) = try SocketPair(.packets).release()
        let end = FileDescriptor(owning: own)
        try Socket.send(end.raw, HandoverMessage.complete(knowsContainers: true).encoded)
        let inheritance = try inherit(other)
        try inheritance.succeed(
            on: loop, released: { [outcome] in outcome.isReleased = true }, lost: { [outcome] in outcome.isLost = true }
        )
        // An end that comes before everything was read is a reset (unix(7)).
        if !isReset { _ = try Socket.receive(end.raw, limit: HandoverMessage.limit) }
        _ = consume end
        try loop.wait(for: "the end") { outcome.isReleased }
        #expect(!outcome.isLost)
    }

    private static let messages: [HandoverMessage] = [
        .listener(ListenAddress(loopback, isSecure: true)),
        .listener(
            ListenAddress(Endpoint(address: IPAddress(ipv6: 1, 2), port: 443), isSecure: false, isExternal: true)),
        .control, .complete(knowsContainers: true), .complete(knowsContainers: false), .ready(process: 12),
        .failed("why"), .released, .withdrawn,
    ]

    @Test("uses messages that mean to the reader what the writer said, whole", arguments: messages.indices)
    func wording(index: Int) throws {
        let message = Self.messages[index]
        let bytes = message.encoded
        #expect(try HandoverMessage(bytes) == message)
        for count in bytes.indices {
            #expect(throws: MessageError.self) { try HandoverMessage(Array(bytes[..<count])) }
        }
        #expect(throws: MessageError.tooLong) { try HandoverMessage(bytes + [0]) }
    }

    @Test(
        "takes no other messages",
        arguments: [[], [0], [8], [1, 2], [1, 0, 0, 0, 0, 0, 1, 0x78, 0, 80], [3], [3, 2], [5, 0, 0, 0, 1, 0xff]]
            as [[UInt8]])
    func hostile(bytes: [UInt8]) {
        #expect(throws: MessageError.self) { try HandoverMessage(bytes) }
    }
}
