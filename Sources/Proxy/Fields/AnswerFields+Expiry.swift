internal import Bytes
internal import HTTP
internal import Routing

extension AnswerFields {
    /// Adds `Expires` and `Cache-Control` where `expires` says so; `changed` is the value of the answer's Last-Modified.
    func writeExpiry(status: Int, changed: UnsafeRawBufferPointer?, for exchange: Exchange) {
        guard let expiry, AddedHeader.standardApplies(toStatus: status) else { return }
        let downstream = exchange.downstream
        let now = exchange.worker.clock.seconds
        switch expiry {
        case .never:
            downstream.addField("Expires", "Thu, 01 Jan 1970 00:00:01 GMT")
            downstream.addField("Cache-Control", "no-cache")
        case .longest:
            downstream.addField("Expires", "Thu, 31 Dec 2037 23:55:55 GMT")
            downstream.addField("Cache-Control", "max-age=315360000")
        case .after(let seconds): write(seconds, now, downstream)
        case .afterChange(let seconds):
            // As in nginx an answer that does not say when it changed is counted from now on.
            let start = changed.flatMap { HTTPDate.parse($0) } ?? now
            write(start + seconds - now, now, downstream)
        case .daily(let second):
            let today = exchange.worker.clock.secondOfDay
            write(second > today ? second - today : second - today + 86_400, now, downstream)
        }
    }

    private func write(_ age: Int, _ now: Int, _ downstream: Downstream) {
        var text = ByteBuffer()
        HTTPDate.append(epochSeconds: now + age, to: &text)
        downstream.addField("Expires", text.readable)
        guard age >= 0 else { return downstream.addField("Cache-Control", "no-cache") }
        text.removeAll()
        text.append("max-age=")
        text.append(decimal: age)
        downstream.addField("Cache-Control", text.readable)
    }
}
