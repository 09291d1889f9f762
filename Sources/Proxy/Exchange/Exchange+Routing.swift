internal import Bytes
internal import HTTP
internal import Routing

/// How the location of a request is found, which its directives may change again and again.
extension Exchange {
    /// Puts the request into its location; false where it was answered on the way.
    ///
    /// The order is nginx's: the steps of the host, the location, whether it may be entered, the declared size of the body
    /// (413 comes before 401), the steps of the location; once more from the location on where they change the path.
    func routed(by host: WorkerHost) -> Bool {
        if !host.capturing.isEmpty { captureName(by: host.capturing) }
        if let steps = host.steps {
            enter(host.surroundings)
            guard isThrough(Rewriter.run(steps, for: self)) else { return false }
        }
        return located(by: host)
    }

    private func located(by host: WorkerHost) -> Bool {
        while true {
            var lacksSlash = false
            switch place(on: host) {
            case .location(let found): enter(found)
            case .directory(let found):
                enter(found)
                lacksSlash = true
            case .refused(let status):
                respond(status)
                return false
            }
            if let pattern = location.capturing { capturePath(by: pattern) }
            guard mayEnter(host) else { return false }
            if lacksSlash {
                LocalResponse.redirectToDirectory(self)
                return false
            }
            guard let steps = location.steps else { return true }
            guard isThrough(Rewriter.run(steps, of: location, for: self)) else { return false }
            guard let rewritten, rewritten.needsLocation else { return true }
            rewritten.isInLocation = true
            guard isCounted(rewritten) else { return false }
        }
    }

    /// Whether the request may stay in its location, which `limit_except` may exchange for another one.
    private func mayEnter(_ host: WorkerHost) -> Bool {
        if location.isInternal, rewritten?.isInternal != true {
            respond(404)
            return false
        }
        let limit = location.settings.maxBodySize
        enterException(of: host)
        if case .length(let length) = framing, let limit, length > limit {
            respond(413)
            return false
        }
        return true
    }

    /// Goes on by what `limit_except` says, where the method is none of those that it names.
    private func enterException(of host: WorkerHost) {
        guard let exception = location.exception, !exception.covers(downstream) else { return }
        enter(host.location(exception.location))
    }

    private func place(on host: WorkerHost) -> WorkerHost.Place {
        guard let rewritten else { return host.place(of: pathAsSent, on: worker) }
        return rewritten.isMalformed ? .refused(400) : host.place(ofNormalized: rewritten.path.readable, on: worker)
    }

    /// Whether the request goes on behind its steps; otherwise it has been answered as they say.
    private func isThrough(_ outcome: Rewriter.Outcome) -> Bool {
        switch outcome {
        case .proceed: return true
        case .answer(let answer): respond(answer)
        case .redirect(let status): LocalResponse.redirect(status, to: rewriting(), for: self)
        case .refuse(let status): respond(status)
        }
        return false
    }

    private func isCounted(_ rewritten: RewrittenRequest) -> Bool {
        if rewritten.countChange() { return true }
        worker.report(.circle, exchange: self, backend: nil)
        respond(500)
        return false
    }

    // MARK: Inner redirects

    /// Serves the request as if the client had asked for this path, which is decoded, and this query: from the steps of the
    /// host on. No byte of an answer may have been sent. At the eleventh time the request is answered with 500.
    func redirectInternally(to path: UnsafeRawBufferPointer, query: UnsafeRawBufferPointer) {
        guard let host else { return respond(500) }
        let request = rewriting()
        request.setQuery(query)
        request.isInLocation = true
        guard request.setPath(path) else { return respond(400) }
        guard isCounted(request), routed(by: host) else { return }
        pass()
    }

    /// Serves the request as the location `@NAME` says, with the path that it has. No byte of an answer may have been sent.
    func redirectInternally(toNamed name: ByteString) {
        guard let host, let found = host.location(named: name) else { return respond(500) }
        let request = rewriting()
        request.isInternal = true
        guard isCounted(request) else { return }
        enter(found)
        enterException(of: host)
        if let steps = location.steps {
            guard isThrough(Rewriter.run(steps, of: location, for: self)) else { return }
            if request.needsLocation {
                request.isInLocation = true
                guard isCounted(request), located(by: host) else { return }
            }
        }
        pass()
    }

    // MARK: What the request has become

    /// What the request has become inside, which it is from now on.
    func rewriting() -> RewrittenRequest {
        if let rewritten { return rewritten }
        let request = downstream.request
        let path = downstream.headBytes[request.path]
        let isMalformed = !worker.path.normalize(path)
        let made = RewrittenRequest(
            path: worker.path.bytes, query: downstream.headBytes[request.query],
            wasEscaped: path.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }, isMalformed: isMalformed)
        rewritten = made
        return made
    }

    /// The query of the request as it is served (nginx's `$args`).
    var query: UnsafeRawBufferPointer {
        rewritten?.query.readable ?? downstream.headBytes[downstream.request.query]
    }

    /// Whether the backend gets the target as the client sent it.
    var sendsTargetAsItCame: Bool {
        location.destination == nil && location.target == nil && chosen?.path.isEmpty ?? true
            && rewritten?.isChanged != true
    }

    /// Puts the request into the location that an `if` leads to.
    func enterBlock(_ number: Int, of location: WorkerLocation) {
        guard let host, number < location.blocks.count else { return }
        enter(host.location(location.blocks[number]))
    }

    /// The upstream that the address of the location's `proxy_pass` comes to.
    func upstream(of choice: WorkerChoice) -> WorkerUpstream? {
        var address = ByteBuffer()
        choice.address.append(to: &address, from: VariableValues(self))
        return choice.upstream(at: address.readable)
    }

    private func captureName(by patterns: ContiguousArray<Pattern>) {
        let name = downstream.headBytes[downstream.request.hostName]
        for pattern in patterns where worker.patterns.match(pattern, in: name) == .matched {
            return rewriting().capture(pattern, in: name, worker.patterns)
        }
    }

    private func capturePath(by pattern: Pattern) {
        let request = rewriting()
        guard worker.patterns.match(pattern, in: request.path.readable) == .matched else { return }
        request.capture(pattern, in: request.path.readable, worker.patterns)
    }
}

extension MethodException {
    /// Whether the request has one of the methods that stay.
    fileprivate func covers(_ downstream: Downstream) -> Bool {
        let method = downstream.headBytes[downstream.request.methodRange]
        return methods.contains { name in
            name.withBytes { name in
                ASCII.equals(name, method)
                    || ASCII.equalsIgnoringCase(name, "get") && ASCII.equalsIgnoringCase(method, "head")
            }
        }
    }
}
