/// Writes a part of a host name with letters beyond ASCII in ASCII (RFC 3492).
enum Punycode {
    /// The text behind `xn--`; nil where the numbers overflow, as no real name makes them.
    static func encode(_ label: String) -> String? {
        let scalars = label.unicodeScalars.map { Int($0.value) }
        var output = scalars.filter { $0 < 0x80 }
        let basicCount = output.count
        if basicCount > 0 { output.append(Int(UInt8(ascii: "-"))) }
        var (next, delta, bias, handled) = (0x80, 0, 72, basicCount)
        while handled < scalars.count {
            guard let least = scalars.filter({ $0 >= next }).min() else { return nil }
            let (step, overflow) = (least - next).multipliedReportingOverflow(by: handled + 1)
            guard !overflow, step < 1 << 31 else { return nil }
            delta += step
            next = least
            for scalar in scalars {
                if scalar < next { delta += 1 }
                guard scalar == next else { continue }
                append(delta, bias, to: &output)
                bias = adapted(delta, count: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            next += 1
        }
        return String(String.UnicodeScalarView(output.compactMap { Unicode.Scalar($0) }))
    }

    private static func append(_ delta: Int, _ bias: Int, to output: inout [Int]) {
        var rest = delta
        var weight = base
        while true {
            let threshold = min(max(weight - bias, 1), 26)
            guard rest >= threshold else { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            weight += base
        }
        output.append(digit(rest))
    }

    private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var steps = 0
        while delta > (base - 1) * 26 / 2 {
            delta /= base - 1
            steps += base
        }
        return steps + base * delta / (delta + 38)
    }

    private static func digit(_ value: Int) -> Int { value < 26 ? 0x61 + value : 0x30 + value - 26 }

    private static let base = 36
}
