internal import Bytes
internal import Proxy

extension WorkerSettings {
    /// What the settings of the whole come to for a worker.
    init(_ settings: Settings) {
        self.init()
        httpAddresses = settings.http
        httpsAddresses = settings.https
        httpsPort = settings.redirectPort
        requiresProxyHeader = settings.requiresProxyHeader
        clientHeaderTimeout = settings.clientHeaderTimeout
        leastRate = settings.leastRate
        memoryLimit = settings.memoryLimit
        trustedProxies = settings.trustedProxies
        loginAttempts = settings.loginAttempts
        logFormat = settings.logFormat
        pageFolder = ByteString(settings.folders.pages)
        answersChallengesForUnknown = settings.answersChallengesForUnknown
        hostname = ByteString(OwnContainer.ownHostname)
    }
}
