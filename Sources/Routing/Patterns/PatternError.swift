/// Why a regular expression could not be compiled.
package struct PatternError: Error, Hashable {
    /// Where in the expression the fault is, in bytes.
    package var offset: Int
    /// What is wrong, to follow the expression in a message.
    package var message: String
}
