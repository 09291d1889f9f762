internal import Bytes

// A worker that takes over a snapshot makes copies of what each request touches: references that two cores count at once
// cost more than the work that is done with them.

extension Template {
    /// The same template in memory of its own.
    package func copied() -> Template {
        Template(
            pieces: pieces.map { piece in
                switch piece {
                case .literal(let text): .literal(text.copied())
                case .variable(let variable): .variable(variable.copied())
                }
            })
    }
}

extension Variable {
    /// The same variable with memory of its own for its name.
    package func copied() -> Variable {
        switch self {
        case .argument(let name): .argument(name.copied())
        case .cookie(let name): .cookie(name.copied())
        case .http(let name): .http(name.copied())
        case .sentHTTP(let name): .sentHTTP(name.copied())
        case .upstreamHTTP(let name): .upstreamHTTP(name.copied())
        default: self
        }
    }
}

extension AddedHeader {
    /// The same field in memory of its own.
    package func copied() -> AddedHeader {
        AddedHeader(name: name.copied(), value: value.copied(), always: always)
    }
}

extension RequestHeader {
    /// The same field in memory of its own.
    package func copied() -> RequestHeader { RequestHeader(name: name.copied(), value: value.copied()) }
}
