package import Bytes

/// Dates as fields carry them (RFC 9110 §5.6.7).
package enum HTTPDate {
    /// The number of bytes of a date.
    package static let count = 29

    /// Appends a time as an IMF-fixdate, like `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// - Parameter epochSeconds: seconds since 1970-01-01 00:00:00 UTC, from year 0 to 9999.
    package static func append(epochSeconds: Int, to buffer: inout ByteBuffer) {
        let secondOfDay = ((epochSeconds % 86400) + 86400) % 86400
        let day = (epochSeconds - secondOfDay) / 86400
        let date = civil(day: day)
        append("SunMonTueWedThuFriSat", part: ((day + 4) % 7 + 7) % 7, to: &buffer)
        buffer.append(", ")
        append(twoDigits: date.day, to: &buffer)
        buffer.append(ASCII.space)
        append("JanFebMarAprMayJunJulAugSepOctNovDec", part: date.month - 1, to: &buffer)
        buffer.append(ASCII.space)
        append(twoDigits: date.year / 100, to: &buffer)
        append(twoDigits: date.year % 100, to: &buffer)
        buffer.append(ASCII.space)
        append(twoDigits: secondOfDay / 3600, to: &buffer)
        buffer.append(ASCII.colon)
        append(twoDigits: secondOfDay / 60 % 60, to: &buffer)
        buffer.append(ASCII.colon)
        append(twoDigits: secondOfDay % 60, to: &buffer)
        buffer.append(" GMT")
    }

    /// The date in the Gregorian calendar that is `day` days after 1970-01-01.
    private static func civil(day: Int) -> (year: Int, month: Int, day: Int) {
        // Years are counted from 1 March of year 0, so that the leap day is the last one of its year.
        let fromMarch = day + 719_468
        let era = (fromMarch >= 0 ? fromMarch : fromMarch - 146_096) / 146_097
        let dayOfEra = fromMarch - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }

    private static func append(_ names: StaticString, part: Int, to buffer: inout ByteBuffer) {
        buffer.append(UnsafeRawBufferPointer(start: names.utf8Start + part * 3, count: 3))
    }

    private static func append(twoDigits value: Int, to buffer: inout ByteBuffer) {
        buffer.append(ASCII.zero + UInt8(value / 10))
        buffer.append(ASCII.zero + UInt8(value % 10))
    }
}
