import Bytes
import HTTP
import TestSupport
import Testing

@Suite("The FastCGI decoder")
struct FastCGIDecoderTests {
    /// What came of the bytes of an answer.
    private struct Outcome: Equatable {
        var output: [UInt8] = []
        var messages: [UInt8] = []
        var end: FastCGIDecoder.End?
        var error: FastCGIError?
        var consumed = 0
    }

    private func decode(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
        var decoder = FastCGIDecoder()
        var outcome = Outcome()
        for piece in pieces where decoder.end == nil {
            var bytes = Array(piece)
            let result = bytes.withUnsafeMutableBytes { memory in
                Result { () throws(FastCGIError) in try decoder.decode(memory) }
            }
            switch result {
            case .success(let decoded):
                outcome.output += bytes[..<decoded.produced]
                outcome.consumed += decoded.consumed
            case .failure(let error):
                outcome.error = error
                return outcome
            }
        }
        outcome.messages = decoder.messages
        outcome.end = decoder.end
        return outcome
    }

    private func record(
        _ kind: UInt8, _ content: String = "", padding: Int = 0, version: UInt8 = 1, id: UInt8 = 1
    ) -> [UInt8] {
        let count = content.utf8.count
        return [version, kind, 0, id, UInt8(count >> 8), UInt8(count & 0xff), UInt8(padding), 0] + Array(content.utf8)
            + Array(repeating: 0, count: padding)
    }

    private func end(_ status: UInt8 = 0) -> [UInt8] {
        [1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 9, status, 0, 0, 0]
    }

    @Test("takes output and messages apart, however the bytes are cut")
    func splits() {
        let answer =
            record(6, "Status: 200\r\n", padding: 3) + record(7, "PHP Notice") + record(6, "\r\nbody", padding: 255)
            + record(7) + record(6) + end()
        forEverySplit(answer + Array("next".utf8)) { pieces in
            let outcome = decode(pieces)
            #expect(outcome.output == Array("Status: 200\r\n\r\nbody".utf8))
            #expect(outcome.messages == Array("PHP Notice".utf8))
            #expect(outcome.end == .complete)
            #expect(outcome.consumed == answer.count)
        }
    }

    @Test(
        "says how the request ended",
        arguments: [
            (UInt8(0), FastCGIDecoder.End.complete), (1, .refused), (2, .overloaded), (3, .refused), (9, .refused),
        ])
    func ends(status: UInt8, expected: FastCGIDecoder.End) {
        #expect(decode([end(status)[...]]).end == expected)
    }

    @Test("is not done before the padding of the last record is")
    func padding() {
        var answer = end()
        answer[6] = 4
        #expect(decode([(answer + [0, 0, 0])[...]]).end == nil)
        #expect(decode([(answer + [0, 0, 0, 0])[...]]).end == .complete)
    }

    /// An answer that no application may give.
    private struct Fault {
        let answer: [UInt8]
        let error: FastCGIError
    }

    @Test("refuses what no application may send")
    func hostile() {
        let faults = [
            Fault(answer: record(6, "x", version: 2), error: .unsupportedVersion),
            Fault(answer: record(6, "x", id: 2), error: .foreignRequest),
            Fault(answer: record(4, "x"), error: .unexpectedRecord),
            Fault(answer: record(12, "x"), error: .unexpectedRecord),
            Fault(answer: record(10, "x", id: 0), error: .unexpectedRecord),
            Fault(answer: record(3, "1234567"), error: .malformedEnd),
            Fault(answer: record(6, "x") + record(6) + record(6, "y"), error: .outputBehindEnd),
        ]
        for fault in faults {
            forEverySplit(fault.answer) { pieces in #expect(decode(pieces).error == fault.error) }
        }
    }

    @Test("keeps a bounded part of the messages")
    func messages() {
        let line = String(repeating: "m", count: 1500)
        let outcome = decode([(record(7, line) + record(7, line) + end())[...]])
        #expect(outcome.messages.count == FastCGIDecoder.messageLimit)
        #expect(outcome.end == .complete)
    }

    @Test("knows whether anything has come")
    func begun() throws {
        var decoder = FastCGIDecoder()
        #expect(!decoder.hasBegun)
        var byte: [UInt8] = [1]
        _ = try byte.withUnsafeMutableBytes { try decoder.decode($0) }
        #expect(decoder.hasBegun)
    }

    @Test("stays within its input whatever comes, and says the same however it is cut")
    func mutations() {
        let answer = record(6, "Status: 200\r\n\r\nbody", padding: 5) + record(7, "note") + record(6) + end()
        var random = SplitMix64(seed: 11)
        for _ in 0..<3000 {
            var bytes = answer
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let whole = decode([bytes[...]])
            let cut = Int.random(in: 1..<bytes.count, using: &random)
            var split = decode([bytes[..<cut], bytes[cut...]])
            // Of an answer that is refused the output before the fault depends on the cut.
            if whole.error != nil { (split.output, split.consumed) = (whole.output, whole.consumed) }
            #expect(split == whole)
        }
    }
}
