/// What the command line of `portico serve` said, as text; nil where it said nothing.
package struct ServeOptions: Sendable {
    /// The values of `--http`, in order.
    package var http: [String] = []
    /// The values of `--https`, in order.
    package var https: [String] = []
    /// `--certs`.
    package var certificates: String?
    /// `--vhosts`.
    package var virtualHosts: String?
    /// `--passwords`.
    package var passwords: String?
    /// `--pages`.
    package var pages: String?
    /// `--docker`.
    package var docker: String?
    /// `--workers`.
    package var workers: String?
    /// `--control`.
    package var control: String?
    /// `--access-log`.
    package var accessLog: String?
    /// `--logs`, or the folder of logs where it is mounted.
    package var logFolder: String?
    /// `--drain-timeout`.
    package var drainTimeout: String?
    /// `--user`.
    package var user: String?
    /// `--sandbox`.
    package var sandbox: String?
    /// `--memory-limit`.
    package var memoryLimit: String?
    /// `--login-attempts`.
    package var loginAttempts: String?

    /// Options that leave every setting to the environment and the defaults.
    package init() {}
}
