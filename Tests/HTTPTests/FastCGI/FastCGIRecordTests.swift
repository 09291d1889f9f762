import Bytes
import HTTP
import Testing

@Suite("FastCGI records of a request")
struct FastCGIRecordTests {
    private func written(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var output = ByteBuffer()
        write(&output)
        return Array(output.readable)
    }

    @Test("begin with the role of a responder, and say whether the connection stays open", arguments: [true, false])
    func begin(keeps: Bool) {
        #expect(
            written { FastCGIRecord.appendBegin(keepsConnection: keeps, to: &$0) }
                == [1, 1, 0, 1, 0, 8, 0, 0, 0, 1, keeps ? 1 : 0, 0, 0, 0, 0, 0])
    }

    @Test("hold parameters with short and long names and values")
    func parameters() {
        let long = Array(repeating: UInt8(ascii: "v"), count: 300)
        let bytes = written { output in
            for (name, value) in [(Array("A".utf8), long), (long, []), (Array("BC".utf8), Array("d".utf8))] {
                let length = name.withUnsafeBytes { name in
                    FastCGIRecord.appendParameter(name, to: &output) { $0.append(value) }
                }
                #expect(length == value.count)
            }
        }
        #expect(
            bytes == [1, 0x80, 0, 1, 44, UInt8(ascii: "A")] + long + [0x80, 0, 1, 44, 0x80, 0, 0, 0] + long
                + [2, 0x80, 0, 0, 1] + Array("BCd".utf8))
    }

    @Test("name the parameter of a field as CGI does")
    func fields() {
        let bytes = written { output in
            Array("X-Api-Key9".utf8).withUnsafeBytes { name in
                FastCGIRecord.appendParameter(prefix: "HTTP_", name, to: &output) { $0.append("v") }
            }
        }
        #expect(bytes == [15, 0x80, 0, 0, 1] + Array("HTTP_X_API_KEY9v".utf8))
    }

    @Test("are cut where parameters are longer than a record, and ended", arguments: [0, 1, 65_528, 65_529, 140_000])
    func longParameters(count: Int) {
        let parameters = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = written { output in parameters.withUnsafeBytes { FastCGIRecord.append(parameters: $0, to: &output) }
        }
        var rest = bytes[...]
        var content: [UInt8] = []
        while rest.count > 8 {
            let header = Array(rest.prefix(8))
            #expect(header[..<4] == [1, 4, 0, 1])
            let length = Int(header[4]) << 8 | Int(header[5])
            content += rest.dropFirst(8).prefix(length)
            rest = rest.dropFirst(8 + length)
        }
        #expect(Array(rest) == [1, 4, 0, 1, 0, 0, 0, 0])
        #expect(content == parameters)
    }

    @Test("frame a piece of the body in the bytes before it")
    func input() {
        var memory = Array(repeating: UInt8(0xff), count: 9)
        memory.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            FastCGIRecord.writeInputHeader(count: 0x1234, endingAt: start + 8)
        }
        #expect(memory == [1, 5, 0, 1, 0x12, 0x34, 0, 0, 0xff])
        #expect(written { FastCGIRecord.appendEndOfInput(to: &$0) } == [1, 5, 0, 1, 0, 0, 0, 0])
    }
}
