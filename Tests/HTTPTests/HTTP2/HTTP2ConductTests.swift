import Testing

@testable import HTTP

@Suite("What HTTP/2 clients may do")
struct HTTP2ConductTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Small bounds, each with a number of its own.
    private static let limits: HTTP2Limits = {
        var limits = HTTP2Limits()
        limits.resets = 4
        limits.resetsPerSecond = 2
        limits.glitches = 20
        limits.glitchesPerSecond = 10
        limits.smallFrames = 6
        limits.smallFramesPerSecond = 3
        limits.headBytes = 1000
        limits.continuationsPerHead = 3
        return limits
    }()

    private static func frame(
        _ type: UInt8, _ flags: UInt8 = 0, on stream: UInt8 = 0, size: Int = 0
    ) -> [UInt8] {
        [UInt8(size >> 16), UInt8(size >> 8 & 0xff), UInt8(size & 0xff), type, flags, 0, 0, 0, stream]
            + Array(repeating: 0xAA, count: size)
    }

    /// Gives the bytes in pieces of that size; returns how many were admitted.
    private static func admitted(
        _ bytes: [UInt8], by size: Int = .max, at now: UInt64 = 0, _ conduct: inout HTTP2Conduct
    ) -> Int {
        var count = 0
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            count += piece.withUnsafeBytes { conduct.admit($0, at: now) }
            if conduct.abuse != nil { break }
        }
        return count
    }

    /// A frame that may come just so often, and what it is called then.
    struct Flood: CustomTestStringConvertible {
        var name: String
        var frame: [UInt8]
        var allowed: Int
        var abuse: HTTP2Abuse

        init(_ name: String, _ frame: [UInt8], _ allowed: Int, _ abuse: HTTP2Abuse = .glitches) {
            self.name = name
            self.frame = frame
            self.allowed = allowed
            self.abuse = abuse
        }

        var testDescription: String { name }
    }

    static let floods: [Flood] = [
        Flood("RST_STREAM", frame(3, on: 1, size: 4), 4, .resets),
        Flood("PING", frame(6, size: 8), 20),
        Flood("PING with an answer", frame(6, 1, size: 8), 20),
        Flood("SETTINGS", frame(4, size: 6), 2),
        Flood("SETTINGS that acknowledge", frame(4, 1), 20),
        Flood("PRIORITY", frame(2, on: 1, size: 5), 20),
        Flood("WINDOW_UPDATE", frame(8, size: 4), 20),
        Flood("GOAWAY", frame(7, size: 8), 20),
        Flood("GOAWAY with much to say", frame(7, size: 4096), 4),
        Flood("PUSH_PROMISE", frame(5, on: 1, size: 4), 20),
        Flood("PRIORITY_UPDATE", frame(0x10, size: 4), 20),
        Flood("an unknown type", frame(0xFA), 20),
        Flood("an unknown type with a payload", frame(0xFA, size: 16384), 1),
        Flood("DATA without data", frame(0, on: 1), 20),
        Flood("DATA of a byte", frame(0, on: 1, size: 1), 6, .smallFrames),
        Flood("DATA of fifteen bytes", frame(0, on: 1, size: 15), 6, .smallFrames),
        Flood("DATA that ends a stream again and again", frame(0, 1, on: 1), 6, .smallFrames),
        Flood("DATA that is padding for the most part", frame(0, 8, on: 1, size: 256), 6, .smallFrames),
        // The first one opens the stream.
        Flood("HEADERS on one stream", frame(1, 4, on: 1, size: 10), 21),
        Flood("HEADERS of a stream before the last one", frame(1, 4, on: 3) + frame(1, 4, on: 1), 10),
        Flood("CONTINUATION", frame(9, on: 1), 3, .continuations),
        Flood("CONTINUATION with much in it", frame(9, on: 1, size: 500), 2, .headBytes),
        Flood("HEADERS in two frames", frame(1, on: 1, size: 600) + frame(9, on: 1, size: 401), 0, .headBytes),
    ]

    @Test("are bounded, frame by frame", arguments: floods)
    func flood(_ flood: Flood) {
        for size in [1, 2, 3, 5, 8, 9, 10, 17, 1000, .max] {
            var conduct = HTTP2Conduct(limits: Self.limits)
            var bytes = Self.preface
            for _ in 0..<flood.allowed { bytes += flood.frame }
            #expect(Self.admitted(bytes, by: size, &conduct) == bytes.count)
            #expect(conduct.abuse == nil)
            _ = Self.admitted(flood.frame, by: size, &conduct)
            #expect(conduct.abuse == flood.abuse)
            // Once is enough.
            #expect(Self.admitted(Self.frame(0, on: 1, size: 100), &conduct) == 0)
        }
    }

    @Test("end before the frame that is too much")
    func before() {
        var conduct = HTTP2Conduct(limits: Self.limits)
        let allowed = Self.preface + Array(repeating: Self.frame(6, size: 8), count: 20).joined()
        let bytes = allowed + Self.frame(6, size: 8) + Self.frame(0, on: 1, size: 100)
        #expect(Self.admitted(bytes, &conduct) == allowed.count)
        #expect(conduct.abuse == .glitches)
    }

    @Test(
        "may go on without end when time lies between",
        arguments: [(frame(3, on: 1, size: 4), 2.0), (frame(6, size: 8), 10.0), (frame(0, on: 1, size: 1), 3.0)])
    func time(frame: [UInt8], perSecond: Double) {
        var conduct = HTTP2Conduct(limits: Self.limits)
        _ = Self.admitted(Self.preface, &conduct)
        let pause = UInt64((1_000_000_000 / perSecond).rounded(.up))
        for number in 0..<1000 { _ = Self.admitted(frame, at: UInt64(number) * pause, &conduct) }
        #expect(conduct.abuse == nil)
        for number in 0..<1000 { _ = Self.admitted(frame, at: 1000 * pause + UInt64(number) * pause / 2, &conduct) }
        #expect(conduct.abuse != nil)
    }

    @Test("cost nothing where they are bodies and requests of any number")
    func work() {
        var conduct = HTTP2Conduct(limits: Self.limits)
        _ = Self.admitted(Self.preface, &conduct)
        for stream in UInt8(1)...255 where stream % 2 == 1 {
            let request = Self.frame(1, 4, on: stream, size: 100)
            let body = Array(repeating: Self.frame(0, on: stream, size: 16), count: 100).joined()
            #expect(Self.admitted(request + body, &conduct) > 0)
        }
        #expect(conduct.abuse == nil)
    }

    @Test("are paid for by answers and their bodies, but not by crumbs that the window was opened for")
    func payment() {
        var conduct = HTTP2Conduct(limits: Self.limits)
        _ = Self.admitted(Self.preface, &conduct)
        let credit = Self.frame(8, size: 4)
        for _ in 0..<1000 {
            #expect(Self.admitted(credit + credit, &conduct) == 2 * credit.count)
            conduct.sentData(5, isCut: false)
            #expect(Self.admitted(credit + credit, &conduct) == 2 * credit.count)
            conduct.sentData(16384, isCut: true)
            #expect(Self.admitted(credit + credit, &conduct) == 2 * credit.count)
            conduct.answered()
        }
        for _ in 0..<21 {
            #expect(conduct.abuse == nil)
            _ = Self.admitted(credit, &conduct)
            conduct.sentData(1, isCut: true)
        }
        #expect(conduct.abuse == .glitches)
    }

    @Test("may reset one stream for two that are answered, and not one for each")
    func mixedResets() {
        let reset = Self.frame(3, on: 1, size: 4)
        var honest = HTTP2Conduct(limits: Self.limits)
        _ = Self.admitted(Self.preface, &honest)
        for _ in 0..<1000 {
            _ = Self.admitted(reset, &honest)
            honest.answered()
            honest.answered()
        }
        #expect(honest.abuse == nil)
        var abusive = HTTP2Conduct(limits: Self.limits)
        _ = Self.admitted(Self.preface, &abusive)
        for _ in 0..<10 {
            _ = Self.admitted(reset, &abusive)
            abusive.answered()
        }
        #expect(abusive.abuse == .resets)
    }

    @Test("count when this side has to reset their streams as when they do it")
    func provoked() {
        var conduct = HTTP2Conduct(limits: Self.limits)
        _ = Self.admitted(Self.preface + Self.frame(3, on: 1, size: 4), &conduct)
        for _ in 0..<3 { conduct.provoked() }
        #expect(conduct.abuse == nil)
        conduct.provoked()
        #expect(conduct.abuse == .resets)
    }
}
