internal import Bytes

/// What a table knows the text of its key by: 128 bits of it, mixed with a secret of the process, so that nobody can choose
/// texts that are taken for one another.
struct LimitKey: Hashable {
    private let first: UInt64
    private let second: UInt64

    init(_ text: UnsafeRawBufferPointer) {
        var one = Hasher()
        one.combine(bytes: text)
        var two = Hasher()
        two.combine(UInt8(1))
        two.combine(bytes: text)
        first = UInt64(bitPattern: Int64(one.finalize()))
        second = UInt64(bitPattern: Int64(two.finalize()))
    }

    /// The key of what `combine` puts into a hash; keys with different tags are different.
    init(tag: UInt8, combine: (inout Hasher) -> Void) {
        var one = Hasher()
        one.combine(tag)
        combine(&one)
        var two = Hasher()
        two.combine(~tag)
        combine(&two)
        first = UInt64(bitPattern: Int64(one.finalize()))
        second = UInt64(bitPattern: Int64(two.finalize()))
    }

    private init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    /// The key of nothing.
    static let none = LimitKey(first: 0, second: 0)

    /// Which of so many parts of a table it belongs to.
    func part(of count: Int) -> Int { Int(second % UInt64(count)) }
}
