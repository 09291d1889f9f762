import TestSupport
import Testing

@testable import Bytes

@Suite("Byte buffers")
struct ByteBufferTests {
    private func text(_ buffer: borrowing ByteBuffer) -> String { String(decoding: buffer.readable, as: UTF8.self) }

    @Test("hold no memory until they are given some")
    func empty() {
        let buffer = ByteBuffer()
        #expect(buffer.capacity == 0)
        #expect(buffer.count == 0)
        #expect(buffer.readable.count == 0)
        #expect(buffer.writable.count == 0)
        #expect(ByteBuffer(capacity: 0).count == 0)
    }

    @Test("give bytes back in the order in which they came")
    func order() {
        var buffer = ByteBuffer()
        buffer.append("abc")
        buffer.append([0x64, 0x65])
        buffer.append(UInt8(ascii: "f"))
        buffer.consume(2)
        buffer.append("gh")
        #expect(text(buffer) == "cdefgh")
        #expect(buffer.count == 6)
        #expect(buffer.lower == 2)
        buffer.consume(6)
        #expect(buffer.count == 0)
        #expect(buffer.lower == 0)
    }

    @Test("append whole lines of fields, whatever room there is")
    func fields() {
        for capacity in 0..<16 {
            var buffer = ByteBuffer(capacity: capacity)
            for (name, value) in [("A", "b c"), ("Empty", "")] {
                Array(name.utf8).withUnsafeBytes { name in
                    Array(value.utf8).withUnsafeBytes { value in buffer.append(field: name, value) }
                }
            }
            #expect(text(buffer) == "A: b c\r\nEmpty: \r\n")
        }
    }

    @Test("append text in lower case, at every length, and nothing but letters changed")
    func lowercasing() {
        let all = (0...255).map { UInt8($0) } + Array("X-Forwarded-For".utf8)
        for count in 0...all.count {
            var buffer = ByteBuffer()
            all.suffix(count).withUnsafeBytes { buffer.append(lowercasing: $0) }
            #expect(buffer.readable.elementsEqual(all.suffix(count).map { ASCII.lowercased($0) }))
        }
    }

    @Test("append nothing as nothing")
    func appendNothing() {
        var buffer = ByteBuffer()
        buffer.append("")
        buffer.append([])
        buffer.append(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(buffer.count == 0)
    }

    @Test("leave what was skipped where it is, even when all of it was")
    func skip() {
        var buffer = ByteBuffer()
        buffer.append("headbody")
        buffer.skip(8)
        #expect(buffer.count == 0)
        #expect(buffer.lower == 8)
        #expect(buffer.all.elementsEqual("headbody".utf8))
        buffer.reserveInPlace(100_000)
        #expect(buffer.writableCount >= 100_000)
        buffer.append([UInt8](repeating: 1, count: 100_000))
        #expect(buffer.lower == 8)
        #expect(buffer.count == 100_000)
        #expect(buffer.all.prefix(8).elementsEqual("headbody".utf8))
    }

    @Test("move to the start of their memory when told")
    func compact() {
        var buffer = ByteBuffer()
        buffer.append("abcdef")
        buffer.skip(4)
        buffer.compact()
        #expect(buffer.lower == 0)
        #expect(text(buffer) == "ef")
        buffer.compact()
        #expect(text(buffer) == "ef")
        var none = ByteBuffer()
        none.compact()
        #expect(none.count == 0)
    }

    @Test("make room by moving before they grow")
    func reserve() {
        var buffer = ByteBuffer(capacity: 16)
        buffer.append("0123456789abcdef")
        buffer.consume(10)
        buffer.reserve(8)
        #expect(buffer.capacity == 16)
        #expect(text(buffer) == "abcdef")
        #expect(buffer.writableCount == 10)
        buffer.reserve(11)
        #expect(buffer.capacity >= 17)
        #expect(text(buffer) == "abcdef")
    }

    @Test("take bytes that were put into their free memory, and take the last ones back")
    func produced() {
        var buffer = ByteBuffer(capacity: 8)
        buffer.writable.copyBytes(from: "xyz".utf8)
        buffer.produced(3)
        #expect(text(buffer) == "xyz")
        #expect(buffer.writable.count == 5)
        buffer.removeLast(2)
        #expect(text(buffer) == "x")
        buffer.removeLast(1)
        buffer.removeLast(0)
        #expect(buffer.count == 0)
        #expect(buffer.capacity == 8)
    }

    @Test(
        "write numbers",
        arguments: [
            (0, "0", "0"), (7, "7", "7"), (10, "10", "a"), (255, "255", "ff"), (-5, "-5", "-5"), (4096, "4096", "1000"),
            (.max, "9223372036854775807", "7fffffffffffffff"), (.min, "-9223372036854775808", "-8000000000000000"),
        ])
    func numbers(_ value: Int, _ decimal: String, _ hex: String) {
        var buffer = ByteBuffer()
        buffer.append(decimal: value)
        #expect(text(buffer) == decimal)
        buffer.removeAll()
        buffer.append("#")
        buffer.append(hex: value)
        #expect(text(buffer) == "#\(hex)")
    }

    @Test("write a number where just nothing is free")
    func numberAtTheEnd() {
        for free in 0..<24 {
            var buffer = ByteBuffer(capacity: 32)
            buffer.append([UInt8](repeating: 0x61, count: 32 - free))
            buffer.append(decimal: .min)
            #expect(text(buffer).hasSuffix("a-9223372036854775808"))
        }
    }

    @Test("agree with an array over thousands of random steps")
    func model() {
        var generator = SplitMix64(seed: 7)
        var buffer = ByteBuffer()
        var model: [UInt8] = []
        var base = 0
        for step in 0..<20_000 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1, 2:
                let bytes = (0..<Int.random(in: 0..<200, using: &generator)).map {
                    UInt8(truncatingIfNeeded: $0 ^ step)
                }
                buffer.append(bytes)
                model += bytes
            case 3:
                let count = Int.random(in: 0...model.count, using: &generator)
                buffer.consume(count)
                model.removeFirst(count)
            case 4:
                let count = Int.random(in: 0...model.count, using: &generator)
                buffer.skip(count)
                model.removeFirst(count)
            case 5:
                let count = Int.random(in: 0...model.count, using: &generator)
                buffer.removeLast(count)
                model.removeLast(count)
            case 6: buffer.compact()
            default:
                let count = Int.random(in: 0..<500, using: &generator)
                base = buffer.lower
                buffer.reserveInPlace(count)
                #expect(buffer.lower == base)
                #expect(buffer.writableCount >= count)
            }
            guard buffer.count == model.count, buffer.readable.elementsEqual(model) else {
                Issue.record("differs after step \(step)")
                return
            }
        }
    }

    @Test("stop the process when more is consumed, taken back or produced than there is")
    func misuse() async {
        await #expect(processExitsWith: .failure) {
            var buffer = ByteBuffer(capacity: 4)
            buffer.append("a")
            buffer.consume(2)
        }
        await #expect(processExitsWith: .failure) {
            var buffer = ByteBuffer(capacity: 4)
            buffer.removeLast(1)
        }
        await #expect(processExitsWith: .failure) {
            var buffer = ByteBuffer(capacity: 4)
            buffer.produced(5)
        }
    }
}
