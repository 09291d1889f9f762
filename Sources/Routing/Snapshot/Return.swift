/// An answer given at once (`return`).
package struct Return: Hashable, Sendable {
    /// The status; 444 closes the connection without an answer.
    package var status: Int
    /// What comes with the status.
    package var content: Content

    /// What an answer carries.
    package enum Content: Hashable, Sendable {
        /// The page that belongs to the status.
        case page
        /// This text as the body.
        case text(Template)
        /// This text as the body, of the type `application/json`.
        case json(Template)
        /// A Location field (statuses 301, 302, 303, 307, 308); a target that begins with `/` is to be completed with
        /// the scheme and host of the request.
        case redirect(Template)
    }

    /// An answer of this status.
    package init(status: Int, content: Content = .page) {
        self.status = status
        self.content = content
    }
}
