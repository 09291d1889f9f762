/// The version of Portico.
package enum ProductVersion {
    /// The version in the form of semver.org.
    package static let text = "0.1.0"
}
