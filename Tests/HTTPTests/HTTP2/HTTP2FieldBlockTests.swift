import Bytes
import HTTP
import Testing

@Suite("A block of fields for HTTP/2")
struct HTTP2FieldBlockTests {
    private static func text(_ block: inout HTTP2FieldBlock) -> [String] {
        block.withFields { fields in
            fields.map { "\(String(decoding: $0.name, as: UTF8.self))=\(String(decoding: $0.value, as: UTF8.self))" }
        }
    }

    @Test("has its names in lower case, in order")
    func names() {
        var block = HTTP2FieldBlock()
        block.add(":status", decimal: 200)
        block.add("Content-Type", "Text/Plain")
        "X-Ä".utf8.withContiguousStorageIfAvailable {
            block.add(UnsafeRawBufferPointer($0), UnsafeRawBufferPointer($0))
        }
        block.add("Content-Length", decimal: 5)
        block.add("x-empty", "")
        #expect(block.count == 5)
        #expect(
            Self.text(&block)
                == [":status=200", "content-type=Text/Plain", "x-Ä=X-Ä", "content-length=5", "x-empty="])
        block.begin()
        #expect(block.count == 0 && Self.text(&block).isEmpty)
    }

    @Test(
        "has each known name in lower case, however it is written",
        arguments: FieldName.allCases.filter { $0 != .other && !$0.isConnectionSpecific })
    func known(name: FieldName) {
        let text = "\(name.text)"
        var block = HTTP2FieldBlock()
        block.add(name.text, "1")
        for written in [text.lowercased(), text.uppercased()] {
            Array(written.utf8).withUnsafeBytes {
                block.add($0, $0)
                block.add(name, $0, $0)
            }
        }
        let (lower, upper) = (text.lowercased(), text.uppercased())
        #expect(
            Self.text(&block)
                == ["\(lower)=1"] + [lower, lower, upper, upper].map { "\(lower)=\($0)" })
        #expect(block.byteCount == 9 * text.utf8.count + 1)
    }

    @Test("leaves out what speaks of an HTTP/1 connection")
    func connection() {
        var block = HTTP2FieldBlock()
        for name in ["Connection", "keep-alive", "Proxy-Connection", "TRANSFER-ENCODING", "Upgrade"] as [StaticString] {
            block.add(name, "x")
        }
        block.add(
            .connection, UnsafeRawBufferPointer(start: nil, count: 0), UnsafeRawBufferPointer(start: nil, count: 0))
        block.add("TE", "trailers")
        block.add("Proxy-Authenticate", "x")
        #expect(Self.text(&block) == ["te=trailers", "proxy-authenticate=x"])
    }

    @Test("takes trailers as lines")
    func lines() {
        var block = HTTP2FieldBlock()
        Array("X-Checksum: a: b\r\ngrpc-status: 0\r\ngrpc-message: \r\n".utf8).withUnsafeBytes { block.addLines($0) }
        #expect(Self.text(&block) == ["x-checksum=a: b", "grpc-status=0", "grpc-message="])
    }

    @Test("holds many fields")
    func many() {
        var block = HTTP2FieldBlock()
        for index in 0..<500 {
            block.add("x-number", decimal: index)
        }
        #expect(Self.text(&block).last == "x-number=499")
    }
}
