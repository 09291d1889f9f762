package import Bytes

/// Text with variables in it, taken apart once.
package struct Template: Hashable, Sendable {
    /// The parts in order; no two literals stand side by side, and none is empty.
    package let pieces: [Piece]

    /// A part of a template.
    package enum Piece: Hashable, Sendable {
        /// Bytes that are always the same.
        case literal(ByteString)
        /// A value of the request.
        case variable(Variable)
    }

    /// Text without variables.
    package init(literal: ByteString) { pieces = literal.isEmpty ? [] : [.literal(literal)] }

    /// The given parts.
    package init(pieces: [Piece]) { self.pieces = pieces }

    /// The text where no variable is in it; nil where one is.
    package var constant: ByteString? {
        switch (pieces.count, pieces.first) {
        case (0, _): ""
        case (1, .literal(let text)): text
        default: nil
        }
    }

    /// Appends the text, with the values of the variables taken from `source`.
    @inlinable
    package func append<Source: VariableSource>(to buffer: inout ByteBuffer, from source: Source) {
        for piece in pieces {
            switch piece {
            case .literal(let text): buffer.append(text.bytes)
            case .variable(let variable): source.append(variable, to: &buffer)
            }
        }
    }
}

/// What knows the values of variables: an exchange, in the proxy.
package protocol VariableSource {
    /// Appends the value; nothing where it has none at this moment.
    func append(_ variable: Variable, to buffer: inout ByteBuffer)
}
