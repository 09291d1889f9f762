internal import Bytes
internal import Net

/// The backends that one request was sent to, for the log: the last one, and those that failed before it.
struct UpstreamAttempts {
    /// How far it came with one backend.
    struct Attempt {
        let backend: BackendPool
        let began: Instant
        var connected: Instant?
        var headed: Instant?
        var ended: Instant?
        /// The status that the backend sent, or the one that its failure stands for; 0 where neither came.
        var status = 0
        /// The bytes of its answer's body.
        var bodyCount = 0
        /// All bytes that it sent.
        var receivedCount = 0
        /// All bytes that it was sent.
        var sentCount = 0
    }

    /// The attempt that was made last.
    private(set) var last: Attempt?
    private var earlier: ContiguousArray<Attempt> = []

    /// How many there were.
    var count: Int { earlier.count + (last == nil ? 0 : 1) }

    /// When the first one began.
    var began: Instant { earlier.first?.began ?? last?.began ?? Instant(nanoseconds: 0) }

    /// Forgets all attempts; the memory for them stays.
    mutating func removeAll() {
        last = nil
        if !earlier.isEmpty { earlier.removeAll(keepingCapacity: true) }
    }

    /// A backend is asked.
    mutating func began(_ backend: BackendPool, at now: Instant) {
        if last != nil { keepLast() }
        last = Attempt(backend: backend, began: now)
    }

    /// Apart from its caller, which would make room for the copy with every request.
    private mutating func keepLast() { if let last { earlier.append(last) } }

    /// The connection to the backend stands.
    mutating func connected(at now: Instant) { last?.connected = now }

    /// The head of the answer has come.
    mutating func headed(status: Int, at now: Instant) {
        last?.headed = now
        last?.status = status
    }

    /// A piece of an answer's body has come, which is the backend's while it is asked.
    mutating func received(_ count: Int) { if last?.ended == nil { last?.bodyCount += count } }

    /// The connection is given up or given back, after so many bytes went over it.
    mutating func ended(received: Int, sent: Int, at now: Instant) {
        guard last?.ended == nil else { return }
        last?.ended = now
        last?.receivedCount = received
        last?.sentCount = sent
    }

    /// The attempt has failed with what stands for this status.
    mutating func failed(status: Int, at now: Instant) {
        guard last?.status == 0 else { return }
        last?.status = status
        if last?.ended == nil { last?.ended = now }
    }

    /// Appends something of each attempt in turn with commas between, `-` where one has nothing; nothing without attempts.
    func append(to output: inout ByteBuffer, _ body: (Attempt, inout ByteBuffer) -> Void) {
        for attempt in earlier {
            append(attempt, to: &output, body)
            output.append(", ")
        }
        if let last { append(last, to: &output, body) }
    }

    /// Appends the time from the start of each attempt to a moment of it, in seconds with milliseconds.
    func append(until moment: (Attempt) -> Instant?, to output: inout ByteBuffer) {
        append(to: &output) { attempt, output in
            if let instant = moment(attempt) { output.append(seconds: instant.since(attempt.began)) }
        }
    }

    private func append(
        _ attempt: Attempt, to output: inout ByteBuffer, _ body: (Attempt, inout ByteBuffer) -> Void
    ) {
        let count = output.count
        body(attempt, &output)
        if output.count == count { output.append("-") }
    }
}

extension ByteBuffer {
    /// Appends a duration as seconds with three decimals.
    mutating func append(seconds duration: Duration) {
        let milliseconds = Int(duration.clampedNanoseconds / 1_000_000)
        append(decimal: milliseconds / 1000)
        append(".")
        let rest = milliseconds % 1000
        if rest < 100 { append("0") }
        if rest < 10 { append("0") }
        append(decimal: rest)
    }
}
