internal import Bytes
internal import HTTP
internal import Routing

/// What is served in place of an answer: the pages of `error_page`, and where a backend sends the request on by itself.
extension Exchange {
    /// Answers with the page that stands for a status, or with what a directive has in its place.
    func respond(_ status: Int) {
        guard !isServed(byPageFor: status) else { return }
        LocalResponse.send(status, for: self)
    }

    /// Answers as a `return` directive says.
    func respond(_ returned: Return) { LocalResponse.send(returned, for: self) }

    /// Serves what `error_page` names for an error of the proxy itself; false where that is nothing.
    func isServed(byPageFor status: Int) -> Bool {
        guard let page = page(for: status) else { return false }
        var challenge: ByteBuffer?
        if status == 401 { challenge = LocalResponse.challenge(of: self) }
        return isServed(by: page, for: status, challenge: challenge?.readable)
    }

    /// Serves something else in place of a backend's answer, where `X-Accel-Redirect` or `proxy_intercept_errors` says so.
    ///
    /// - Returns: false where the answer is to be passed on.
    func isReplaced(_ response: borrowing ResponseHead, in bytes: UnsafeRawBufferPointer) -> Bool {
        let settings = location.settings.answers
        if !settings.ignoresInnerRedirects, let field = response.fields.first(.xAccelRedirect) {
            let target = ByteString(bytes[field.value])
            keepFields(of: response, in: bytes)
            releaseUpstream()
            redirectAsTold(to: target)
            return true
        }
        guard settings.interceptsErrors, response.status >= 300, let page = page(for: response.status) else {
            return false
        }
        let challenge = response.fields.first(.wwwAuthenticate).map { ByteString(bytes[$0.value]) }
        let status = response.status
        releaseUpstream()
        if let challenge {
            return challenge.withBytes { isServed(by: page, for: status, challenge: $0) } || refused(status)
        }
        return isServed(by: page, for: status, challenge: nil) || refused(status)
    }

    /// Answers with a status whose page cannot be served any more.
    private func refused(_ status: Int) -> Bool {
        LocalResponse.send(status, for: self)
        return true
    }

    private func page(for status: Int) -> ErrorPage? {
        let pages = location.settings.answers.errorPages
        guard !pages.isEmpty, rewritten?.isErrorPage != true, host != nil else { return nil }
        return pages.first { $0.statuses.contains(status) }
    }

    private func isServed(by page: ErrorPage, for status: Int, challenge: UnsafeRawBufferPointer?) -> Bool {
        // What was sent of a body cannot be sent again.
        if case .named = page.target, bodyReceived > 0 { return false }
        let request = rewriting()
        request.isErrorPage = true
        request.answerStatus =
            switch page.status {
            case .ofError: status
            case .ofAnswer: nil
            case .fixed(let code): code
            }
        if let challenge { request.keepField("WWW-Authenticate", challenge) }
        forgetBackends()
        switch page.target {
        case .path(let template):
            dropBody(request)
            var text = ByteBuffer()
            template.append(to: &text, from: VariableValues(self))
            redirectInternally(toTarget: text.readable)
        case .named(let name): redirectInternally(toNamed: name)
        case .url(let template):
            let code = request.answerStatus ?? 302
            request.answerStatus = nil
            LocalResponse.redirect([301, 302, 303, 307, 308].contains(code) ? code : 302, to: template, for: self)
        }
        return true
    }

    /// Serves what a backend names in `X-Accel-Redirect`: a path, or a location `@NAME`.
    private func redirectAsTold(to target: ByteString) {
        let request = rewriting()
        forgetBackends()
        dropBody(request)
        target.withBytes { target in
            if target.first == UInt8(ascii: "@") {
                redirectInternally(toNamed: ByteString(UnsafeRawBufferPointer(rebasing: target.dropFirst())))
            } else {
                redirectInternally(toTarget: target)
            }
        }
    }

    /// Serves a path that may have escapes, with the query behind it.
    private func redirectInternally(toTarget target: UnsafeRawBufferPointer) {
        let split = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        let query = UnsafeRawBufferPointer(rebasing: target[min(split + 1, target.count)...])
        var path = ByteBuffer()
        guard target.first == ASCII.slash,
            NormalizedPath.append(UnsafeRawBufferPointer(rebasing: target[..<split]), to: &path)
        else { return respond(500) }
        redirectInternally(to: path.readable, query: query)
    }

    /// From now on the request is a GET without a body, or the HEAD that it was.
    private func dropBody(_ request: RewrittenRequest) {
        request.isBodyless = true
        isUploadStopped = true
        downstream.pauseBody()
    }

    private func forgetBackends() {
        excluded.removeAll(keepingCapacity: true)
        hasRetriedFresh = false
        chosen = nil
        leaveBackend()
    }

    /// Keeps what a backend says of the content, for the answer that takes the place of its own.
    private func keepFields(of response: borrowing ResponseHead, in bytes: UnsafeRawBufferPointer) {
        let request = rewriting()
        for field in response.fields where !field.isDropped {
            switch field.known {
            case .contentType, .contentDisposition, .setCookie, .cacheControl, .expires:
                request.keepField(bytes[field.name], bytes[field.value])
            default: continue
            }
        }
    }

    // MARK: The request as it is passed on

    /// The framing of the body that the request has still.
    var framing: BodyFraming { rewritten?.isBodyless ?? false ? .none : downstream.request.framing }

    /// The framing of the body that the backend gets.
    var forwardedFraming: BodyFraming { location.settings.passesRequestBody ? framing : .none }

    /// The method that the backend is asked with.
    var forwardedMethod: Method {
        let method = downstream.request.method
        return rewritten?.isBodyless ?? false && method != .head ? .get : method
    }

    /// Appends that method.
    func appendMethod(to output: inout ByteBuffer) {
        let method = downstream.request.method
        if rewritten?.isBodyless ?? false, method != .head {
            output.append("GET")
        } else {
            output.append(downstream.headBytes[downstream.request.methodRange])
        }
    }

    /// The status that an answer is sent with, which an error page may have been given.
    func sentStatus(_ status: Int) -> Int {
        var status = status
        if let replacement = rewritten?.answerStatus, status >= 200, status != 204, status != 304 {
            status = replacement
        }
        // To such a request it would say that the tunnel stands (RFC 8441 §5).
        if downstream.request.isExtendedConnect, (200..<300).contains(status) { return 501 }
        return status
    }
}
