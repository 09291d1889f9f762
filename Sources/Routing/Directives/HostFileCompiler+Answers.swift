internal import Bytes

extension HostFileCompiler {
    /// `proxy_redirect off`, `proxy_redirect default` or `proxy_redirect FROM TO`.
    mutating func addRedirect(_ directive: Directive) throws(Diagnostic) {
        let first = directive.arguments[0]
        if directive.arguments.count == 1 {
            switch first.text {
            case "off":
                guard settings.answers.redirects == nil else {
                    throw directive.error(first, "off cannot stand beside other lines of proxy_redirect")
                }
                settings.answers.redirects = []
            case "default": settings.answers.redirects = (settings.answers.redirects ?? []) + [.implicit]
            default:
                throw directive.error(
                    first, "\(Quoted(first.text)) is not a choice here", hint: "write off, default or FROM TO")
            }
            return
        }
        guard settings.answers.redirects?.count ?? 0 < Self.mostRules else {
            throw directive.error(directive.name, "there are more than \(Self.mostRules) of them")
        }
        let replacement = try directive.fieldValue(directive.arguments[1])
        let rule: RedirectRule
        if first.text.bytes.first == UInt8(ascii: "~") {
            let ignoresCase = first.text.bytes.starts(with: "~*".utf8)
            var expression = first
            expression.text = ByteString(Array(first.text.bytes.dropFirst(ignoresCase ? 2 : 1)))
            rule = .pattern(try pattern(expression, ignoresCase: ignoresCase, directive), replacement)
        } else {
            rule = .beginning(try directive.fieldValue(first), replacement)
        }
        settings.answers.redirects = (settings.answers.redirects ?? []) + [rule]
    }

    /// `proxy_hide_header NAME` or `proxy_pass_header NAME`.
    mutating func addFilteredField(
        _ directive: Directive, to list: WritableKeyPath<DirectiveSettings, [ByteString]>
    ) throws(Diagnostic) {
        let name = directive.arguments[0]
        guard !name.text.isEmpty, name.text.bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != ASCII.colon }) else {
            throw directive.error(
                name, "\(Quoted(name.text)) cannot be the name of a field", hint: "a name has letters, digits and -")
        }
        guard settings[keyPath: list].count < Self.mostRules else {
            throw directive.error(directive.name, "there are more than \(Self.mostRules) of them")
        }
        settings[keyPath: list].append(name.text)
    }

    /// What `proxy_ignore_headers NAME…` names; of the fields that nginx knows only two mean anything here.
    func ignoredFields(_ directive: Directive) throws(Diagnostic) -> (redirect: Bool, rate: Bool) {
        var ignored = (redirect: false, rate: false)
        for argument in directive.arguments {
            let name = argument.text.text.lowercased()
            guard Self.ignorable.contains(name) else {
                throw directive.error(
                    argument, "\(Quoted(argument.text)) is not a choice here",
                    hint: "write \(Self.ignorable.sorted().joined(separator: ", "))")
            }
            if name == "x-accel-redirect" { ignored.redirect = true }
            if name == "x-accel-limit-rate" { ignored.rate = true }
        }
        return ignored
    }

    /// `expires [modified] TIME`, `expires @TIME`, `expires epoch | max | off`.
    mutating func setExpiry(_ directive: Directive) throws(Diagnostic) {
        var argument = directive.arguments[0]
        let isModified = directive.arguments.count == 2
        if isModified {
            guard argument.text == "modified" else {
                throw directive.error(argument, "\(Quoted(argument.text)) is not a choice here", hint: "write modified")
            }
            argument = directive.arguments[1]
        }
        switch argument.text {
        case "off" where !isModified: settings.answers.expiry = .off
        case "epoch" where !isModified: settings.answers.expiry = .on(.never)
        case "max" where !isModified: settings.answers.expiry = .on(.longest)
        default:
            guard !argument.text.bytes.contains(UInt8(ascii: "$")) else {
                throw directive.error(argument, "variables in expires are not supported", hint: "write the time itself")
            }
            let sign = argument.text.bytes.first
            var text = argument
            if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "@") {
                text.text = ByteString(Array(argument.text.bytes.dropFirst()))
            }
            let seconds = try directive.seconds(text)
            switch sign {
            case UInt8(ascii: "@"):
                guard seconds < 86_400, !isModified else {
                    throw directive.error(argument, "a time of the day ends at 24h", hint: "write @ and less than 24h")
                }
                settings.answers.expiry = .on(.daily(seconds))
            default:
                let value = sign == UInt8(ascii: "-") ? -seconds : seconds
                settings.answers.expiry = .on(isModified ? .afterChange(value) : .after(value))
            }
        }
    }

    /// `error_page CODE… [=[CODE]] TARGET`.
    mutating func addErrorPage(_ directive: Directive) throws(Diagnostic) {
        guard let last = directive.arguments.last, settings.answers.errorPages.count < Self.mostRules else {
            throw directive.error(directive.name, "there are more than \(Self.mostRules) of them")
        }
        var codes = Array(directive.arguments.dropLast())
        var status = ErrorPage.Status.ofError
        if let word = codes.last, word.text.bytes.first == UInt8(ascii: "=") {
            codes.removeLast()
            let digits = ByteString(Array(word.text.bytes.dropFirst()))
            if digits.isEmpty {
                status = .ofAnswer
            } else {
                guard let code = digits.withBytes({ ASCII.decimal($0, limit: 599) }), code >= 200, code != 204,
                    code != 304
                else {
                    throw directive.error(
                        word, "\(Quoted(word.text)) is not a status for a page", hint: "write = or =200 to =599")
                }
                status = .fixed(code)
            }
        }
        var statuses: [Int] = []
        for code in codes {
            guard let number = code.text.withBytes({ ASCII.decimal($0, limit: 599) }), number >= 300, number != 499
            else {
                throw directive.error(
                    code, "\(Quoted(code.text)) is not a status that a page can stand for", hint: "write 300 to 599")
            }
            statuses.append(number)
        }
        guard !statuses.isEmpty else {
            throw directive.error(directive.name, "no status is named", hint: "write error_page CODE… TARGET;")
        }
        let target: ErrorPage.Target
        switch last.text.bytes.first {
        case UInt8(ascii: "@"):
            let name = ByteString(Array(last.text.bytes.dropFirst()))
            target = .named(name)
            namedReferences.append((name, directive.error(last, "there is no location @\(name)")))
        case ASCII.slash: target = .path(try directive.fieldValue(last))
        default:
            guard ["http://", "https://", "$"].contains(where: { last.text.bytes.starts(with: $0.utf8) }) else {
                throw directive.error(
                    last, "\(Quoted(last.text)) is neither a path nor a named location nor a URL",
                    hint: "write /PATH, @NAME or http://…")
            }
            target = .url(try directive.fieldValue(last))
        }
        settings.answers.errorPages.append(ErrorPage(statuses: statuses, status: status, target: target))
    }

    private static let mostRules = 200
    private static let ignorable: Set<String> = [
        "x-accel-redirect", "x-accel-expires", "x-accel-limit-rate", "x-accel-buffering", "x-accel-charset", "expires",
        "cache-control", "set-cookie", "vary",
    ]
}
