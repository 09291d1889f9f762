import Bytes
import Testing

@Suite("Buffer pools")
struct BufferPoolTests {
    @Test("lend a block to a buffer that has none, and take it back empty")
    func lend() {
        let pool = BufferPool(blockSize: 64, limit: 2)
        var buffer = ByteBuffer()
        pool.lend(to: &buffer)
        #expect(buffer.capacity == 64)
        buffer.append("abc")
        pool.lend(to: &buffer)
        #expect(buffer.count == 3)
        pool.reclaim(from: &buffer)
        #expect(buffer.capacity == 0)
        #expect(buffer.count == 0)
        pool.lend(to: &buffer)
        #expect(buffer.count == 0)
        #expect(buffer.capacity == 64)
    }

    @Test("lend the same block again")
    func reuse() {
        let pool = BufferPool(blockSize: 64, limit: 2)
        var first = ByteBuffer()
        pool.lend(to: &first)
        let address = first.writable.baseAddress
        pool.reclaim(from: &first)
        var second = ByteBuffer()
        pool.lend(to: &second)
        #expect(second.writable.baseAddress == address)
    }

    @Test("lend each block to one buffer at a time, and keep as many as they may")
    func several() {
        let pool = BufferPool(blockSize: 64, limit: 2)
        var first = ByteBuffer()
        var second = ByteBuffer()
        var third = ByteBuffer()
        for _ in 1...3 {
            pool.lend(to: &first)
            pool.lend(to: &second)
            pool.lend(to: &third)
            let starts = Set([first.writable.baseAddress, second.writable.baseAddress, third.writable.baseAddress])
            #expect(starts.count == 3)
            for number in 0..<64 as Range<UInt8> {
                first.append(number)
                second.append(64 + number)
                third.append(128 + number)
            }
            #expect(first.readable.elementsEqual(0..<64) && second.readable.elementsEqual(64..<128))
            pool.reclaim(from: &first)
            pool.reclaim(from: &second)
            #expect(third.readable.elementsEqual(128..<192))
            pool.reclaim(from: &third)
        }
    }

    @Test("do not keep memory of another size, nor of a buffer that has none")
    func otherSizes() {
        let pool = BufferPool(blockSize: 64, limit: 2)
        var grown = ByteBuffer()
        pool.lend(to: &grown)
        grown.append([UInt8](repeating: 0, count: 65))
        pool.reclaim(from: &grown)
        #expect(grown.capacity == 0)
        pool.reclaim(from: &grown)
        pool.lend(to: &grown)
        #expect(grown.capacity == 64)
    }

    @Test("keep no more blocks than their limit")
    func limit() {
        let pool = BufferPool(blockSize: 64, limit: 0)
        var buffer = ByteBuffer()
        for _ in 1...3 {
            pool.lend(to: &buffer)
            pool.reclaim(from: &buffer)
        }
        #expect(buffer.capacity == 0)
    }
}
