/// When a request that a backend failed is sent to another one.
package struct NextUpstream: Hashable, Sendable {
    /// In which cases (`proxy_next_upstream`).
    package var conditions: Conditions = [.error, .timeout]
    /// How many backends are asked at most; 0 for all (`proxy_next_upstream_tries`).
    package var tries = 0
    /// For how long others are asked; zero for as long as it takes (`proxy_next_upstream_timeout`).
    package var timeout: Duration = .zero

    /// What a backend can fail by.
    package struct Conditions: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The connection fails before an answer has begun.
        package static let error = Conditions(rawValue: 1)
        /// The backend takes too long.
        package static let timeout = Conditions(rawValue: 2)
        /// The answer is not valid.
        package static let invalidHeader = Conditions(rawValue: 4)
        /// The request may have done something that must not be done twice.
        package static let nonIdempotent = Conditions(rawValue: 8)
        /// An answer of this status.
        package static let status500 = Conditions(rawValue: 16)
        /// An answer of this status.
        package static let status502 = Conditions(rawValue: 32)
        /// An answer of this status.
        package static let status503 = Conditions(rawValue: 64)
        /// An answer of this status.
        package static let status504 = Conditions(rawValue: 128)
        /// An answer of this status.
        package static let status403 = Conditions(rawValue: 256)
        /// An answer of this status.
        package static let status404 = Conditions(rawValue: 512)
        /// An answer of this status.
        package static let status429 = Conditions(rawValue: 1024)

        /// The case that an answer of this status is; none for most.
        package static func status(_ status: Int) -> Conditions {
            switch status {
            case 403: .status403
            case 404: .status404
            case 429: .status429
            case 500: .status500
            case 502: .status502
            case 503: .status503
            case 504: .status504
            default: []
            }
        }
    }

    /// nginx's defaults.
    package init() {}
}
