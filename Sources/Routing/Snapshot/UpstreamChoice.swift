package import Bytes

/// The upstreams of a `proxy_pass` whose address holds variables: every value that it can have is known beforehand.
package struct UpstreamChoice: Hashable, Sendable {
    /// What comes to the address of one of the candidates.
    package var address: Template
    /// What the address can be, and what it then leads to. An address that is none of these is answered with 500.
    package var candidates: [Candidate]

    /// One value of the address.
    package struct Candidate: Hashable, Sendable {
        /// The value.
        package var address: ByteString
        /// Where requests go.
        package var upstream: Upstream
        /// The path that stands behind the host in the value; empty for none.
        package var path: ByteString
    }

    /// The upstreams that an address can mean.
    package init(address: Template, candidates: [Candidate]) {
        self.address = address
        self.candidates = candidates
    }
}
