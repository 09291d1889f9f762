internal import Bytes

extension HTTPDate {
    /// The time of a date in one of the three forms that fields may have (RFC 9110 §5.6.7), in seconds since 1970-01-01
    /// 00:00:00 UTC; nil for anything else.
    ///
    /// The name of the weekday is not compared with the date.
    package static func parse(_ text: UnsafeRawBufferPointer) -> Int? {
        var reader = Reader(text: text)
        let weekday = reader.takeLetters()
        guard weekday.count >= 3 else { return nil }
        if reader.take(",") { return reader.take(" ") ? parseDayFirst(&reader) : nil }
        return reader.take(" ") ? parseMonthFirst(&reader) : nil
    }

    /// `06 Nov 1994 08:49:37 GMT`, and `06-Nov-94 08:49:37 GMT` of RFC 850.
    private static func parseDayFirst(_ reader: inout Reader) -> Int? {
        guard let day = reader.takeDigits(2) else { return nil }
        let isObsolete = reader.take("-")
        guard isObsolete || reader.take(" "), let month = reader.takeMonth(), reader.take(isObsolete ? "-" : " "),
            var year = reader.takeDigits(isObsolete ? 2 : 4)
        else { return nil }
        if isObsolete { year += year < 70 ? 2000 : 1900 }
        guard reader.take(" "), let second = reader.takeTime(), reader.take(" GMT"), reader.isAtEnd else { return nil }
        return seconds(year: year, month: month, day: day, second: second)
    }

    /// `Nov  6 08:49:37 1994`, as asctime(3) writes it.
    private static func parseMonthFirst(_ reader: inout Reader) -> Int? {
        guard let month = reader.takeMonth(), reader.take(" ") else { return nil }
        let day = reader.take(" ") ? reader.takeDigits(1) : reader.takeDigits(2)
        guard let day, reader.take(" "), let second = reader.takeTime(), reader.take(" "),
            let year = reader.takeDigits(4), reader.isAtEnd
        else { return nil }
        return seconds(year: year, month: month, day: day, second: second)
    }

    private static func seconds(year: Int, month: Int, day: Int, second: Int) -> Int? {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard year >= 1970, (1...lengths[month - 1]).contains(day) else { return nil }
        let yearsBefore = year - 1
        let leapDays = yearsBefore / 4 - yearsBefore / 100 + yearsBefore / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400)
        let days = (year - 1970) * 365 + leapDays + lengths[..<(month - 1)].reduce(0, +) + day - 1
        return days * 86_400 + second
    }

    /// Takes the parts of a date from the start of the text.
    private struct Reader {
        let text: UnsafeRawBufferPointer
        private var index = 0

        init(text: UnsafeRawBufferPointer) { self.text = text }

        var isAtEnd: Bool { index == text.count }

        mutating func take(_ literal: StaticString) -> Bool {
            let bytes = UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
            guard text.count - index >= bytes.count,
                ASCII.equals(UnsafeRawBufferPointer(rebasing: text[index..<index + bytes.count]), bytes)
            else { return false }
            index += bytes.count
            return true
        }

        mutating func takeLetters() -> Slice<UnsafeRawBufferPointer> {
            let start = index
            while index < text.count, ASCII.isLetter(text[index]) { index += 1 }
            return text[start..<index]
        }

        mutating func takeDigits(_ count: Int) -> Int? {
            guard text.count - index >= count else { return nil }
            var value = 0
            for _ in 0..<count {
                guard ASCII.isDigit(text[index]) else { return nil }
                value = value * 10 + Int(text[index] - ASCII.zero)
                index += 1
            }
            return value
        }

        /// The number of a month, from 1 on.
        mutating func takeMonth() -> Int? {
            for month in 1...12 where take(HTTPDate.monthNames[month - 1]) { return month }
            return nil
        }

        /// `08:49:37` as seconds of the day; 60 is the leap second.
        mutating func takeTime() -> Int? {
            guard let hour = takeDigits(2), take(":"), let minute = takeDigits(2), take(":"),
                let second = takeDigits(2),
                hour < 24, minute < 60, second <= 60
            else { return nil }
            return hour * 3600 + minute * 60 + second
        }
    }

    private static let monthNames: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
