/// Which hosts answer the challenges of certificate authorities with files (`ACME_HTTP_CHALLENGE_LOCATION`).
package enum ChallengeMode: String, CaseIterable, Sendable {
    /// Every host does, over http; over https as well where it serves both alike.
    case always = "true"
    /// None does.
    case never = "false"
    /// Hosts do that send clients of http to https.
    case legacy
}
