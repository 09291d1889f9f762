internal import TestSupport

/// A way in which an input arrives piece by piece.
struct Arrival {
    /// How many bytes have arrived with each piece; the last number is the size of the input.
    let ends: [Int]

    // Byte by byte costs a parse for each byte.
    private static let bytewiseLimit = 4096

    /// The ways to feed an input, the whole of it first: byte by byte, and cut in a few places that depend on it alone.
    static func all(of input: [UInt8]) -> [Arrival] {
        var arrivals = [Arrival(ends: [input.count])]
        guard input.count > 1 else { return arrivals }
        if input.count <= bytewiseLimit { arrivals.append(Arrival(ends: Array(1...input.count))) }
        var seed: UInt64 = 0
        for byte in input { seed = seed &* 31 &+ UInt64(byte) }
        var generator = SplitMix64(seed: seed)
        for pieces in [2, 3, 8] {
            let cuts = Set((1..<pieces).map { _ in Int.random(in: 1..<input.count, using: &generator) })
            arrivals.append(Arrival(ends: cuts.sorted() + [input.count]))
        }
        return arrivals
    }

    /// The pieces one after another.
    func pieces(of input: [UInt8]) -> [ArraySlice<UInt8>] {
        var start = 0
        return ends.map { end in
            defer { start = end }
            return input[start..<end]
        }
    }
}
