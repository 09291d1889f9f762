import Net
import Testing

@Suite("Pairs of sockets")
struct SocketPairTests {
    @Test("keep packets apart and carry descriptors")
    func packets() throws {
        let (one, two) = try SocketPair(.packets).release()
        let first = FileDescriptor(owning: one)
        let second = FileDescriptor(owning: two)
        let (three, four) = try SocketPair(.stream).release()
        let third = FileDescriptor(owning: three)
        try Socket.send(first.raw, [1, 2, 3], with: [four])
        _ = FileDescriptor(owning: four)
        try Socket.send(first.raw, [4])
        let (bytes, descriptors) = try Socket.receive(second.raw, limit: 16, descriptorLimit: 2)
        #expect(bytes == [1, 2, 3])
        let fourth = FileDescriptor(owning: try #require(descriptors.first))
        #expect(try Socket.receive(second.raw, limit: 16).bytes == [4])
        try Socket.send(third.raw, [5, 6])
        #expect(try Socket.receive(fourth.raw, limit: 16).bytes == [5, 6])
    }

    @Test("take nothing that is longer, or has more descriptors, than there is room for")
    func tooMuch() throws {
        let (one, two) = try SocketPair(.packets).release()
        let first = FileDescriptor(owning: one)
        let second = FileDescriptor(owning: two)
        try Socket.send(first.raw, [1, 2, 3])
        #expect(throws: SystemError.self) { try Socket.receive(second.raw, limit: 2) }
        try Socket.send(first.raw, [1], with: [one, two])
        #expect(throws: SystemError.self) { try Socket.receive(second.raw, limit: 2, descriptorLimit: 1) }
    }

    @Test("say when nothing has come, and when the other end is gone")
    func end() throws {
        let (one, two) = try SocketPair(.packets).release()
        let first = FileDescriptor(owning: one)
        do {
            _ = try Socket.receive(first.raw, limit: 2)
            Issue.record("nothing was sent")
        } catch {
            #expect(error.isWouldBlock)
        }
        _ = FileDescriptor(owning: two)
        #expect(try Socket.receive(first.raw, limit: 2).bytes.isEmpty)
    }
}
