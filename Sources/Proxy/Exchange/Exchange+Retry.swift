internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// What is tried before the client is told of a failure.
extension Exchange {
    /// Tries once more where the failure allows it; false when the client must be told.
    func isRetried(_ error: ExchangeError) -> Bool {
        let failed = backend
        if error.isBackendFailure, let failed { exclude(failed) }
        guard mayRetry(error) else { return false }
        downstream.pauseBody()
        isUploadStopped = false
        // Where no other backend is left, the client is told what became of the last one.
        guard connect() == nil else { return false }
        if error.isBackendFailure { worker.reportPassedOver(failed, error, exchange: self) }
        return true
    }

    private func mayRetry(_ error: ExchangeError) -> Bool {
        switch error.retry {
        case .never: return false
        case .otherBackend: return bodyReceived == 0 && mayAskAnother(in: error.isTimeout ? .timeout : .error)
        case .otherBackendIfRepeatable:
            return mayRepeat && mayAskAnother(in: error.isTimeout ? .timeout : .error)
        case .otherBackendIfAsked: return mayRepeat && mayAskAnother(in: .invalidHeader)
        case .freshConnection:
            // What may do harm by being done twice is sent once, even if its body was not (RFC 9110 §9.2.2, 9112 §9.3.1).
            guard mayRepeat, !hasRetriedFresh else { return false }
            hasRetriedFresh = true
            return true
        }
    }

    /// Whether an answer of this status is left aside, because another backend is asked instead (`proxy_next_upstream`).
    func isPassedOver(_ status: Int, _ failed: BackendPool) -> Bool {
        let condition = NextUpstream.Conditions.status(status)
        guard !condition.isEmpty, mayRepeat, mayAskAnother(in: condition),
            let pool = chosen?.pool ?? location.pool, pool.hasOther(than: failed, excluding: excluded)
        else { return false }
        releaseUpstream()
        // That it does not have something, or does not like the client, is no failure of a backend.
        if status == 403 || status == 404 { excluded.append(failed) } else { exclude(failed) }
        downstream.pauseBody()
        isUploadStopped = false
        if let error = connect() { respond(error.status) }
        return true
    }

    /// Whether what a backend was sent may be sent to another one too.
    private var mayRepeat: Bool {
        bodyReceived == 0
            && (forwardedMethod.isIdempotent
                || location.settings.nextUpstream.conditions.contains(.nonIdempotent))
    }

    /// How long a kept connection may have been idle for the request to be sent on it; nil for any time.
    ///
    /// A backend may close a connection in the moment in which it is used, which a request must survive that can be sent only
    /// once, so that it gets a connection which no backend can be tired of.
    var idleLimit: Duration? {
        forwardedFraming.hasBody || !mayRepeat ? worker.settings.idleTimeForUnrepeatable : nil
    }

    private func mayAskAnother(in condition: NextUpstream.Conditions) -> Bool {
        let rule = location.settings.nextUpstream
        guard rule.conditions.contains(condition), rule.tries == 0 || attempts.count < rule.tries else { return false }
        return rule.timeout == .zero || worker.loop.now.since(attempts.began) < rule.timeout
    }

    /// Asks the backend no more for this request, and counts the failure.
    func exclude(_ backend: BackendPool) {
        guard !excluded.contains(where: { $0 === backend }) else { return }
        excluded.append(backend)
        backend.health.failed(at: worker.loop.now)
    }
}
