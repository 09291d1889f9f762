package import Bytes

/// What is served in place of errors (`error_page`).
package struct ErrorPage: Hashable, Sendable {
    /// The statuses that it is for.
    package var statuses: [Int]
    /// The status of the answer.
    package var status: Status
    /// Where the answer comes from.
    package var target: Target

    /// The status of an answer in place of an error.
    package enum Status: Hashable, Sendable {
        /// That of the error.
        case ofError
        /// `=`: whatever the answer has.
        case ofAnswer
        /// `=CODE`.
        case fixed(Int)
    }

    /// Where an answer in place of an error comes from.
    package enum Target: Hashable, Sendable {
        /// A path of the host.
        case path(Template)
        /// A location `@NAME`.
        case named(ByteString)
        /// The client is sent there.
        case url(Template)
    }

    /// A page for some errors.
    package init(statuses: [Int], status: Status, target: Target) {
        self.statuses = statuses
        self.status = status
        self.target = target
    }
}
