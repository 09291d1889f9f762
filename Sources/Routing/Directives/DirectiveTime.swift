internal import Bytes

/// nginx's way to write times: numbers with units in falling order, `1h 30m`; a bare number means seconds.
enum DirectiveTime {
    /// A time in milliseconds where `ms` `s` `m` `h` `d` `w` may stand; nil for anything that nginx refuses (ngx_parse_time).
    static func milliseconds(_ text: ByteString) -> Duration? {
        parse(text, seconds: false).map { .milliseconds($0) }
    }

    /// A time in whole seconds, where `M` and `y` may stand too and `ms` may not.
    static func seconds(_ text: ByteString) -> Int? { parse(text, seconds: true) }

    private static func parse(_ text: ByteString, seconds isSeconds: Bool) -> Int? {
        var total = 0
        var value = 0
        var hasDigits = false
        // A unit must be smaller than the one before it: years come first, milliseconds last.
        var rank = isSeconds ? 0 : 2
        let bytes = text.bytes
        var index = 0
        while index < bytes.count {
            if ASCII.isDigit(bytes[index]) {
                guard let longer = appended(bytes[index] - ASCII.zero, to: value) else { return nil }
                value = longer
                hasDigits = true
                index += 1
                continue
            }
            let followedByS = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "s")
            guard let unit = unit(bytes[index], followedByS: followedByS), rank < 9, unit.rank > rank,
                unit.rank != 8 || !isSeconds, unit.rank != 9 || rank < 7
            else { return nil }
            rank = unit.rank
            let scale = unit.rank == 8 ? 1 : unit.seconds * (isSeconds ? 1 : 1000)
            guard let sum = added(value, scale, to: total) else { return nil }
            total = sum
            value = 0
            index += unit.rank == 8 ? 2 : 1
            while index < bytes.count, bytes[index] == ASCII.space { index += 1 }
        }
        guard hasDigits else { return nil }
        return added(value, isSeconds ? 1 : 1000, to: total)
    }

    private static func unit(_ byte: UInt8, followedByS: Bool) -> (rank: Int, seconds: Int)? {
        switch byte {
        case UInt8(ascii: "y"): (1, 31_536_000)
        case UInt8(ascii: "M"): (2, 2_592_000)
        case UInt8(ascii: "w"): (3, 604_800)
        case UInt8(ascii: "d"): (4, 86_400)
        case UInt8(ascii: "h"): (5, 3600)
        case UInt8(ascii: "m") where followedByS: (8, 0)
        case UInt8(ascii: "m"): (6, 60)
        case UInt8(ascii: "s"): (7, 1)
        case ASCII.space: (9, 1)
        default: nil
        }
    }

    private static func appended(_ digit: UInt8, to value: Int) -> Int? {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(Int(digit))
        return overflow || carry ? nil : sum
    }

    private static func added(_ value: Int, _ scale: Int, to total: Int) -> Int? {
        let (product, overflow) = value.multipliedReportingOverflow(by: scale)
        let (sum, carry) = total.addingReportingOverflow(product)
        return overflow || carry ? nil : sum
    }
}
