internal import Bytes

extension Directive {
    /// The argument read as a size in bytes.
    func size(_ argument: Argument, allowsGiga: Bool) throws(Diagnostic) -> Int {
        if let bytes = DirectiveSize.bytes(argument.text, allowsGiga: allowsGiga) { return bytes }
        let units = allowsGiga ? "k, m or g" : "k or m"
        throw error(
            argument, "\(Quoted(argument.text)) is not a size",
            hint: "write a whole number of bytes, or one followed by \(units), such as 100m")
    }

    /// The argument read as a time with milliseconds; ten years stand for anything longer.
    func time(_ argument: Argument) throws(Diagnostic) -> Duration {
        if let time = DirectiveTime.milliseconds(argument.text) { return min(time, .seconds(315_360_000)) }
        throw error(
            argument, "\(Quoted(argument.text)) is not a time",
            hint: "write seconds, or numbers with w, d, h, m, s or ms in this order, such as 90, 900s, 1h30m")
    }

    /// The argument read as a time in whole seconds.
    func seconds(_ argument: Argument) throws(Diagnostic) -> Int {
        if let seconds = DirectiveTime.seconds(argument.text) { return seconds }
        throw error(
            argument, "\(Quoted(argument.text)) is not a time in seconds",
            hint: "write seconds, or numbers with y, M, w, d, h, m or s in this order")
    }

    /// The argument read as a number of 0 or more.
    func number(_ argument: Argument) throws(Diagnostic) -> Int {
        if let number = argument.text.withBytes({ ASCII.decimal($0) }) { return number }
        throw error(argument, "\(Quoted(argument.text)) is not a number")
    }

    /// Which of the choices the argument is, in any case of its letters.
    func choice(_ argument: Argument, _ choices: [String]) throws(Diagnostic) -> Int {
        let text = argument.text.text.lowercased()
        if let index = choices.firstIndex(of: text) { return index }
        throw error(
            argument, "\(Quoted(argument.text)) is not a choice here",
            hint: "write \(choices.dropLast().joined(separator: ", ")) or \(choices.last ?? "")")
    }

    /// The argument compiled as text with variables.
    func template(_ argument: Argument) throws(Diagnostic) -> Template {
        do throws(TemplateError) {
            return try TemplateParser.parse(argument.text, in: scope)
        } catch {
            let place = argument.position(at: error.offset, length: error.length)
            throw Diagnostic(.error, at: .file(file, place), error.message, hint: error.hint)
        }
    }

    /// The argument compiled as the value of a field, which no control byte may be part of.
    func fieldValue(_ argument: Argument) throws(Diagnostic) -> Template {
        guard argument.text.bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == ASCII.tab }) else {
            throw error(argument, "a field's value cannot hold line ends or other control bytes")
        }
        return try template(argument)
    }
}

extension Directive.Argument {
    /// Where a part of its text is written: that of the whole word where it cannot be told.
    fileprivate func position(at offset: Int, length: Int) -> SourcePosition {
        // Where the word holds no escapes its bytes stand in the file as they are, behind the quote if there is one.
        let quote = isQuoted ? 1 : 0
        guard position.length == text.count + 2 * quote else { return position }
        let before = text.bytes.prefix(offset)
        guard let lineEnd = before.lastIndex(of: ASCII.lineFeed) else {
            return SourcePosition(line: position.line, column: position.column + quote + offset, length: length)
        }
        let lines = before.count { $0 == ASCII.lineFeed }
        return SourcePosition(line: position.line + lines, column: offset - lineEnd, length: length)
    }
}
