/// What checking a password against a hash has found.
package enum CredentialVerdict: Sendable {
    /// The password is the right one.
    case accepted
    /// It is not, or there is no such user.
    case refused
    /// The system could not hash it, so nothing is known.
    case failed
}
