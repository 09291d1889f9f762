internal import Bytes
internal import Routing

/// What a request has become inside of the proxy: the path and query that it is served by, and what its directives have
/// noted. Only requests that pass a directive which needs it have one.
final class RewrittenRequest {
    /// The path, decoded (nginx's `$uri`).
    private(set) var path = ByteBuffer()
    /// The query without its `?` (nginx's `$args`).
    private(set) var query = ByteBuffer()
    /// Whether path or query are no longer those that the client sent.
    private(set) var isChanged = false
    /// Whether an inner redirect or a rewrite has led here, so that internal locations may be entered.
    var isInternal = false
    /// Whether the path is still the one by which its location was chosen, so that `proxy_pass` can replace the beginning.
    var isInLocation = true
    /// Whether a location is to be chosen anew behind the steps that run.
    var needsLocation = false
    /// Whether the path was sent in a way that nginx refuses.
    private(set) var isMalformed: Bool
    /// Whether it is served in place of an error, which no other page takes the place of then.
    var isErrorPage = false
    /// The status that the answer is sent with; nil for its own.
    var answerStatus: Int?
    /// Whether it is passed on without a body, as a GET.
    var isBodyless = false
    private var keptFields: ContiguousArray<(name: ByteString, value: ByteString)> = []
    /// Where the client is sent, while it is told so.
    var redirection = ByteBuffer()
    /// Whether the path was sent with escapes or `+`, which decides how nginx writes what was captured from it.
    let wasEscaped: Bool

    private var changesLeft = 10
    private var subject = ByteBuffer()
    private var groups: ContiguousArray<ByteRange?> = []
    private var names: ContiguousArray<(name: ByteString, value: ByteRange)> = []
    private var values = ByteBuffer()

    /// A request as it was sent, with its normalised path.
    init(path: UnsafeRawBufferPointer, query: UnsafeRawBufferPointer, wasEscaped: Bool, isMalformed: Bool) {
        self.isMalformed = isMalformed
        self.path.append(path)
        self.query.append(query)
        self.wasEscaped = wasEscaped
    }

    /// Counts a change of path or location; false at the eleventh, which nginx takes for a circle.
    func countChange() -> Bool {
        changesLeft -= 1
        return changesLeft >= 0
    }

    /// Gives the request a path; false where that could lead out of the location that is chosen by it.
    func setPath(_ text: UnsafeRawBufferPointer) -> Bool {
        isChanged = true
        isInternal = true
        isMalformed = false
        path.removeAll()
        if text.first != ASCII.slash { path.append(ASCII.slash) }
        path.append(text)
        return !Self.hasDotSegment(path.readable)
    }

    /// Gives the request a query.
    func setQuery(_ text: UnsafeRawBufferPointer) {
        isChanged = true
        query.removeAll()
        query.append(text)
    }

    // MARK: Fields for the answer

    /// Keeps a field for the answer.
    func keepField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        keptFields.append((ByteString(name), ByteString(value)))
    }

    /// Keeps a field of a fixed name for the answer.
    func keepField(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        keepField(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
    }

    /// Whether a field of this name was kept, so that the answer's own one gives way.
    func keeps(_ name: UnsafeRawBufferPointer) -> Bool {
        keptFields.contains { field in field.name.withBytes { ASCII.equalsIgnoringCase($0, name) } }
    }

    /// Adds the fields that were kept.
    func writeFields(to downstream: Downstream) {
        for field in keptFields {
            field.name.withBytes { name in field.value.withBytes { downstream.addField(name, $0) } }
        }
    }

    // MARK: What patterns have matched

    /// Notes what the groups of a pattern have matched in a text, which the worker's matcher knows.
    func capture(_ pattern: Pattern, in text: UnsafeRawBufferPointer, _ matcher: PatternMatcher) {
        forgetCaptures()
        subject.append(text)
        for number in 0...min(pattern.captureCount, Int(PatternMatcher.mostCaptures) - 1) {
            groups.append(matcher.capture(number).map { ByteRange(start: $0.lowerBound, count: $0.count) })
        }
        for group in pattern.captureNames {
            let range = group.number < groups.count ? groups[group.number] : nil
            set(group.name, to: range.map { subject.readable[$0] } ?? UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    /// Forgets what was matched, because a pattern was not found.
    func forgetCaptures() {
        subject.removeAll()
        groups.removeAll(keepingCapacity: true)
    }

    /// What a group has matched.
    func captured(_ number: Int) -> UnsafeRawBufferPointer {
        guard number < groups.count, let range = groups[number] else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return subject.readable[range]
    }

    // MARK: Variables

    /// Gives a variable a value; false where the values become too long together.
    @discardableResult
    func set(_ name: ByteString, to value: UnsafeRawBufferPointer) -> Bool {
        guard values.count + value.count <= Self.mostBytes else { return false }
        let range = ByteRange(start: values.count, count: value.count)
        values.append(value)
        if let index = names.firstIndex(where: { $0.name == name }) {
            names[index].value = range
        } else {
            names.append((name, range))
        }
        return true
    }

    /// Gives the variables of another request the values that they have there.
    func takeVariables(of other: RewrittenRequest) {
        for variable in other.names { set(variable.name, to: other.values.readable[variable.value]) }
    }

    /// The value of a variable; nothing where it has none.
    func value(of name: ByteString) -> UnsafeRawBufferPointer {
        guard let index = names.firstIndex(where: { $0.name == name }) else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return values.readable[names[index].value]
    }

    /// Whether a segment of the path is `.` or `..`, which a backend may resolve to a place that no location has let pass.
    private static func hasDotSegment(_ path: UnsafeRawBufferPointer) -> Bool {
        var length = 0
        var hasOther = false
        for byte in path {
            if byte == ASCII.slash {
                if length > 0, length <= 2, !hasOther { return true }
                (length, hasOther) = (0, false)
            } else {
                length += 1
                if byte != UInt8(ascii: ".") { hasOther = true }
            }
        }
        return length > 0 && length <= 2 && !hasOther
    }

    private static let mostBytes = 1 << 20
}
