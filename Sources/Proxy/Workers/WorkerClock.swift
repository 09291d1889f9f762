internal import Bytes
private import Glibc
internal import HTTP

/// The wall clock as text, written anew at most once a second.
final class WorkerClock {
    private var second: Int = -1
    private var nanosecond: Int = 0
    private var date = ByteBuffer(capacity: 32)
    private var logTime = ByteBuffer(capacity: 32)
    private var iso8601 = ByteBuffer(capacity: 32)

    /// Calls the body with the time for a Date field (RFC 9110 §5.6.7).
    func withDate(_ body: (UnsafeRawBufferPointer) -> Void) {
        refresh()
        body(date.readable)
    }

    /// Calls the body with the local time in the form of access logs: `21/Nov/2026:13:14:24 +0000`.
    func withLogTime(_ body: (UnsafeRawBufferPointer) -> Void) {
        refresh()
        body(logTime.readable)
    }

    /// Calls the body with the local time in ISO 8601: `2026-11-21T13:14:24+00:00`.
    func withISO8601(_ body: (UnsafeRawBufferPointer) -> Void) {
        refresh()
        body(iso8601.readable)
    }

    /// Appends the seconds since 1970 with three decimals.
    func appendMilliseconds(to output: inout ByteBuffer) {
        refresh()
        output.append(decimal: second)
        output.append(".")
        Self.append(nanosecond / 1_000_000, digits: 3, to: &output)
    }

    /// The seconds since 1970.
    var seconds: Int {
        refresh()
        return second
    }

    /// The seconds since midnight, local time.
    var secondOfDay: Int {
        var time = time_t(seconds)
        var parts = tm()
        localtime_r(&time, &parts)
        return Int(parts.tm_hour) * 3600 + Int(parts.tm_min) * 60 + Int(parts.tm_sec)
    }

    private func refresh() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        nanosecond = time.tv_nsec
        guard time.tv_sec != second else { return }
        second = time.tv_sec
        date.removeAll()
        HTTPDate.append(epochSeconds: second, to: &date)
        var parts = tm()
        localtime_r(&time.tv_sec, &parts)
        writeLogTime(parts)
        writeISO8601(parts)
    }

    private func writeLogTime(_ parts: tm) {
        logTime.removeAll()
        Self.append(Int(parts.tm_mday), digits: 2, to: &logTime)
        logTime.append("/")
        logTime.append(Self.months[Int(parts.tm_mon)])
        logTime.append("/")
        logTime.append(decimal: Int(parts.tm_year) + 1900)
        logTime.append(":")
        Self.appendTime(parts, to: &logTime)
        logTime.append(" ")
        Self.appendOffset(parts, separator: "", to: &logTime)
    }

    private func writeISO8601(_ parts: tm) {
        iso8601.removeAll()
        iso8601.append(decimal: Int(parts.tm_year) + 1900)
        iso8601.append("-")
        Self.append(Int(parts.tm_mon) + 1, digits: 2, to: &iso8601)
        iso8601.append("-")
        Self.append(Int(parts.tm_mday), digits: 2, to: &iso8601)
        iso8601.append("T")
        Self.appendTime(parts, to: &iso8601)
        Self.appendOffset(parts, separator: ":", to: &iso8601)
    }

    private static func appendTime(_ parts: tm, to output: inout ByteBuffer) {
        append(Int(parts.tm_hour), digits: 2, to: &output)
        output.append(":")
        append(Int(parts.tm_min), digits: 2, to: &output)
        output.append(":")
        append(Int(parts.tm_sec), digits: 2, to: &output)
    }

    private static func appendOffset(_ parts: tm, separator: StaticString, to output: inout ByteBuffer) {
        let minutes = abs(parts.tm_gmtoff) / 60
        output.append(parts.tm_gmtoff < 0 ? "-" : "+")
        append(minutes / 60, digits: 2, to: &output)
        output.append(separator)
        append(minutes % 60, digits: 2, to: &output)
    }

    private static func append(_ value: Int, digits: Int, to output: inout ByteBuffer) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            output.append(ASCII.zero + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
