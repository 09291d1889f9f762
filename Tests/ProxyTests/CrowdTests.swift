import Bytes
import Net
import Testing

@testable import Proxy

@Suite("Connections that make room for others")
struct CrowdTests {
    private func member(
        _ serial: Int, of network: UInt32?, isIdle: Bool = true, hasAsked: Bool = true, heldBytes: Int = 0
    ) -> Crowd.Member {
        Crowd.Member(
            token: Token.none, network: network.map { IPAddress(ipv4: $0) }, isIdle: isIdle, hasAsked: hasAsked,
            serial: serial, heldBytes: heldBytes)
    }

    /// Thirty connections of network 1, of which those from 20 on are busy, and two of each of four others.
    private var crowd: Crowd {
        let greedy = (0..<30).map { member($0, of: 1, isIdle: $0 < 20, hasAsked: $0 % 2 == 0) }
        let others = (0..<8).map { member(100 + $0, of: 2 + UInt32($0 / 2), isIdle: $0 % 2 == 0, hasAsked: $0 > 2) }
        return Crowd(greedy + others)
    }

    @Test("are idle ones of whoever has too many, those first that have asked nothing, the oldest first")
    func crowded() {
        let leaving = crowd.leaving(limit: 100, isFull: false)
        #expect(leaving.map(\.member.serial) == Array(stride(from: 1, to: 20, by: 2)) + stride(from: 0, to: 20, by: 2))
        #expect(leaving.allSatisfy { $0.reason.isExcess })
        #expect(crowd.leaving(limit: 3, isFull: false).map(\.member.serial) == [1, 3, 5])
    }

    @Test("are busy ones of theirs too where nothing is left, and then idle ones of all others")
    func full() {
        let leaving = crowd.leaving(limit: 100, isFull: true)
        #expect(leaving[20..<30].map(\.member.serial) == Array(20..<30))
        #expect(leaving[20..<30].allSatisfy { $0.reason == .busyExcess })
        #expect(leaving[30...].map(\.member.serial) == [100, 102, 104, 106])
        #expect(leaving[30...].map(\.reason) == [.silent, .silent, .idle, .idle])
    }

    @Test("are none of a trusted proxy's, as long as others can go, and none of a small crowd's")
    func exempt() {
        let proxied = (0..<100).map { member($0, of: nil, isIdle: $0 < 50) }
        #expect(Crowd(proxied).leaving(limit: 10, isFull: false).isEmpty)
        #expect(
            Crowd(proxied + [member(200, of: 1, hasAsked: false)]).leaving(limit: 1, isFull: true)[0].member.serial
                == 200)
        #expect(Crowd((0..<16).map { member($0, of: 1) }).leaving(limit: 10, isFull: false).isEmpty)
    }

    @Test("are those that hold much, the largest first, then idle ones, then the rest, until enough is freed")
    func memory() {
        let large = Crowd.largeHolding
        let crowd = Crowd([
            member(1, of: 1, isIdle: false, heldBytes: 3000), member(2, of: 1, isIdle: true, heldBytes: 1000),
            member(3, of: 1, isIdle: false, heldBytes: large), member(4, of: 1, isIdle: true, heldBytes: 2 * large),
            member(5, of: 1, isIdle: true, heldBytes: 2000), member(6, of: 1, isIdle: false, heldBytes: 4000),
        ])
        let leaving = { crowd.leaving(freeing: $0).map(\.serial) }
        #expect(leaving(0).isEmpty)
        #expect(leaving(1) == [4])
        #expect(leaving(2 * large + 1) == [4, 3])
        #expect(leaving(3 * large + 1001) == [4, 3, 2, 5])
        #expect(leaving(100 * large) == [4, 3, 2, 5, 6, 1])
    }

    @Test("are nobody's where all are busy and nobody has too many")
    func busy() {
        let busy = (0..<64).map { member($0, of: UInt32($0 % 16), isIdle: false) }
        #expect(Crowd(busy).leaving(limit: 10, isFull: true).isEmpty)
    }
}
