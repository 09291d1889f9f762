/// What `portico check --json` prints: how much was found, and each finding.
package struct CheckSummary: Codable, Equatable, Sendable {
    /// The number of virtual hosts.
    package var hosts: Int
    /// The file or folder that alone was looked at; nil for everything.
    package var subject: String?
    /// How many findings are errors.
    package var errors: Int
    /// How many are warnings.
    package var warnings: Int
    /// The findings in a stable order.
    package var findings: [CheckFinding]
}
