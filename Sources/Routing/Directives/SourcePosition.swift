/// A spot in a file of directives.
package struct SourcePosition: Hashable, Sendable {
    /// The line, from 1 on.
    package var line: Int
    /// The column in bytes, from 1 on.
    package var column: Int
    /// How many bytes from there on are meant; at least 1.
    package var length: Int

    /// A spot of `length` bytes.
    package init(line: Int, column: Int, length: Int = 1) {
        self.line = line
        self.column = column
        self.length = length
    }
}
