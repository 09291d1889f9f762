/// A setting of the command line or the environment that cannot be used.
package enum SettingsError: Error, Equatable, Sendable {
    /// Not an address and port to listen on; the name of the setting and its text.
    case listenAddress(setting: String, text: String)
    /// Not a whole number in the allowed range; the name of the setting, its text and the range.
    case number(setting: String, text: String, allowed: ClosedRange<Int>)
    /// Not a size of at least `Settings.leastMemory`; the name of the setting and its text.
    case size(setting: String, text: String)
    /// Not one of the words that the setting takes.
    case word(setting: String, text: String, allowed: [String])
    /// Not a place of an engine's API.
    case dockerAddress(String)
    /// A part of `DOCKER_CONTAINER_FILTERS` that is no filter.
    case containerFilter(String)
    /// `TRUST_DOWNSTREAM_PROXY` is neither a truth value nor a list of networks; its text.
    case trustedProxies(String)
    /// Neither `--http` nor `--https` leaves anything to listen on.
    case nothingToListenOn
}

extension SettingsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .listenAddress(let setting, let text):
            "\(setting): '\(text)' is no address to listen on. Write ADDRESS:PORT such as 0.0.0.0:8080 or [::]:8080, "
                + "a port alone, or 'off'."
        case .number(let setting, let text, let allowed):
            "\(setting): '\(text)' is not a whole number from \(allowed.lowerBound) to \(allowed.upperBound)."
        case .size(let setting, let text):
            "\(setting): '\(text)' is not a size from \(Settings.leastMemory >> 20)m on. Write a whole number with k, m or g, "
                + "such as 256m, or 'off'."
        case .word(let setting, let text, let allowed):
            "\(setting): '\(text)' is not known. Write one of: \(allowed.joined(separator: ", "))."
        case .dockerAddress(let text):
            "'\(text)' is no address of a Docker engine. Write unix:///PATH, tcp://HOST:PORT or 'none' "
                + "(--docker or DOCKER_HOST)."
        case .containerFilter(let text):
            "DOCKER_CONTAINER_FILTERS: '\(text)' is no filter. Write those of docker ps with commas between them, such as "
                + "label=public,network=front."
        case .trustedProxies(let text):
            "TRUST_DOWNSTREAM_PROXY: '\(text)' is not known. Write true, false, or the networks of the proxies in front of "
                + "this one, such as 10.0.0.0/8,192.168.1.1."
        case .nothingToListenOn:
            "Both --http and --https are off, so there is nothing to listen on. Give one of them an address."
        }
    }
}
