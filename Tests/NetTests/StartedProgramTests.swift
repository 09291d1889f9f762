import Glibc
import Testing

@testable import Net

@Suite("Starting a program")
struct StartedProgramTests {
    @Test("gives it its arguments, its environment and a descriptor, and leaves it to the first process")
    func start() throws {
        let (own, other) = try SocketPair(.stream).release()
        let end = FileDescriptor(owning: own)
        do {
            let given = FileDescriptor(owning: other)
            try StartedProgram.start(
                "/bin/sh", arguments: ["sh", "-c", "echo $0 $NAME $PPID >&7", "zero"], environment: ["NAME=value"],
                descriptor: given.raw, as: 7)
        }
        Socket.setBlocking(end.raw, true)
        var text = ""
        while true {
            var bytes = [UInt8](repeating: 0, count: 100)
            let count = read(end.raw, &bytes, bytes.count)
            guard count > 0 else { break }
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        try #require(words.count == 3, "\(text)")
        #expect(words[..<2] == ["zero", "value"])
        #expect(words[2] != "\(getpid())")
    }

    @Test("says that there is none", arguments: [("/nowhere/program", ENOENT), ("/etc", EACCES)])
    func missing(path: String, code: Int32) {
        #expect {
            try StartedProgram.start(path, arguments: ["x"], environment: [], descriptor: 0, as: 3)
        } throws: { ($0 as? SystemError)?.code == code }
    }
}
