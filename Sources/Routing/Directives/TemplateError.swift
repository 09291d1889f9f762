/// Why text with variables could not be compiled.
struct TemplateError: Error, Hashable {
    /// Where in the text the fault is, in bytes.
    var offset: Int
    /// How many bytes are meant.
    var length: Int
    /// What is wrong.
    var message: String
    /// What to write instead.
    var hint: String?
}
