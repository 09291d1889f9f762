internal import Bytes
internal import HTTP
internal import Net

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
        let request = downstream.request
        switch error.retry {
        case .never: return false
        case .otherBackend: return bodyReceived == 0
        case .otherBackendIfRepeatable: return bodyReceived == 0 && request.method.isIdempotent
        case .freshConnection:
            // A request may be repeated when it changes nothing by being done twice, or when its body, without which it
            // cannot have been acted on, was not sent (RFC 9112 §9.3.1).
            guard bodyReceived == 0, !hasRetriedFresh, request.method.isIdempotent || request.framing.hasBody else {
                return false
            }
            hasRetriedFresh = true
            return true
        }
    }

    /// Asks the backend no more for this request, and counts the failure.
    func exclude(_ backend: BackendPool) {
        guard !excluded.contains(where: { $0 === backend }) else { return }
        excluded.append(backend)
        backend.health.failed(at: worker.loop.now)
    }
}
