import Glibc
import Testing

@testable import Net

@Suite("The line to who opens files")
struct KeeperLineTests {
    private var line = KeeperLine()
    private let keeper: Keeper
    private let question: [UInt8] = [1, 0x2f]

    init() throws {
        let (own, other) = try SocketPair(.packets).release()
        line.lead(over: FileDescriptor(owning: own))
        keeper = Keeper(other)
    }

    private final class Keeper {
        let end: FileDescriptor
        var raw: Int32 { end.raw }

        init(_ raw: Int32) { end = FileDescriptor(owning: raw) }
    }

    private func answer(_ code: Int32, with descriptors: [Int32] = []) throws {
        try Socket.send(keeper.raw, withUnsafeBytes(of: code) { Array($0) }, with: descriptors)
    }

    private func questions() -> Int {
        var count = 0
        while let (bytes, _) = try? Socket.receive(keeper.raw, limit: 64), !bytes.isEmpty { count += 1 }
        return count
    }

    @Test("brings a descriptor or an error number")
    mutating func answers() throws {
        let (first, second) = try SocketPair(.stream).release()
        let ends = [FileDescriptor(owning: first).release(), FileDescriptor(owning: second).release()]
        try answer(0, with: [ends[0]])
        let opened = line.ask(question, refusal: EACCES)
        #expect(opened.raw >= 0 && opened.code == 0)
        for raw in ends + [opened.raw] { close(raw) }
        try answer(ENOENT)
        #expect(line.ask(question, refusal: EACCES) == (-1, ENOENT))
        #expect(questions() == 2)
    }

    @Test("refuses everything while an answer is owed, without asking, and then goes on as before")
    mutating func lateAnswer() throws {
        for _ in 0..<3 { #expect(line.ask(question, refusal: EPERM) == (-1, EPERM)) }
        #expect(questions() == 1)
        let (first, second) = try SocketPair(.stream).release()
        try answer(0, with: [first])
        close(first)
        try answer(ELOOP)
        #expect(line.ask(question, refusal: EPERM) == (-1, ELOOP))
        #expect(questions() == 1)
        // The descriptor that came too late is closed: it was the last of its end.
        var byte: UInt8 = 0
        #expect(recv(second, &byte, 1, 0) == 0)
        close(second)
    }

    @Test(
        "refuses everything for good when what comes is no answer", arguments: [[1], [0, 0, 0, 0, 0]] as [[UInt8]])
    mutating func end(packet: [UInt8]) throws {
        try Socket.send(keeper.raw, packet)
        for _ in 0..<2 { #expect(line.ask(question, refusal: EACCES) == (-1, EACCES)) }
        #expect(questions() == 1)
    }
}
