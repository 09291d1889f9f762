internal import Bytes
internal import Routing

/// Composes the paths of files that requests lead to.
enum FilePath {
    /// Appends the path of the file that a request for `path` leads to, with a zero byte behind it.
    ///
    /// A request cannot lead out of the folder: `path` is normalised, and a dot segment that comes about where an alias and
    /// the rest of a path meet, or by the value of a variable, is refused. Links in the folder are followed, as in nginx.
    /// - Returns: false where there is no such path.
    static func append(
        _ base: StaticFiles.Base, _ path: UnsafeRawBufferPointer, for exchange: Exchange, to output: inout ByteBuffer
    ) -> Bool {
        let start = output.count
        let rest: UnsafeRawBufferPointer
        let template: Template
        switch base {
        case .root(let folder):
            template = folder
            rest = path
        case .alias(let target, let replaced):
            template = target
            let count =
                switch replaced {
                case .prefix(let count): count
                case .everything: path.count
                case .ownPath: exchange.location.path.isEmpty ? path.count : exchange.location.path.count
                }
            guard count <= path.count else { return false }
            rest = UnsafeRawBufferPointer(rebasing: path[count...])
        }
        template.append(to: &output, from: VariableValues(exchange))
        let isFixed = template.constant != nil
        // nginx writes root and path one behind the other, so a slash at the root's end would stand twice.
        while case .root = base, output.count > start + 1, output.readable[output.count - 1] == ASCII.slash {
            output.removeLast(1)
        }
        output.append(rest)
        let whole = UnsafeRawBufferPointer(rebasing: output.readable[start...])
        guard whole.first == ASCII.slash, !whole.contains(0), !hasDotDot(isFixed ? rest : whole) else { return false }
        output.append(0)
        return true
    }

    /// Whether a segment of the path is `..`.
    static func hasDotDot(_ path: UnsafeRawBufferPointer) -> Bool {
        let dot = UInt8(ascii: ".")
        return path.split(separator: ASCII.slash).contains { $0.count == 2 && $0.allSatisfy { $0 == dot } }
    }
}
