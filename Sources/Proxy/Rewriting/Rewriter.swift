internal import Bytes
internal import HTTP
internal import Routing

/// Does to a request what the steps of its host and location say (nginx's rewrite module).
enum Rewriter {
    /// What the steps came to.
    enum Outcome {
        /// The request goes on, in another location where `RewrittenRequest.needsLocation` says so.
        case proceed
        /// It is answered so.
        case answer(Return)
        /// The client is sent to `RewrittenRequest.redirection` with this status.
        case redirect(Int)
        /// It is refused with this status.
        case refuse(Int)
    }

    /// Runs the steps of a level.
    ///
    /// - Parameter location: the location that they stand in; nil for those of the host.
    static func run(
        _ steps: ContiguousArray<RewriteStep>, of location: WorkerLocation? = nil, for exchange: Exchange
    ) -> Outcome {
        let request = exchange.rewriting()
        guard !request.isMalformed else { return .refuse(400) }
        request.needsLocation = false
        for step in steps {
            if let outcome = run(step, of: location, request, exchange) { return outcome }
        }
        return .proceed
    }

    /// Runs one step; nil where the next one is to follow.
    private static func run(
        _ step: RewriteStep, of location: WorkerLocation?, _ request: RewrittenRequest, _ exchange: Exchange
    ) -> Outcome? {
        switch step {
        case .assign(let name, let template):
            var text = ByteBuffer()
            template.append(to: &text, from: VariableValues(exchange))
            return request.set(name, to: text.readable) ? nil : .refuse(500)
        case .assignQuery(let template):
            var text = ByteBuffer()
            template.append(to: &text, from: VariableValues(exchange))
            request.setQuery(text.readable)
            return nil
        case .rewrite(let rewrite): return apply(rewrite, request, exchange)
        case .branch(let condition, let steps, let block):
            switch holds(condition, request, exchange) {
            case .matched: break
            case .unmatched: return nil
            case .failed: return .refuse(500)
            }
            if let block, let location { exchange.enterBlock(block, of: location) }
            for step in steps {
                if let outcome = run(step, of: location, request, exchange) { return outcome }
            }
            return nil
        case .stop:
            if request.needsLocation {
                request.needsLocation = false
                request.isInLocation = false
            }
            return .proceed
        case .answer(let answer): return .answer(answer)
        }
    }

    // MARK: Conditions

    private static func holds(
        _ condition: Condition, _ request: RewrittenRequest, _ exchange: Exchange
    ) -> PatternMatcher.Outcome {
        var text = ByteBuffer()
        let values = VariableValues(exchange)
        switch condition {
        case .isSet(let subject):
            subject.append(to: &text, from: values)
            return text.isEmpty || ASCII.equalsIgnoringCase(text.readable, "0") ? .unmatched : .matched
        case .equals(let subject, let other, let isNegated):
            var wanted = ByteBuffer()
            subject.append(to: &text, from: values)
            other.append(to: &wanted, from: values)
            return ASCII.equals(text.readable, wanted.readable) != isNegated ? .matched : .unmatched
        case .matches(let subject, let pattern, let isNegated):
            subject.append(to: &text, from: values)
            let outcome = match(pattern, in: text.readable, request, exchange)
            guard isNegated else { return outcome }
            return outcome == .matched ? .unmatched : outcome == .unmatched ? .matched : .failed
        }
    }

    private static func match(
        _ pattern: Pattern, in text: UnsafeRawBufferPointer, _ request: RewrittenRequest, _ exchange: Exchange
    ) -> PatternMatcher.Outcome {
        let outcome = exchange.worker.patterns.match(pattern, in: text)
        if outcome == .matched {
            request.capture(pattern, in: text, exchange.worker.patterns)
        } else {
            request.forgetCaptures()
        }
        return outcome
    }

    // MARK: rewrite

    private static func apply(_ rewrite: Rewrite, _ request: RewrittenRequest, _ exchange: Exchange) -> Outcome? {
        switch match(rewrite.pattern, in: request.path.readable, request, exchange) {
        case .matched: break
        case .unmatched: return nil
        case .failed: return .refuse(500)
        }
        if case .redirect(let status) = rewrite.outcome {
            redirect(rewrite, request, exchange)
            return .redirect(status)
        }
        var path = ByteBuffer()
        rewrite.path.append(to: &path, from: VariableValues(exchange))
        guard !path.isEmpty else { return .refuse(500) }
        if let template = rewrite.query {
            var query = ByteBuffer()
            template.append(to: &query, from: EscapedCaptures(exchange, request, request.wasEscaped ? .query : .none))
            if rewrite.keepsQuery, !request.query.isEmpty {
                query.append("&")
                query.append(request.query.readable)
            }
            request.setQuery(query.readable)
        } else if !rewrite.keepsQuery {
            request.setQuery(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        guard request.setPath(path.readable) else { return .refuse(400) }
        switch rewrite.outcome {
        case .next, .redirect:
            request.needsLocation = true
            return nil
        case .last:
            request.needsLocation = true
            return .proceed
        case .stop:
            request.needsLocation = false
            request.isInLocation = false
            return .proceed
        }
    }

    private static func redirect(_ rewrite: Rewrite, _ request: RewrittenRequest, _ exchange: Exchange) {
        var target = ByteBuffer()
        rewrite.path.append(to: &target, from: EscapedCaptures(exchange, request, .location))
        if rewrite.keepsQuery, !request.query.isEmpty {
            target.append(rewrite.hasQuery ? "&" : "?")
            target.append(request.query.readable)
        }
        request.redirection.removeAll()
        request.redirection.append(target.readable)
    }
}
